package org.quantsweep.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.agreement.AgreementThreshold;

/**
 * Begins a ladder higher where its first rung is in doubt. A first rung that fails leaves no answer
 * at all, though a larger uniform candidate would pass: so such candidates come before it, until
 * one is almost sure to pass. They are chosen on the selection samples, before the samples that
 * confirm are opened.
 */
public final class LadderTop {
  private final CandidateJudge judge;
  private final AgreementThreshold threshold;
  private final int most;
  private final long unseen;

  /**
   * What is added to a ladder.
   *
   * @param rungs the whole ladder, from the first to the last that is tested
   * @param judged the larger candidates that selection was asked about
   */
  public record Raised(List<Rung> rungs, List<CandidateEvaluation> judged) {
    /** Copies the lists. */
    public Raised {
      rungs = List.copyOf(rungs);
      judged = List.copyOf(judged);
    }
  }

  /**
   * What raises ladders.
   *
   * @param judge over the selection samples; candidates that its budget does not reach stay out
   * @param threshold what selection asks for
   * @param most how many rungs a ladder has at most
   * @param unseen how many samples confirm
   */
  public LadderTop(CandidateJudge judge, AgreementThreshold threshold, int most, long unseen) {
    this.judge = judge;
    this.threshold = threshold;
    this.most = most;
    this.unseen = unseen;
  }

  /**
   * A ladder with larger candidates before its first rung, where that one is in doubt.
   *
   * @param first what selection counts of the first rung
   * @param larger uniform candidates that selection need not have judged, ascending in size
   */
  public Raised over(List<Rung> rungs, AgreementCounts first, List<Candidate> larger) {
    List<Rung> raised = new ArrayList<>(rungs);
    List<CandidateEvaluation> judged = new ArrayList<>();
    // Between what the ladder tells and the rung's own counts, which luck has lifted.
    double share = (rungs.get(0).share() + first.share()) / 2;
    boolean isSure = rungs.get(0).chance() == 1 || isSure(share, rungs.get(0).candidate());
    for (Candidate candidate : larger) {
      if (isSure) {
        break;
      }
      if (!Ladder.isStepAbove(candidate, raised.get(0))) {
        continue;
      }
      Map<Candidate, CandidateEvaluation> found = judge.judge(List.of(candidate), threshold);
      if (found.isEmpty()) {
        break;
      }
      CandidateEvaluation own = found.get(candidate);
      judged.add(own);
      if (own.verdict() == Verdict.ACCEPTED && own.counts().share() >= share) {
        raised.add(
            0,
            Ladder.byCounts(own, threshold, unseen)
                .times(judge.chanceOfClasses(candidate, unseen)));
        share = own.counts().share();
        isSure = candidate instanceof Candidate.AsGiven || isSure(share, candidate);
      }
    }
    return new Raised(raised.subList(0, Math.min(most, raised.size())), judged);
  }

  private boolean isSure(double share, Candidate candidate) {
    return Ladder.chance(share, threshold, judge.denominator(), unseen)
            * judge.chanceOfClasses(candidate, unseen)
        >= Ladder.SURE;
  }
}
