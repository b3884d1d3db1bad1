package org.quantsweep.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quantsweep.UsageException;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.CandidateEvaluation;
import org.quantsweep.search.CandidateJudge;
import org.quantsweep.search.PlanCatalog;
import org.quantsweep.search.Verdict;
import org.quantsweep.sweep.OptionStore;
import org.quantsweep.sweep.TensorOption;

/**
 * An earlier recipe whose plan is tried first.
 *
 * @param file its name, for messages
 */
record WarmStart(String file, Recipe recipe) {
  /** The one that is asked for; empty where none is. */
  static Optional<WarmStart> read(SweepSettings settings, SweepInput input) {
    return settings
        .perTensor()
        .flatMap(PerTensorSettings::warmStart)
        .map(file -> new WarmStart(file, Recipe.parse(input.recipe(file), file)));
  }

  /**
   * Refuses a recipe whose plan is not one of this sweep's.
   *
   * @throws UsageException saying all that does not fit
   */
  void requireFitting(SweepSettings settings, ModelFiles given) {
    if (!recipe.model().equals(given.digest().hex())) {
      throw new UsageException(
          file
              + ": this recipe is for a model with SHA-256 "
              + recipe.model()
              + ", not for "
              + settings.model()
              + ".\nMaybe leave --warm-start out.");
    }
    List<String> rewrites = SweepSettings.names(settings.rewrites());
    if (!recipe.rewrites().equals(rewrites)) {
      throw new UsageException(
          file
              + ": this recipe is for the rewrites "
              + recipe.rewrites()
              + ", but this sweep does "
              + rewrites
              + ".\nMaybe give --keep-batch-norm as for that recipe, or leave --warm-start out.");
    }
    List<String> problems = new ArrayList<>();
    Map<String, Scheme> schemes = recipe.plan().schemes();
    settings
        .rules()
        .kept()
        .forEach(
            (tensor, scheme) -> {
              if (!schemes.containsKey(tensor)) {
                problems.add(tensor + " (not " + scheme + ")");
              }
            });
    schemes.forEach(
        (tensor, scheme) -> {
          if (!settings.rules().allow(tensor, scheme)) {
            problems.add(tensor + " (" + scheme + ")");
          }
        });
    if (!problems.isEmpty()) {
      throw new UsageException(
          file
              + ": this recipe stores weight tensors in what this sweep does not allow: "
              + String.join(", ", problems)
              + ".\nMaybe edit it, or leave --warm-start out.");
    }
  }

  /** False where the budget ended before, or a layer's inputs cannot be used. */
  boolean isFitted(OptionStore options, Sha256Digest calibration) {
    List<TensorOption> fitted = recipe.fitted();
    return options.loadFitted(calibration, fitted).size() == fitted.size();
  }

  /** Its plan, to be judged. */
  Candidate candidate(PlanCatalog plans) {
    return plans.add(recipe.plan());
  }

  /** Its plan, where that is accepted and smaller than the best uniform candidate. */
  Optional<CandidateEvaluation> judge(
      CandidateJudge judge, PlanCatalog plans, SweepFindings findings) {
    Candidate plan = candidate(plans);
    CandidateEvaluation evaluation = judge.judge(List.of(plan), findings.threshold()).get(plan);
    boolean better =
        evaluation != null
            && evaluation.verdict() == Verdict.ACCEPTED
            && findings
                .bestUniform()
                .map(best -> plan.compareTo(best.candidate()) < 0)
                .orElse(true);
    return better ? Optional.of(evaluation) : Optional.empty();
  }
}
