package org.quantsweep.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;

/**
 * Finds the smallest accepted plan along a strategy's line: narrows the boundary by real
 * evaluations, scans below it, and tries smaller neighbours. Plans are proposed by smooth
 * objectives and decided by counts. Which of the accepted ones are worth confirming is told by a
 * curve through plans on both sides of the boundary: the smallest accepted one has been lucky more
 * often than not.
 */
public final class PlanSearch {
  /** Plans of the line closer in size than this are not told apart. */
  private static final double CLOSEST_SIZES = 1.0015;

  /** Of the boundary's size: where the plans lie through which the curve is fitted. */
  private static final double LADDER_FROM = 0.9;

  private static final double LADDER_TO = 1.2;

  /** The feature of a plan without loss is finite. */
  private static final double LEAST_LOSS = 1e-12;

  private final CandidateJudge judge;
  private final PlanCatalog catalog;
  private final SearchSpace space;
  private final Neighbours neighbours;
  private final Map<TensorOption, Sensitivity> measured;
  private final PlanSearchSettings settings;
  private final SearchBudget budget;
  private final TreeMap<Candidate, CandidateEvaluation> decided = new TreeMap<>();

  /** How many plans the steps after this one judge at most. */
  private int later;

  /** A search over the plans of a space. */
  public PlanSearch(
      CandidateJudge judge,
      PlanCatalog catalog,
      SearchSpace space,
      Map<TensorOption, Sensitivity> measured,
      PlanSearchSettings settings,
      SearchBudget budget) {
    this.judge = judge;
    this.catalog = catalog;
    this.space = space;
    this.measured = Map.copyOf(measured);
    this.neighbours = new Neighbours(catalog, space, this.measured);
    this.settings = settings;
    this.budget = budget;
  }

  /**
   * Runs the search.
   *
   * @param threshold what plans must meet
   * @param finalists how many plans are to be confirmed, and what else is
   * @param incumbent only plans smaller than this candidate are looked at
   */
  public PlanOutcome run(
      Strategy strategy, AgreementThreshold threshold, Finalists finalists, Candidate incumbent) {
    List<Candidate> line = line(strategy, incumbent);
    boolean confirmed = finalists.places() > 0 && finalists.unseen() > 0;
    later = (settings.moves() + 1) * settings.neighbours() + settings.scan();
    later += confirmed ? settings.rungs() : 0;
    judge.begin("plans");
    Optional<Candidate> boundary = boundary(line, threshold);
    if (confirmed) {
      later -= settings.rungs();
      ladder(line, boundary.orElse(incumbent), threshold);
    }
    later -= settings.scan();
    Optional<Candidate> best = boundary.map(found -> scan(line, found, threshold));
    later = 0;
    List<CandidateEvaluation> rejected = new ArrayList<>();
    if (best.isPresent() && settings.neighbours() > 0) {
      best = Optional.of(descend(best.get(), threshold, rejected));
    }
    return new PlanOutcome(
        best.map(decided::get),
        proposals(threshold, finalists, incumbent),
        new ArrayList<>(decided.values()),
        rejected,
        line.size());
  }

  /** The strategy's plans that are smaller than the incumbent, ascending, close ones left out. */
  private List<Candidate> line(Strategy strategy, Candidate incumbent) {
    Set<Candidate> ascending = new LinkedHashSet<>();
    long last = 0;
    for (QuantizationPlan plan : strategy.line(space, measured)) {
      Candidate candidate = catalog.add(plan);
      long bytes = candidate.encodedSize().bytes();
      if (bytes >= last * CLOSEST_SIZES && candidate.compareTo(incumbent) < 0) {
        ascending.add(candidate);
        last = bytes;
      }
    }
    return List.copyOf(ascending);
  }

  /** The smallest accepted plan of the line, by narrowing. */
  private Optional<Candidate> boundary(List<Candidate> line, AgreementThreshold t) {
    int rejected = -1;
    int accepted = line.size();
    while (accepted - rejected > 1) {
      List<Integer> places = between(rejected, accepted);
      judge.expect(
          narrowing(accepted - rejected - 1, settings.plansInFlight()) - places.size() + later);
      Map<Candidate, CandidateEvaluation> found = judge(places.stream().map(line::get).toList(), t);
      for (int place : places) {
        CandidateEvaluation evaluation = found.get(line.get(place));
        if (evaluation == null) {
          continue;
        }
        if (evaluation.verdict() == Verdict.ACCEPTED) {
          accepted = place;
          break;
        }
        rejected = place;
      }
      if (found.size() < places.size()) {
        break;
      }
    }
    return accepted == line.size() ? Optional.empty() : Optional.of(line.get(accepted));
  }

  /** How many plans it takes at most to find the boundary among so many. */
  private static int narrowing(int among, int inFlight) {
    int plans = 0;
    int left = among;
    while (left > 0) {
      int wave = Math.min(inFlight, left);
      plans += wave;
      // The widest of the parts that the wave cuts it into.
      left /= wave + 1;
    }
    return plans;
  }

  /** The smallest accepted plan that lies at most so many places below another one. */
  private Candidate scan(List<Candidate> line, Candidate from, AgreementThreshold t) {
    int accepted = line.indexOf(from);
    int below = accepted - 1;
    while (below >= 0 && below >= accepted - settings.scan() && !budget.isOver()) {
      int to = Math.max(below - settings.plansInFlight() + 1, 0);
      to = Math.max(to, accepted - settings.scan());
      judge.expect(Math.max(to - Math.max(accepted - settings.scan(), 0), 0) + later);
      Map<Candidate, CandidateEvaluation> found = judge(line.subList(to, below + 1), t);
      int next = to - 1;
      for (int place = to; place <= below; place++) {
        CandidateEvaluation evaluation = found.get(line.get(place));
        if (evaluation != null && evaluation.verdict() == Verdict.ACCEPTED) {
          accepted = place;
          next = place - 1;
          break;
        }
      }
      if (found.size() < below + 1 - to) {
        break;
      }
      below = next;
    }
    return line.get(accepted);
  }

