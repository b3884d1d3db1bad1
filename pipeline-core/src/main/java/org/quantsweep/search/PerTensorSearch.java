package org.quantsweep.search;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
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
   * @param sensitivities of them, as of all samples; empty when the budget ended before
   * @param predicted options that were not run: their sensitivities are foretold
   * @param plans what the search along the line found; empty when the budget ended before
   */
  public record Found(
      SearchSpace space,
      Map<TensorOption, Sensitivity> sensitivities,
      Set<TensorOption> predicted,
      Optional<PlanOutcome> plans) {
    /** Copies the collections. */
    public Found {
      sensitivities = Map.copyOf(sensitivities);
      predicted = Set.copyOf(predicted);
    }

    /** Options of the space that were run: those that change something, and are not foretold. */
    public Set<TensorOption> run() {
      Set<TensorOption> run = new HashSet<>(space.options());
      run.removeIf(option -> option.scheme() instanceof Scheme.FullPrecision);
      run.retainAll(sensitivities.keySet());
      run.removeAll(predicted);
      return run;
    }

    private static Found unfinished(SearchSpace space, OptionPass.Measured known) {
      return new Found(space, known.sensitivities(), known.predicted(), Optional.empty());
    }
  }

  /**
   * Runs the search.
   *
   * @param tensors identities of the weight tensors that are quantized
   * @param calibratable which of them can be fitted to their inputs
   * @param sensitivitySamples how many samples each option is run on at most
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
    SearchSpace offered = pass.space(tensors, calibratable, rules);
    FewRuns.Searching searching =
        (space, losses) ->
            new PlanSearch(
                judge,
                catalog,
                space,
                losses,
                settings,
                budget,
                uniform -> loss(uniform, tensors, sensitivitySamples));
    if (!strategy.needsSensitivities()) {
      PlanOutcome plans = searching.over(offered, Map.of()).run(strategy, threshold, finalists);
      return new Found(offered, Map.of(), Set.of(), Optional.of(plans));
    }
    FewRuns few = new FewRuns(pass.few(), catalog, strategy, sensitivitySamples);
    OptionPass.Measured known =
        strategy.foretells()
            ? few.below(offered, threshold, searching, finalists.incumbent())
            : pass.sensitivities(offered, sensitivitySamples, threshold);
    // Plans that were judged on the way are an answer, even where the budget ended the runs.
    if (!known.complete() && few.decided().isEmpty()) {
      return Found.unfinished(offered, known);
    }
    Map<TensorOption, Sensitivity> losses = new HashMap<>(known.sensitivities());
    finalists
        .warmStart()
        .flatMap(own -> pass.alone(catalog.plan(own.candidate()), sensitivitySamples))
        .ifPresent(losses::putAll);
    PlanSearch search = searching.over(known.space(), losses);
    search.begin(few.decided(), few.boundary());
    PlanOutcome plans = search.run(strategy, threshold, finalists);
    return new Found(known.space(), losses, known.predicted(), Optional.of(plans));
  }

  /**
   * Runs the search for the plan that agrees most often up to a size.
   *
   * @param tensors identities of the weight tensors that are quantized
   * @param calibratable which of them can be fitted to their inputs
   * @param sensitivitySamples how many samples each option is run on at most
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
          Set.of(),
          Optional.of(new PlanOutcome(Optional.empty(), List.of(), List.of(told), List.of(), 0)));
    }
    Map<TensorOption, Sensitivity> losses = new HashMap<>();
    Set<TensorOption> predicted = Set.of();
    if (strategy.needsSensitivities()) {
      // Whatever an option does alone, a plan that fits may need it.
      OptionPass.Measured known =
          strategy.foretells()
              ? new FewRuns(pass.few(), catalog, strategy, sensitivitySamples)
                  .within(space, within.largest().bytes().bytes())
              : pass.sensitivities(space, sensitivitySamples, AgreementThreshold.NONE);
      if (!known.complete()) {
        return Found.unfinished(space, known);
      }
      space = known.space();
      predicted = known.predicted();
      losses.putAll(known.sensitivities());
      warmStart
          .flatMap(own -> pass.alone(catalog.plan(own), sensitivitySamples))
          .ifPresent(losses::putAll);
    }
    PlanOutcome plans =
        new PlansWithinSize(
                within,
                catalog,
                space,
                losses,
                settings,
                own -> loss(own, tensors, sensitivitySamples))
            .run(strategy, uniform, warmStart);
    return new Found(space, losses, predicted, Optional.of(plans));
  }

  /**
   * The summed loss of a uniform candidate's options, each alone, as of a plan. Weight tensors that
   * its scheme cannot hold stay as they are stored.
   */
  private OptionalDouble loss(Candidate uniform, Collection<String> tensors, long samples) {
    if (!(uniform instanceof Candidate.Uniform own)) {
      return OptionalDouble.empty();
    }
    List<String> held =
        tensors.stream().filter(tensor -> pass.holds(tensor, own.scheme())).toList();
    return pass.alone(QuantizationPlan.uniform(own.scheme(), held), samples).stream()
        .mapToDouble(alone -> alone.values().stream().mapToDouble(Sensitivity::loss).sum())
        .findFirst();
  }
}
