package org.quantsweep.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;

/**
 * Finds the smallest accepted plan along a strategy's line: narrows the boundary by real
 * evaluations, scans below it, and tries smaller neighbours. Plans are proposed by smooth
 * objectives and decided by counts. What of them is confirmed is told by a curve through plans on
 * both sides of the boundary: the smallest accepted one has been lucky more often than not.
 */
public final class PlanSearch {
  /** Plans of the line closer in size than this are not told apart. */
  static final double CLOSEST_SIZES = 1.0015;

  /**
   * So many weight tensors are few: the size of every plan of the line is asked. Of more, those are
   * left out whose options promise less than nearly all of the step to the next size.
   */
  private static final int FEW_TENSORS = 64;

  private static final double NEARLY = 0.9;

  /**
   * Of the boundary's size: where the plans lie through which the curve is fitted. Farther away a
   * logistic regression bends away from the truth, which shows at the boundary.
   */
  private static final double CURVE_FROM = 0.95;

  private static final double CURVE_TO = 1.1;

  /** How far above the smallest accepted plan rungs are looked for where sizes cost files. */
  private static final double MOST_RAISED = 1.5;

  /** Between plans of sizes that close the boundary is known well enough to look around it. */
  private static final double ROUGHLY = 1.03;

  /** Of a boundary that is roughly known: in between it is looked for first. */
  private static final double AROUND = 1.02;

  /** A curve has a slope. */
  private static final int LEAST_POINTS = 2;

  /** Larger than every plan: where no candidate was accepted, plans of any size are looked at. */
  private static final Candidate UNBOUNDED = new Candidate.AsGiven(new ByteSize(Long.MAX_VALUE));

  /** The feature of a plan without loss is finite. */
  private static final double LEAST_LOSS = 1e-12;

  private final CandidateJudge judge;
  private final PlanCatalog catalog;
  private final SearchSpace space;
  private final Neighbours neighbours;
  private final Map<TensorOption, Sensitivity> measured;
  private final PlanSearchSettings settings;
  private final SearchBudget budget;
  private final Function<Candidate, OptionalDouble> uniformLoss;
  private final TreeMap<Candidate, CandidateEvaluation> decided = new TreeMap<>();

  /** Plans that are judged on every sample whatever comes of it: no others tell the curve. */
  private final Set<Candidate> designed = new LinkedHashSet<>();

  private Optional<AgreementCurve> curve = Optional.empty();

  /** Where the boundary is looked for first, in bytes. */
  private OptionalLong hint = OptionalLong.empty();

  /** How many plans the steps after this one judge at most. */
  private int later;

  /**
   * A search over the plans of a space.
   *
   * @param uniformLoss the summed loss of a uniform candidate's options, each alone; asked where it
   *     is needed, empty where it cannot be told
   */
  public PlanSearch(
      CandidateJudge judge,
      PlanCatalog catalog,
      SearchSpace space,
      Map<TensorOption, Sensitivity> measured,
      PlanSearchSettings settings,
      SearchBudget budget,
      Function<Candidate, OptionalDouble> uniformLoss) {
    this.uniformLoss = uniformLoss;
    this.judge = judge;
    this.catalog = catalog;
    this.space = space;
    this.measured = Map.copyOf(measured);
    this.neighbours = new Neighbours(catalog, space, this.measured);
    this.settings = settings;
    this.budget = budget;
  }

  /** What another search over the same weight tensors has decided counts here too. */
  void begin(Collection<CandidateEvaluation> before, OptionalLong boundary) {
    before.forEach(own -> decided.put(own.candidate(), own));
    hint = boundary;
  }

  /** What was decided, in ascending order of size. */
  Collection<CandidateEvaluation> decided() {
    return Collections.unmodifiableCollection(decided.values());
  }

