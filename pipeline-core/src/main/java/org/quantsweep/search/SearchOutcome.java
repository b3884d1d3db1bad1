package org.quantsweep.search;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.sweep.ReferenceEvidence;

/**
 * What a search found: every candidate's evaluation in ascending order of size, and the reference's
 * evidence, under a threshold. The smallest accepted one is selected.
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

  /** The smallest accepted candidate; empty when none is acceptable. */
  public Optional<CandidateEvaluation> selected() {
    return evaluations.stream()
        .filter(evaluation -> evaluation.verdict() == Verdict.ACCEPTED)
        .findFirst();
  }
}
