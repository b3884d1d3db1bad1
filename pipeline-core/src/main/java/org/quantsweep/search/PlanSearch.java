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
 * objectives and decided by counts.
 */
public final class PlanSearch {
  /** Plans of the line closer in size than this are not told apart. */
  private static final double CLOSEST_SIZES = 1.0015;

  /** A neighbour that saves less is not worth the risk of having been lucky. */
  private static final double LEAST_SAVING = 0.998;

  private final CandidateJudge judge;
  private final PlanCatalog catalog;
  private final SearchSpace space;
  private final Map<TensorOption, Sensitivity> measured;
  private final PlanSearchSettings settings;
  private final SearchBudget budget;
  private final TreeMap<Candidate, CandidateEvaluation> decided = new TreeMap<>();
  private AgreementThreshold decisive;

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
    this.settings = settings;
    this.budget = budget;
  }

  /**
   * Runs the search.
   *
   * @param threshold what the best plan must meet
   * @param guard what the guarded plan must meet; empty for none
   * @param incumbent only plans smaller than this candidate are looked at
   */
  public PlanOutcome run(
      Strategy strategy,
      AgreementThreshold threshold,
      Optional<AgreementThreshold> guard,
      Candidate incumbent) {
    decisive = threshold;
    List<Candidate> line = line(strategy, incumbent);
    Optional<Candidate> best = boundary(line, 0, threshold, settings.scan());
    Optional<Candidate> guarded = Optional.empty();
    if (guard.isPresent()) {
      int from = best.map(line::indexOf).orElse(line.size());
      // No scan: the luckiest of several plans is what a guard is to be kept from.
      guarded = boundary(line, from, guard.get(), 0);
    }
    List<CandidateEvaluation> neighbours = new ArrayList<>();
    if (best.isPresent() && settings.neighbours() > 0) {
      best = Optional.of(descend(best.get(), threshold, neighbours));
    }
    List<CandidateEvaluation> evaluations = new ArrayList<>(decided.values());
    Optional<Candidate> smallest = best;
    return new PlanOutcome(
        best.map(decided::get),
        guarded
            .filter(plan -> smallest.isPresent() && plan.compareTo(smallest.get()) > 0)
            .map(decided::get),
        evaluations,
        neighbours,
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

  /**
   * The smallest accepted plan at or behind a place of the line, by narrowing; then below it as far
   * as the scan goes.
   */
  private Optional<Candidate> boundary(
      List<Candidate> line, int from, AgreementThreshold t, int scan) {
    int rejected = from - 1;
    int accepted = line.size();
    while (accepted - rejected > 1) {
      List<Integer> places = between(rejected, accepted);
      Map<Candidate, CandidateEvaluation> found = judge(places.stream().map(line::get).toList(), t);
      boolean complete = found.size() == places.size();
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
      if (!complete) {
        return accepted < line.size() ? Optional.of(line.get(accepted)) : Optional.empty();
      }
    }
    if (accepted == line.size()) {
      return Optional.empty();
    }
    int below = accepted - 1;
    while (below >= from && below >= accepted - scan && !budget.isOver()) {
      int to = Math.max(from, Math.max(below - settings.plansInFlight() + 1, 0));
      to = Math.max(to, accepted - scan);
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
    return Optional.of(line.get(accepted));
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
      Candidate start, AgreementThreshold threshold, List<CandidateEvaluation> neighbours) {
    Candidate best = start;
    for (int move = 0; move <= settings.moves(); move++) {
      neighbours.clear();
      Candidate smaller = null;
      List<Candidate> around = neighbours(best);
      for (int at = 0;
          at < around.size() && smaller == null && !budget.isOver();
          at += 2 * settings.plansInFlight()) {
        List<Candidate> wave =
            around.subList(at, Math.min(around.size(), at + 2 * settings.plansInFlight()));
        for (CandidateEvaluation evaluation : judge(wave, threshold).values()) {
          if (evaluation.verdict() == Verdict.ACCEPTED) {
            smaller =
                smaller == null || evaluation.candidate().compareTo(smaller) < 0
                    ? evaluation.candidate()
                    : smaller;
          } else {
            neighbours.add(evaluation);
          }
        }
      }
      if (smaller == null) {
        return best;
      }
      best = smaller;
    }
    // The neighbours of the last one were not looked at.
    neighbours.clear();
    return best;
  }

  private record Move(QuantizationPlan plan, double loss, long bytes) {}

  /**
   * Smaller plans that differ in one tensor, or in two of which one grows; those of the least
   * predicted loss, in that order.
   */
  private List<Candidate> neighbours(Candidate of) {
    QuantizationPlan plan = catalog.plan(of);
    List<Move> singles = new ArrayList<>();
    for (Map.Entry<String, Scheme> entry : plan.schemes().entrySet()) {
      singles.addAll(moves(plan, entry.getKey(), entry.getValue()));
    }
    List<Move> all = new ArrayList<>();
    for (Move one : singles) {
      if (one.bytes() < 0) {
        all.add(one);
      }
    }
    for (Move down : singles) {
      for (Move up : singles) {
        if (down.bytes() < 0 && up.bytes() > 0 && down.bytes() + up.bytes() < 0) {
          TreeMap<String, Scheme> both = new TreeMap<>(down.plan().schemes());
          boolean other = true;
          for (Map.Entry<String, Scheme> entry : up.plan().schemes().entrySet()) {
            if (!entry.getValue().equals(plan.schemes().get(entry.getKey()))) {
              other &= both.get(entry.getKey()).equals(plan.schemes().get(entry.getKey()));
              both.put(entry.getKey(), entry.getValue());
            }
          }
          if (other) {
            all.add(
                new Move(
                    new QuantizationPlan(both),
                    down.loss() + up.loss(),
                    down.bytes() + up.bytes()));
          }
        }
      }
    }
    all.sort(
        Comparator.comparingDouble(Move::loss)
            .thenComparingLong(Move::bytes)
            .thenComparing(move -> move.plan().digest().hex()));
    List<Candidate> candidates = new ArrayList<>();
    for (Move move : all) {
      Candidate candidate = catalog.add(move.plan());
      if (candidate.encodedSize().bytes() < of.encodedSize().bytes() * LEAST_SAVING) {
        candidates.add(candidate);
      }
      if (candidates.size() == settings.neighbours()) {
        break;
      }
    }
    return candidates;
  }

  /** The next smaller and the next larger option of one tensor. */
  private List<Move> moves(QuantizationPlan plan, String tensor, Scheme scheme) {
    List<SearchSpace.SizedOption> options = space.tensors().get(tensor);
    List<Move> moves = new ArrayList<>();
    for (int place = 0; place < options.size(); place++) {
      if (!options.get(place).scheme().equals(scheme)) {
        continue;
      }
      for (int other : new int[] {place - 1, place + 1}) {
        if (other >= 0 && other < options.size()) {
          TreeMap<String, Scheme> schemes = new TreeMap<>(plan.schemes());
          schemes.put(tensor, options.get(other).scheme());
          moves.add(
              new Move(
                  new QuantizationPlan(schemes),
                  loss(tensor, options.get(other).scheme()) - loss(tensor, scheme),
                  options.get(other).bytes() - options.get(place).bytes()));
        }
      }
    }
    return moves;
  }

  private double loss(String tensor, Scheme scheme) {
    return measured.get(new TensorOption(tensor, scheme)).loss();
  }

  private Map<Candidate, CandidateEvaluation> judge(
      Collection<Candidate> candidates, AgreementThreshold threshold) {
    Map<Candidate, CandidateEvaluation> found = judge.judge(candidates, threshold);
    // A guard is stricter: what it accepts is accepted, what it rejects is not decided.
    found.forEach(
        (candidate, evaluation) -> {
          if (evaluation.verdict() == Verdict.ACCEPTED || threshold.equals(decisive)) {
            decided.putIfAbsent(candidate, evaluation);
          }
        });
    return found;
  }
}
