package org.quantsweep.search;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.sweep.ReferenceEvidence;

/**
 * What a search found: every candidate's evaluation in ascending order of size, and the reference's
 * evidence, under a threshold. The smallest accepted one is selected; where nothing had to be met,
 * the one that agrees most often.
 */
public record SearchOutcome(
    List<CandidateEvaluation> evaluations,
    ReferenceEvidence reference,
    AgreementThreshold threshold)
    implements Serializable {
  /** Copies the list. */
  public SearchOutcome {
    evaluations = List.copyOf(evaluations);
  }

  /**
   * The smallest accepted candidate, or the most agreeing of those that were only counted; empty
   * when none is acceptable.
   */
  public Optional<CandidateEvaluation> selected() {
    return evaluations.stream()
        .filter(evaluation -> evaluation.verdict() == Verdict.ACCEPTED)
        .findFirst()
        .or(
            () ->
                evaluations.stream()
                    .filter(evaluation -> evaluation.verdict() == Verdict.JUDGED)
                    .min(CandidateEvaluation.MOST_AGREEING));
  }
}