  /**
   * Looks for the smallest accepted plan of the line, to within a few per cent of its size.
   *
   * @param incumbent only smaller plans are looked at
   * @return empty where none is accepted
   */
  Optional<Candidate> roughBoundary(
      Strategy strategy, AgreementThreshold threshold, Optional<Candidate> incumbent) {
    Candidate largest = incumbent.orElse(UNBOUNDED);
    CandidateLine line = line(strategy).below(largest);
    judge.begin("first plans");
    OptionalInt place = boundary(line, threshold, ROUGHLY);
    return place.isPresent() ? Optional.of(line.get(place.getAsInt())) : Optional.empty();
  }

  /**
   * Runs the search.
   *
   * @param threshold what plans must meet
   * @param finalists what is to be confirmed; only plans smaller than what is accepted already are
   *     searched for
   */
  public PlanOutcome run(Strategy strategy, AgreementThreshold threshold, Finalists finalists) {
    Candidate incumbent = finalists.incumbent().orElse(UNBOUNDED);
    Candidate uniform = finalists.uniform().map(CandidateEvaluation::candidate).orElse(UNBOUNDED);
    CandidateLine whole = line(strategy);
    CandidateLine all = whole.below(uniform);
    CandidateLine line = all.below(incumbent);
    boolean confirmed = finalists.unseen() > 0;
    // A ladder, and as many plans again where its first rung is in doubt.
    int ladder = confirmed ? 2 * finalists.most() : 0;
    later = (settings.moves() + 1) * settings.neighbours() + settings.scan() + ladder;
    later += confirmed ? settings.rungs() : 0;
    judge.begin("plans");
    OptionalInt boundary = boundary(line, threshold, 1);
    if (confirmed) {
      later -= settings.rungs();
      Candidate around = boundary.isPresent() ? line.get(boundary.getAsInt()) : incumbent;
      // Where no smaller plan is accepted, the uniform candidate may need larger ones before it.
      curve = curve(around.compareTo(uniform) < 0 ? all : whole, around, threshold);
    }
    later -= settings.scan();
    boundary.ifPresent(found -> scan(line, found, threshold));
    later = ladder;
    List<CandidateEvaluation> rejected = new ArrayList<>();
    Optional<Candidate> best = smallestAccepted(incumbent);
    if (best.isPresent() && settings.neighbours() > 0) {
      best = Optional.of(descend(best.get(), threshold, rejected));
    }
    List<Rung> rungs = confirmed ? ladder(whole, uniform, threshold, finalists) : List.of();
    Optional<Candidate> smallest = smallestAccepted(incumbent);
    if (!smallest.equals(best)) {
      // The ladder met a smaller one, whose neighbours were not looked at.
      rejected.clear();
    }
    return new PlanOutcome(
        smallest.map(decided::get),
        rungs,
        new ArrayList<>(decided.values()),
        rejected,
        line.size(),
        points(whole));
  }

  /** What the line promises; nothing where a plan's options were not all measured. */
  private List<PlanOutcome.LinePoint> points(CandidateLine line) {
    List<PlanOutcome.LinePoint> points = new ArrayList<>();
    for (int place = 0; place < line.size() && !measured.isEmpty(); place++) {
      QuantizationPlan plan = line.plan(place);
      PredictedLoss.of(plan, measured)
          .ifPresent(
              loss -> points.add(new PlanOutcome.LinePoint(catalog.bytesOnDisk(plan), loss)));
    }
    return points;
  }

  /** Of what was decided, the smallest accepted plan below the incumbent. */
  private Optional<Candidate> smallestAccepted(Candidate incumbent) {
    return decided.headMap(incumbent).values().stream()
        .filter(own -> own.verdict() == Verdict.ACCEPTED)
        .map(CandidateEvaluation::candidate)
        .findFirst();
  }

