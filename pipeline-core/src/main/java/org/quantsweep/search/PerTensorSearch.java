package org.quantsweep.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;

/**
 * The whole procedure for one option per weight tensor: the options, what each does alone, a line
 * of plans, real evaluations along it, and the finalists. The uniform family has been judged
 * before; its best is the incumbent.
 */
public final class PerTensorSearch {
  /** Larger than every plan: where no candidate was accepted, plans of any size are looked at. */
  private static final Candidate UNBOUNDED = new Candidate.AsGiven(new ByteSize(Long.MAX_VALUE));

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
   * @param finalists how many plans are to be confirmed, and what else is
   * @param incumbent the best uniform candidate; only smaller plans are looked at
   */
  public Found run(
      Collection<String> tensors,
      Set<String> calibratable,
      OptionRules rules,
      long sensitivitySamples,
      Strategy strategy,
      AgreementThreshold threshold,
      Finalists finalists,
      Optional<Candidate> incumbent) {
    SearchSpace space = pass.space(tensors, calibratable, rules);
    Map<TensorOption, Sensitivity> sensitivities = Map.of();
    if (strategy.needsSensitivities()) {
      OptionPass.Measured measured = pass.sensitivities(space, sensitivitySamples, threshold);
      if (!measured.complete()) {
        return new Found(space, measured.sensitivities(), Optional.empty());
      }
      space = measured.space();
      sensitivities = measured.sensitivities();
    }
    Candidate bound = incumbent.orElse(UNBOUNDED);
    PlanOutcome plans =
        new PlanSearch(judge, catalog, space, sensitivities, settings, budget)
            .run(strategy, threshold, finalists, bound);
    return new Found(space, sensitivities, Optional.of(plans));
  }

  /** The finalists, ascending in size: the proposed plans, and the best uniform candidate. */
  public static List<Candidate> finalists(
      Optional<PlanOutcome> plans, Optional<Candidate> bestUniform) {
    List<Candidate> finalists = new ArrayList<>();
    plans
        .map(PlanOutcome::proposals)
        .orElse(List.of())
        .forEach(plan -> finalists.add(plan.candidate()));
    bestUniform.ifPresent(finalists::add);
    finalists.sort(null);
    return finalists;
  }
}