  /** Judges plans on both sides of the boundary on every sample, evenly spaced in size. */
  private void ladder(List<Candidate> line, Candidate boundary, AgreementThreshold t) {
    Set<Candidate> rungs = new LinkedHashSet<>();
    double low = Math.log(boundary.encodedSize().bytes() * LADDER_FROM);
    double high = Math.log(boundary.encodedSize().bytes() * LADDER_TO);
    for (int rung = 0; rung < settings.rungs(); rung++) {
      double wanted = low + (high - low) * rung / Math.max(1, settings.rungs() - 1);
      line.stream()
          .min(
              Comparator.comparingDouble(
                  plan -> Math.abs(Math.log((double) plan.encodedSize().bytes()) - wanted)))
          .ifPresent(rungs::add);
    }
    List<Candidate> left = new ArrayList<>(rungs);
    for (int at = 0; at < left.size() && !budget.isOver(); at += settings.plansInFlight()) {
      List<Candidate> wave = left.subList(at, Math.min(left.size(), at + settings.plansInFlight()));
      judge.expect(left.size() - at - wave.size() + later);
      decided.putAll(judge.judgeWhole(wave, t));
    }
  }

  /** Accepted plans that are worth confirming, ascending. */
  private List<CandidateEvaluation> proposals(
      AgreementThreshold t, Finalists finalists, Candidate incumbent) {
    List<CandidateEvaluation> accepted = new ArrayList<>();
    List<AgreementCurve.Point> points = new ArrayList<>();
    for (CandidateEvaluation evaluation : decided.values()) {
      if (evaluation.isComplete()) {
        points.add(new AgreementCurve.Point(feature(evaluation.candidate()), evaluation.counts()));
      }
      if (evaluation.verdict() == Verdict.ACCEPTED) {
        accepted.add(evaluation);
      }
    }
    if (accepted.isEmpty() || finalists.places() == 0) {
      return List.of();
    }
    if (finalists.unseen() == 0) {
      return List.of(accepted.get(0));
    }
    AgreementCurve curve = AgreementCurve.fit(points);
    long n = judge.denominator();
    List<FinalistChoice.Contender> contenders = new ArrayList<>();
    for (CandidateEvaluation evaluation : accepted) {
      double share = curve.at(feature(evaluation.candidate()));
      contenders.add(
          new FinalistChoice.Contender(
              evaluation.candidate(), FinalistChoice.chance(share, t, n, finalists.unseen())));
    }
    double last =
        finalists
            .incumbent()
            .map(counts -> FinalistChoice.chance(counts.share(), t, n, finalists.unseen()))
            .orElse(0.0);
    List<Candidate> chosen =
        FinalistChoice.choose(
            contenders,
            finalists.places(),
            new FinalistChoice.Contender(incumbent, last),
            finalists.otherwise().bytes());
    return chosen.stream().map(decided::get).toList();
  }

  /** Grows as agreement falls. */
  private double feature(Candidate candidate) {
    double loss = 0;
    for (Map.Entry<String, Scheme> entry : catalog.plan(candidate).schemes().entrySet()) {
      Sensitivity found = measured.get(new TensorOption(entry.getKey(), entry.getValue()));
      if (found == null) {
        return -Math.log((double) candidate.encodedSize().bytes());
      }
      loss += found.loss();
    }
    return Math.log(Math.max(loss, LEAST_LOSS));
  }

  /** Places that cut what lies between two others into equal parts. */
  private List<Integer> between(int low, int high) {
    Set<Integer> places = new LinkedHashSet<>();
    int inFlight = Math.min(settings.plansInFlight(), high - low - 1);
    for (int i = 1; i <= inFlight; i++) {
      places.add(low + (int) ((long) (high - low) * i / (inFlight + 1)));
    }
    places.removeIf(place -> place <= low);
    if (places.isEmpty()) {
      places.add(low + 1);
    }
    return List.copyOf(places);
  }

  /** Moves to smaller neighbours while one is accepted; those of the last plan are kept. */
  private Candidate descend(
      Candidate start, AgreementThreshold threshold, List<CandidateEvaluation> rejected) {
    Candidate best = start;
    for (int move = 0; move <= settings.moves(); move++) {
      rejected.clear();
      Candidate smaller = null;
      List<Candidate> around = neighbours.of(best, settings.neighbours());
      for (int at = 0;
          at < around.size() && smaller == null && !budget.isOver();
          at += 2 * settings.plansInFlight()) {
        List<Candidate> wave =
            around.subList(at, Math.min(around.size(), at + 2 * settings.plansInFlight()));
        judge.expect(
            around.size() - at - wave.size() + (settings.moves() - move) * settings.neighbours());
        for (CandidateEvaluation evaluation : judge(wave, threshold).values()) {
          if (evaluation.verdict() == Verdict.ACCEPTED) {
            smaller =
                smaller == null || evaluation.candidate().compareTo(smaller) < 0
                    ? evaluation.candidate()
                    : smaller;
          } else {
            rejected.add(evaluation);
          }
        }
      }
      if (smaller == null) {
        return best;
      }
      best = smaller;
    }
    // The neighbours of the last one were not looked at.
    rejected.clear();
    return best;
  }

  private Map<Candidate, CandidateEvaluation> judge(
      Collection<Candidate> candidates, AgreementThreshold threshold) {
    Map<Candidate, CandidateEvaluation> found = judge.judge(candidates, threshold);
    found.forEach(decided::putIfAbsent);
    return found;
  }
}
