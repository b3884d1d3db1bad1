package org.quantsweep.search;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;

/**
 * The whole procedure for one option per weight tensor: the options, what each does alone, a line
 * of plans, real evaluations along it, and the ladder that is confirmed. The uniform family has
 * been judged before; plans that are not smaller than its best are not searched for.
 */
public final class PerTensorSearch {
  private final OptionPass pass;
  private final CandidateJudge judge;
  private final PlanCatalog catalog;
  private final SearchBudget budget;
  private final PlanSearchSettings settings;

  /** With everything that it drives. */
  public PerTensorSearch(
      OptionPass pass,
      CandidateJudge judge,
      PlanCatalog catalog,
      SearchBudget budget,
      PlanSearchSettings settings) {
    this.pass = pass;
    this.judge = judge;
    this.catalog = catalog;
    this.budget = budget;
    this.settings = settings;
  }

  /**
   * What was found.
   *
   * @param space the options that were looked at
   * @param sensitivities of them; empty when the budget ended before
   * @param plans what the search along the line found; empty when the budget ended before
   */
  public record Found(
      SearchSpace space,
      Map<TensorOption, Sensitivity> sensitivities,
      Optional<PlanOutcome> plans) {
    /** Copies the map. */
    public Found {
      sensitivities = Map.copyOf(sensitivities);
    }
  }

  /**
   * Runs the search.
   *
   * @param tensors identities of the weight tensors that are quantized
   * @param calibratable which of them can be fitted to their inputs
   * @param sensitivitySamples how many samples each option is run on
   * @param finalists what is accepted already, and what is to be confirmed
   */
  public Found run(
      Collection<String> tensors,
      Set<String> calibratable,
      OptionRules rules,
      long sensitivitySamples,
      Strategy strategy,
      AgreementThreshold threshold,
      Finalists finalists) {
    SearchSpace space = pass.space(tensors, calibratable, rules);
    Map<TensorOption, Sensitivity> sensitivities = new HashMap<>();
    if (strategy.needsSensitivities()) {
      OptionPass.Measured measured = pass.sensitivities(space, sensitivitySamples, threshold);
      if (!measured.complete()) {
        return new Found(space, measured.sensitivities(), Optional.empty());
      }
      space = measured.space();
      sensitivities.putAll(measured.sensitivities());
      finalists
          .warmStart()
          .flatMap(own -> pass.alone(catalog.plan(own.candidate()), sensitivitySamples))
          .ifPresent(sensitivities::putAll);
    }
    PlanOutcome plans =
        new PlanSearch(
                judge,
                catalog,
                space,
                sensitivities,
                settings,
                budget,
                uniform -> loss(uniform, tensors, sensitivitySamples))
            .run(strategy, threshold, finalists);
    return new Found(space, sensitivities, Optional.of(plans));
  }

  /**
   * Runs the search for the plan that agrees most often up to a size.
   *
   * @param tensors identities of the weight tensors that are quantized
   * @param calibratable which of them can be fitted to their inputs
   * @param sensitivitySamples how many samples each option is run on
   * @param uniform the uniform candidate that agrees most often
   * @param warmStart the plan of an earlier recipe
   */
  public Found runWithin(
      WithinSize within,
      Collection<String> tensors,
      Set<String> calibratable,
      OptionRules rules,
      long sensitivitySamples,
      Strategy strategy,
      Optional<CandidateEvaluation> uniform,
      Optional<Candidate> warmStart) {
    SearchSpace space = pass.space(tensors, calibratable, rules);
    Candidate smallest = catalog.add(space.plan(Collections.nCopies(space.tensors().size(), 0)));
    if (!within.allows(smallest) && warmStart.stream().noneMatch(within::allows)) {
      // Told before every option is run for nothing.
      CandidateEvaluation told = WithinSize.tooLarge(smallest);
      return new Found(
          space,
          Map.of(),
          Optional.of(new PlanOutcome(Optional.empty(), List.of(), List.of(told), List.of(), 0)));
    }
    Map<TensorOption, Sensitivity> sensitivities = new HashMap<>();
    if (strategy.needsSensitivities()) {
      // Whatever an option does alone, a plan that fits may need it.
      OptionPass.Measured measured =
          pass.sensitivities(space, sensitivitySamples, AgreementThreshold.NONE);
      if (!measured.complete()) {
        return new Found(space, measured.sensitivities(), Optional.empty());
      }
      space = measured.space();
      sensitivities.putAll(measured.sensitivities());
      warmStart
          .flatMap(own -> pass.alone(catalog.plan(own), sensitivitySamples))
          .ifPresent(sensitivities::putAll);
    }
    PlanOutcome plans =
        new PlansWithinSize(
                within,
                catalog,
                space,
                sensitivities,
                settings,
                own -> loss(own, tensors, sensitivitySamples))
            .run(strategy, uniform, warmStart);
    return new Found(space, sensitivities, Optional.of(plans));
  }

  /** The summed loss of a uniform candidate's options, each alone, as of a plan. */
  private OptionalDouble loss(Candidate uniform, Collection<String> tensors, long samples) {
    if (!(uniform instanceof Candidate.Uniform own)) {
      return OptionalDouble.empty();
    }
    return pass.alone(QuantizationPlan.uniform(own.scheme(), tensors), samples).stream()
        .mapToDouble(alone -> alone.values().stream().mapToDouble(Sensitivity::loss).sum())
        .findFirst();
  }
}
