package org.quantsweep.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;

/**
 * Finds the plan that agrees most often among those up to a size. Plans near that size are proposed
 * by the loss that their options predict, and decided by counts over every sample. Only a handful
 * is judged: the more plans counts choose among, the more luck the choice has.
 */
final class PlansWithinSize {
  /** Of a plan whose loss is not known. */
  private static final double NO_LOSS = Double.POSITIVE_INFINITY;

  private final WithinSize within;
  private final PlanCatalog catalog;
  private final SearchSpace space;
  private final Map<TensorOption, Sensitivity> measured;
  private final PlanSearchSettings settings;
  private final Function<Candidate, OptionalDouble> uniformLoss;

  /**
   * A search over the plans of a space.
   *
   * @param measured what options lose alone; empty where the strategy does not ask for it, and
   *     every plan of its line that fits is judged
   * @param settings {@code scan} plans of the line below the best, and {@code neighbours} of it
   * @param uniformLoss the summed loss of a uniform candidate's options; asked where counts are
   *     equal, empty where it cannot be told
   */
  PlansWithinSize(
      WithinSize within,
      PlanCatalog catalog,
      SearchSpace space,
      Map<TensorOption, Sensitivity> measured,
      PlanSearchSettings settings,
      Function<Candidate, OptionalDouble> uniformLoss) {
    this.within = within;
    this.catalog = catalog;
    this.space = space;
    this.measured = Map.copyOf(measured);
    this.settings = settings;
    this.uniformLoss = uniformLoss;
  }

  /**
   * Runs the search.
   *
   * @param uniform the uniform candidate that agrees most often; its plan is the answer only where
   *     it is better by {@link #best}
   * @param warmStart the plan of an earlier recipe
   * @return with the best plan, unless the uniform candidate is better
   */
  PlanOutcome run(
      Strategy strategy, Optional<CandidateEvaluation> uniform, Optional<Candidate> warmStart) {
    within.beginPlans();
    List<QuantizationPlan> line = strategy.line(space, measured);
    List<Proposal> all = new ArrayList<>();
    for (int place = 0; place < line.size(); place++) {
      QuantizationPlan plan = line.get(place);
      all.add(
          new Proposal(
              place, catalog.bytes(plan), PredictedLoss.of(plan, measured).orElse(NO_LOSS)));
    }
    List<Proposal> fitting =
        all.stream()
            .filter(own -> own.bytes() <= within.largest().bytes().bytes())
            .sorted(byPromise(line))
            .toList();
    Set<Candidate> contenders = new LinkedHashSet<>();
    warmStart.filter(within::allows).ifPresent(contenders::add);
    List<Candidate> proposed = proposed(fitting, line);
    contenders.addAll(proposed);
    if (!proposed.isEmpty() && !measured.isEmpty()) {
      contenders.addAll(
          new Neighbours(catalog, space, measured)
              .within(proposed.get(0), within.largest().bytes(), settings.neighbours()));
    }
    TreeMap<Candidate, CandidateEvaluation> told = new TreeMap<>();
    List<CandidateEvaluation> judged = within.judge(List.copyOf(contenders), 0);
    judged.forEach(own -> told.put(own.candidate(), own));
    if (contenders.isEmpty()) {
      // So that a result can say by how much nothing fits.
      all.stream()
          .min(bySize(line))
          .map(own -> catalog.add(line.get(own.place())))
          .ifPresent(smallest -> told.put(smallest, WithinSize.tooLarge(smallest)));
    }
    return new PlanOutcome(
        best(judged, uniform),
        List.of(),
        List.copyOf(told.values()),
        List.of(),
        fitting.size(),
        points(all, line));
  }

  /** What the line promises, sizes that cannot be told apart left out. */
  private List<PlanOutcome.LinePoint> points(
      List<Proposal> proposals, List<QuantizationPlan> line) {
    List<PlanOutcome.LinePoint> points = new ArrayList<>();
    if (!measured.isEmpty()) {
      double next = 0;
      for (Proposal plan :
          proposals.stream().sorted(Comparator.comparingLong(Proposal::bytes)).toList()) {
        if (plan.bytes() >= next && plan.loss() != NO_LOSS) {
          long bytes = catalog.bytesOnDisk(line.get(plan.place()));
          points.add(new PlanOutcome.LinePoint(bytes, plan.loss()));
          next = plan.bytes() * PlanSearch.CLOSEST_SIZES;
        }
      }
    }
    return points;
  }

  /**
   * A plan of the line that may be judged.
   *
   * @param place in the line
   */
  private record Proposal(int place, long bytes, double loss) {}

  /** As candidates ascend: the digest is made where sizes are equal only. */
  private static Comparator<Proposal> bySize(List<QuantizationPlan> line) {
    return Comparator.comparingLong(Proposal::bytes)
        .thenComparing(own -> line.get(own.place()).digest().hex());
  }

  /** The least loss first; without losses the largest plan, so that a budget ends at small ones. */
  private Comparator<Proposal> byPromise(List<QuantizationPlan> line) {
    return measured.isEmpty()
        ? bySize(line).reversed()
        : Comparator.comparingDouble(Proposal::loss).thenComparing(bySize(line));
  }

  /**
   * All that fit where no loss is known; or else the first of them and a few behind it, of sizes
   * that can be told apart.
   */
  private List<Candidate> proposed(List<Proposal> fitting, List<QuantizationPlan> line) {
    List<Candidate> proposed = new ArrayList<>();
    long last = Long.MAX_VALUE;
    for (Proposal plan : fitting) {
      boolean apart =
          proposed.size() <= settings.scan() && plan.bytes() * PlanSearch.CLOSEST_SIZES <= last;
      if (measured.isEmpty() || apart) {
        Candidate candidate = catalog.add(line.get(plan.place()));
        // What it promises may be less than it takes.
        if (within.allows(candidate)) {
          proposed.add(candidate);
        }
        last = plan.bytes();
      }
    }
    return proposed;
  }

  /**
   * The plan that agrees most often. Of equal ones the least predicted loss counts, then the size;
   * so it does against the uniform candidate.
   *
   * @return empty where the uniform candidate is better
   */
  private Optional<CandidateEvaluation> best(
      List<CandidateEvaluation> judged, Optional<CandidateEvaluation> uniform) {
    Comparator<CandidateEvaluation> better =
        Comparator.comparingLong((CandidateEvaluation own) -> -own.counts().agreeing())
            .thenComparingDouble(own -> loss(own.candidate()))
            .thenComparing(CandidateEvaluation::candidate);
    return judged.stream()
        .min(better)
        .filter(plan -> uniform.isEmpty() || better.compare(plan, uniform.get()) < 0);
  }

  private double loss(Candidate candidate) {
    if (measured.isEmpty()) {
      return NO_LOSS;
    }
    OptionalDouble loss =
        candidate.plan().isPresent()
            ? PredictedLoss.of(catalog.plan(candidate), measured)
            : uniformLoss.apply(candidate);
    return loss.orElse(NO_LOSS);
  }
}