  /** The strategy's plans, ascending, close ones left out. */
  private CandidateLine line(Strategy strategy) {
    List<QuantizationPlan> ascending = new ArrayList<>();
    List<Long> sizes = new ArrayList<>();
    List<QuantizationPlan> plans = strategy.line(space, measured);
    long last = 0;
    long promised = Long.MIN_VALUE;
    for (int place = 0; place < plans.size(); place++) {
      if (plans instanceof PlanLine line && line.bytes(place) < promised) {
        continue;
      }
      QuantizationPlan plan = plans.get(place);
      long bytes = catalog.bytes(plan);
      // Only what is kept may become a candidate: a line has some 30,000 plans.
      if (bytes >= last * CLOSEST_SIZES) {
        ascending.add(plan);
        sizes.add(bytes);
        last = bytes;
        promised = promised(plans, place, bytes);
      }
    }
    return new CandidateLine(catalog, ascending, sizes);
  }

  /** What the options of the next plan have to take in a large model, before its size is asked. */
  private long promised(List<QuantizationPlan> plans, int place, long bytes) {
    return space.tensors().size() > FEW_TENSORS && plans instanceof PlanLine line
        ? line.bytes(place) + (long) (NEARLY * (CLOSEST_SIZES - 1) * bytes)
        : Long.MIN_VALUE;
  }

