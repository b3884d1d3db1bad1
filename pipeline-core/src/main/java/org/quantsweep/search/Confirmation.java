package org.quantsweep.search;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.agreement.AgreementThreshold;

/**
 * Tests finalists on samples that no search has seen, the smallest first, until one passes. They
 * are fixed before these samples are opened.
 *
 * @param tested in the order of the test; those behind the first that passed were not tested
 * @param required how many samples must agree
 * @param samples n, the denominator
 */
public record Confirmation(List<Finalist> tested, long required, long samples)
    implements Serializable {
  /** Copies the list. */
  public Confirmation {
    tested = List.copyOf(tested);
  }

  /** A finalist and its counts on every confirmation sample. */
  public record Finalist(Candidate candidate, AgreementCounts counts, boolean passed)
      implements Serializable {}

  /** The first that passed; empty when none did. */
  public Optional<Finalist> passed() {
    return tested.stream().filter(Finalist::passed).findFirst();
  }

  /**
   * Runs the tests.
   *
   * @param judge over the confirmation samples, with a budget of its own
   * @param finalists ascending in size
   */
  public static Confirmation run(
      CandidateJudge judge,
      List<Candidate> finalists,
      AgreementThreshold threshold,
      AcceptanceRule rule,
      double confidence) {
    long n = judge.denominator();
    long required = rule.required(threshold, n, confidence, Math.max(1, finalists.size()));
    List<Finalist> tested = new ArrayList<>();
    for (Candidate candidate : finalists) {
      judge.expect(finalists.size() - tested.size() - 1);
      Map<Candidate, CandidateEvaluation> found = judge.judgeWhole(List.of(candidate), threshold);
      CandidateEvaluation evaluation = found.get(candidate);
      if (evaluation == null) {
        break;
      }
      boolean passed = evaluation.counts().agreeing() >= required;
      tested.add(new Finalist(candidate, evaluation.counts(), passed));
      if (passed) {
        break;
      }
    }
    return new Confirmation(tested, required, n);
  }
}
