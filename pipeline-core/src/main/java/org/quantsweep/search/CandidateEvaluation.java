package org.quantsweep.search;

import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import org.quantsweep.agreement.AgreementCounts;

/**
 * A candidate and what the sequential rule says of it.
 *
 * @param counts over the samples that the rule judged, in its order; over all samples where the
 *     verdict is accepted, rejected or judged
 * @param missed classes that cannot reach their floor, of what was judged; the farthest first
 */
public record CandidateEvaluation(
    Candidate candidate, Verdict verdict, AgreementCounts counts, List<SampleClass> missed)
    implements Serializable {
  /** Of what was judged on every sample: the most agreeing first, of equal ones the smallest. */
  public static final Comparator<CandidateEvaluation> MOST_AGREEING =
      Comparator.comparingLong((CandidateEvaluation own) -> -own.counts().agreeing())
          .thenComparing(CandidateEvaluation::candidate);

  /** Copies the list. */
  public CandidateEvaluation {
    missed = List.copyOf(missed);
  }

  /** Where no class missed its floor. */
  public CandidateEvaluation(Candidate candidate, Verdict verdict, AgreementCounts counts) {
    this(candidate, verdict, counts, List.of());
  }

  /** Whether every sample was judged, so that the counts are an estimate of the agreement. */
  public boolean isComplete() {
    return verdict == Verdict.ACCEPTED || verdict == Verdict.REJECTED || verdict == Verdict.JUDGED;
  }
}