  /**
   * The place of the smallest accepted plan of the line, by narrowing.
   *
   * @param close the narrowing ends between plans whose sizes have at most this ratio
   */
  private OptionalInt boundary(CandidateLine line, AgreementThreshold t, double close) {
    int rejected = -1;
    int accepted = line.size();
    List<Integer> first = around(line);
    while (accepted - rejected > 1 && !isClose(line, rejected, accepted, close)) {
      List<Integer> places = first.isEmpty() ? between(rejected, accepted) : first;
      first = List.of();
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
    return accepted == line.size() ? OptionalInt.empty() : OptionalInt.of(accepted);
  }

  private static boolean isClose(List<Candidate> line, int low, int high, double ratio) {
    return low >= 0
        && high < line.size()
        && line.get(high).size().bytes() <= ratio * line.get(low).size().bytes();
  }

  /** The places on both sides of where the boundary is said to be; none where nothing is said. */
  private List<Integer> around(CandidateLine line) {
    TreeSet<Integer> places = new TreeSet<>();
    if (hint.isPresent()) {
      for (double ratio : new double[] {1 / AROUND, AROUND}) {
        int place = line.firstOf(hint.getAsLong() * ratio);
        if (place < line.size()) {
          places.add(place);
        }
      }
    }
    return List.copyOf(places);
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

  /** Looks for smaller accepted plans at most so many places below another one. */
  private void scan(List<Candidate> line, int from, AgreementThreshold t) {
    int accepted = from;
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
  }

  /**
   * The curve through plans on both sides of the boundary, evenly spaced in size and judged on
   * every sample. Other plans stay out of it: those that the search met and accepted are in full,
   * those that it rejected are not, and a curve through the accepted ones alone is lifted.
   */
  private Optional<AgreementCurve> curve(
      CandidateLine line, Candidate boundary, AgreementThreshold t) {
    double low = Math.log(boundary.size().bytes() * CURVE_FROM);
    double high = Math.log(boundary.size().bytes() * CURVE_TO);
    for (int point = 0; point < settings.rungs() && !line.isEmpty(); point++) {
      designed.add(line.nearest(low + (high - low) * point / Math.max(1, settings.rungs() - 1)));
    }
    List<AgreementCurve.Point> points = new ArrayList<>();
    List<Candidate> left = new ArrayList<>(designed);
    for (int at = 0; at < left.size() && !budget.isOver(); at += settings.plansInFlight()) {
      List<Candidate> wave = left.subList(at, Math.min(left.size(), at + settings.plansInFlight()));
      judge.expect(left.size() - at - wave.size() + later);
      Map<Candidate, CandidateEvaluation> found = judge.judgeWhole(wave, t);
      decided.putAll(found);
      found.forEach(
          (plan, evaluation) ->
              feature(plan)
                  .ifPresent(x -> points.add(new AgreementCurve.Point(x, evaluation.counts()))));
    }
    return points.size() < LEAST_POINTS
        ? Optional.empty()
        : Optional.of(AgreementCurve.fit(points));
  }

  /** The share that the curve tells of a plan; empty where there is no curve. */
  OptionalDouble expectedShare(Candidate plan) {
    return expectedShare(feature(plan));
  }

  private OptionalDouble expectedShare(OptionalDouble feature) {
    return curve.isEmpty() || feature.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(curve.get().at(feature.getAsDouble()));
  }

  /** What is to be confirmed. Plans that selection has not decided are judged first. */
  private List<Rung> ladder(
      CandidateLine line, Candidate uniform, AgreementThreshold t, Finalists finalists) {
    Map<Boolean, List<Candidate>> undecided =
        contenders(line, uniform).stream()
            .filter(plan -> !decided.containsKey(plan))
            .collect(Collectors.partitioningBy(plan -> plan.compareTo(uniform) < 0));
    PlanLadder.Shares shares =
        new PlanLadder.Shares() {
          @Override
          public boolean areKnown() {
            return curve.isPresent();
          }

          @Override
          public OptionalDouble ofPlan(Candidate plan) {
            return expectedShare(feature(plan));
          }

          @Override
          public OptionalDouble ofUniform(Candidate uniform) {
            // Asked for its loss only where a curve can tell something by it.
            return curve.isEmpty() || measured.isEmpty()
                ? expectedShare(bySize(uniform))
                : expectedShare(logarithm(uniformLoss.apply(uniform)));
          }
        };
    PlanLadder.Judge decide =
        new PlanLadder.Judge() {
          @Override
          public List<CandidateEvaluation> judge(List<Candidate> plans) {
            return judgeInWaves(plans, t);
          }

          @Override
          public double chanceOfClasses(Candidate accepted) {
            return judge.chanceOfClasses(accepted, finalists.unseen());
          }
        };
    later = finalists.most();
    return new PlanLadder(shares, decide, t, finalists, judge.denominator(), decided.values())
        .rungs(undecided.get(true), undecided.get(false));
  }

  /** Plans that may be rungs: all, but where exact sizes cost whole files a step apart. */
  private List<Candidate> contenders(CandidateLine line, Candidate uniform) {
    if (catalog.isExact() || line.isEmpty()) {
      return line;
    }
    Optional<Candidate> least =
        smallestAccepted(uniform).or(() -> Optional.of(uniform).filter(own -> own != UNBOUNDED));
    return least
        .map(own -> own.size().bytes())
        .map(bytes -> line.spaced(bytes, MOST_RAISED * bytes, 1 / (1 - Ladder.STEP)))
        .orElse(List.of());
  }

  private List<CandidateEvaluation> judgeInWaves(List<Candidate> plans, AgreementThreshold t) {
    List<CandidateEvaluation> found = new ArrayList<>();
    for (int at = 0; at < plans.size() && !budget.isOver(); at += settings.plansInFlight()) {
      List<Candidate> wave =
          plans.subList(at, Math.min(plans.size(), at + settings.plansInFlight()));
      judge.expect(plans.size() - at - wave.size() + later);
      found.addAll(judge(wave, t).values());
    }
    return found;
  }

  /** Grows as agreement falls; empty where an option of the plan was not measured. */
  private OptionalDouble feature(Candidate plan) {
    if (measured.isEmpty()) {
      return bySize(plan);
    }
    return logarithm(PredictedLoss.of(catalog.plan(plan), measured));
  }

  private static OptionalDouble logarithm(OptionalDouble loss) {
    return loss.isEmpty()
        ? loss
        : OptionalDouble.of(Math.log(Math.max(loss.getAsDouble(), LEAST_LOSS)));
  }

  /** Where no loss is measured, smaller files are taken for the worse ones. */
  private static OptionalDouble bySize(Candidate candidate) {
    return OptionalDouble.of(-Math.log((double) candidate.size().bytes()));
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
            around.size()
                - at
                - wave.size()
                + (settings.moves() - move) * settings.neighbours()
                + later);
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
