package org.quantsweep.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.quantsweep.agreement.AgreementThreshold;

/**
 * Uniform candidates that selection accepts, which are tested behind a ladder that gives no answer
 * as small, the smallest first, until one passes. Larger ones than the best are judged on the
 * selection samples when their turn comes, because few ladders need them. Which of them selection
 * accepts depends on nothing that confirmation sees.
 */
public final class BehindLadder {
  private final Optional<CandidateEvaluation> best;
  private final List<Candidate> larger;
  private final CandidateJudge judge;
  private final AgreementThreshold threshold;
  private final long unseen;
  private final List<CandidateEvaluation> judged = new ArrayList<>();
  private boolean begun;
  private int place;

  /**
   * What is tested.
   *
   * @param best the smallest uniform candidate that selection accepts; without it nothing is tested
   * @param larger the other uniform candidates, ascending
   * @param judge over the selection samples; candidates that its budget does not reach stay out
   * @param threshold what selection has asked for
   * @param unseen how many samples confirm
   */
  BehindLadder(
      Optional<CandidateEvaluation> best,
      List<Candidate> larger,
      CandidateJudge judge,
      AgreementThreshold threshold,
      long unseen) {
    this.best = best;
    this.larger = best.isEmpty() ? List.of() : List.copyOf(larger);
    this.judge = judge;
    this.threshold = threshold;
    this.unseen = unseen;
  }

  /** Nothing is tested. */
  static BehindLadder nothing(CandidateJudge judge, AgreementThreshold threshold) {
    return new BehindLadder(Optional.empty(), List.of(), judge, threshold, 1);
  }

  /** The first that may be tested, which is known before. */
  public Optional<Candidate> first() {
    return best.map(CandidateEvaluation::candidate);
  }

  /** The larger candidates that selection was asked about so far. */
  public List<CandidateEvaluation> judged() {
    return List.copyOf(judged);
  }

  /**
   * The next one to test.
   *
   * @param answer the candidate that is the answer otherwise; only smaller ones are of use
   * @param tested candidates that were tested already
   */
  Optional<Rung> next(Optional<Candidate> answer, Collection<Candidate> tested) {
    if (!begun) {
      begun = true;
      if (best.isPresent() && isOfUse(best.get().candidate(), answer, tested)) {
        return best.map(this::rung);
      }
    }
    while (place < larger.size()) {
      Candidate candidate = larger.get(place++);
      if (!isOfUse(candidate, answer, tested)) {
        continue;
      }
      CandidateEvaluation own = judge.judge(List.of(candidate), threshold).get(candidate);
      if (own == null) {
        return Optional.empty();
      }
      judged.add(own);
      if (own.verdict().isAccepted()) {
        return Optional.of(rung(own));
      }
    }
    return Optional.empty();
  }

  private static boolean isOfUse(
      Candidate candidate, Optional<Candidate> answer, Collection<Candidate> tested) {
    return !tested.contains(candidate)
        && (answer.isEmpty() || candidate.compareTo(answer.get()) < 0);
  }

  private Rung rung(CandidateEvaluation own) {
    return Ladder.byCounts(own, threshold, unseen)
        .times(judge.chanceOfClasses(own.candidate(), unseen));
  }
}
