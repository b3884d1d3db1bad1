package org.quantsweep.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.quantize.Scheme;

/**
 * What the guide of coremltools has a person try without data: one configuration for all weight
 * tensors ({@code OptimizationConfig(global_config=...)}), first those that most models bear, then
 * those that many bear. Source: Optimization Workflow, <i>Post-training data-free compression</i>,
 * https://apple.github.io/coremltools/docs-guides/source/opt-workflow.html
 */
public final class GlobalConfigs {
  /** The configurations of each step; of several schemes the first that the family has. */
  private static final List<List<List<String>>> STEPS =
      List.of(
          List.of(List.of("int8", "uint8"), List.of("lut:8"), List.of("lut:6")),
          List.of(List.of("lut:4@group16", "lut:4"), List.of("int4@block32")));

  private final List<List<Candidate>> steps = new ArrayList<>();

  /** Of those that a model's uniform family has, which is what its target and unit allow. */
  public GlobalConfigs(Collection<Candidate> family) {
    for (List<List<String>> step : STEPS) {
      List<Candidate> found = new ArrayList<>();
      step.forEach(names -> first(family, names).ifPresent(found::add));
      if (!found.isEmpty()) {
        steps.add(List.copyOf(found));
      }
    }
  }

  private static Optional<Candidate> first(Collection<Candidate> family, List<String> names) {
    return names.stream()
        .map(Scheme::parse)
        .flatMap(
            scheme ->
                family.stream()
                    .filter(
                        candidate ->
                            candidate instanceof Candidate.Uniform uniform
                                && uniform.scheme().equals(scheme)))
        .findFirst();
  }

  /** How many configurations there are. */
  public int size() {
    return steps.stream().mapToInt(List::size).sum();
  }

  /**
   * The smallest configuration of the last step that has one which meets a threshold; a step is
   * taken where the one before it had one.
   */
  public Optional<CandidateEvaluation> smallest(
      CandidateJudge judge, AgreementThreshold threshold) {
    Optional<CandidateEvaluation> found = Optional.empty();
    for (List<Candidate> step : steps) {
      Optional<CandidateEvaluation> accepted =
          judge.judge(step, threshold).values().stream()
              .filter(own -> own.verdict() == Verdict.ACCEPTED)
              .min(Comparator.comparing(CandidateEvaluation::candidate));
      if (accepted.isEmpty()) {
        break;
      }
      found = accepted;
    }
    return found;
  }

  /** Of the first step that has a configuration which fits, the one that agrees most often. */
  public Optional<CandidateEvaluation> mostAgreeing(WithinSize within) {
    for (List<Candidate> step : steps) {
      List<Candidate> fitting = step.stream().filter(within::allows).toList();
      if (!fitting.isEmpty()) {
        return within.judge(fitting, 0).stream()
            .min(
                Comparator.comparingLong((CandidateEvaluation own) -> -own.counts().agreeing())
                    .thenComparing(CandidateEvaluation::candidate));
      }
    }
    return Optional.empty();
  }
}
