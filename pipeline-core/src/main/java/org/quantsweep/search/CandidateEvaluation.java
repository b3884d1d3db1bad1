package org.quantsweep.search;

import java.io.Serializable;
import org.quantsweep.agreement.AgreementCounts;

/**
 * A candidate and what the sequential rule says of it.
 *
 * @param counts over the samples that the rule judged, in its order; over all samples where the
 *     verdict is accepted or rejected
 */
public record CandidateEvaluation(Candidate candidate, Verdict verdict, AgreementCounts counts)
    implements Serializable {
  /** Whether every sample was judged, so that the counts are an estimate of the agreement. */
  public boolean isComplete() {
    return verdict == Verdict.ACCEPTED || verdict == Verdict.REJECTED;
  }
}
