package org.quantsweep.search;

import java.util.List;
import java.util.Optional;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sweep.Evidence;

/**
 * Judges one candidate on samples in one fixed order. It stops with a rejection at the first
 * disagreement that the threshold does not allow, which cannot change the decision: with d = n -
 * ceil(t n) allowed, d + 1 disagreements reject whatever the other samples say. The outcome depends
 * only on the evidence, so it is the same however the work was done.
 */
final class SequentialRule {
  private final SampleIndex samples;
  private final List<Integer> order;
  private final long required;
  private final long allowed;

  private SequentialRule(SampleIndex samples, List<Integer> order, long n, long required) {
    this.samples = samples;
    this.order = order;
    this.required = required;
    this.allowed = n - required;
  }

  /** Accepts at ceil(t n) of n samples. */
  static SequentialRule of(SampleIndex samples, List<Integer> order, AgreementThreshold threshold) {
    long n = total(samples, order);
    return new SequentialRule(samples, order, n, threshold.required(n));
  }

  /** Accepts at so many samples. */
  static SequentialRule requiring(SampleIndex samples, List<Integer> order, long required) {
    return new SequentialRule(samples, order, total(samples, order), required);
  }

  private static long total(SampleIndex samples, List<Integer> order) {
    return order.stream().mapToLong(rank -> samples.count(rank)).sum();
  }

  /** The verdict and its counts; empty while samples that it needs are not judged. */
  Optional<CandidateEvaluation> judge(Candidate candidate, Evidence evidence) {
    long judged = 0;
    long disagreeing = 0;
    for (int rank : order) {
      if (!evidence.isJudged(rank)) {
        return Optional.empty();
      }
      judged += samples.count(rank);
      if (!evidence.isAgreed(rank)) {
        disagreeing += samples.count(rank);
        if (disagreeing > allowed) {
          return Optional.of(
              evaluation(candidate, Verdict.REJECTED_EARLY, judged - disagreeing, judged));
        }
      }
    }
    return Optional.of(evaluation(candidate, Verdict.ACCEPTED, judged - disagreeing, judged));
  }

  /**
   * The verdict as soon as it is certain: at the first disagreement too many, or once so many
   * samples agree that the others cannot matter.
   */
  Optional<CandidateEvaluation> judgeUntilCertain(Candidate candidate, Evidence evidence) {
    long judged = 0;
    long agreeing = 0;
    for (int rank : order) {
      if (agreeing >= required) {
        return Optional.of(evaluation(candidate, Verdict.ACCEPTED_EARLY, agreeing, judged));
      }
      if (!evidence.isJudged(rank)) {
        return Optional.empty();
      }
      judged += samples.count(rank);
      agreeing += evidence.isAgreed(rank) ? samples.count(rank) : 0;
      if (judged - agreeing > allowed) {
        return Optional.of(evaluation(candidate, Verdict.REJECTED_EARLY, agreeing, judged));
      }
    }
    return Optional.of(evaluation(candidate, Verdict.ACCEPTED, agreeing, judged));
  }

  /** The verdict over all samples, without stopping early. */
  Optional<CandidateEvaluation> judgeWhole(Candidate candidate, Evidence evidence) {
    long judged = 0;
    long agreeing = 0;
    for (int rank : order) {
      if (!evidence.isJudged(rank)) {
        return Optional.empty();
      }
      judged += samples.count(rank);
      agreeing += evidence.isAgreed(rank) ? samples.count(rank) : 0;
    }
    Verdict verdict = judged - agreeing > allowed ? Verdict.REJECTED : Verdict.ACCEPTED;
    return Optional.of(evaluation(candidate, verdict, agreeing, judged));
  }

  /** The counts over all samples, where nothing has to be met. */
  Optional<CandidateEvaluation> count(Candidate candidate, Evidence evidence) {
    return judgeWhole(candidate, evidence)
        .map(whole -> new CandidateEvaluation(candidate, Verdict.JUDGED, whole.counts()));
  }

  /**
   * How far a candidate has come.
   *
   * @param place in the order, of the first sample that is not judged; the order's length if none
   * @param judged samples before it, copies counted
   * @param disagreeing of these
   */
  record Progress(int place, long judged, long disagreeing) {}

  /** How far a candidate has come in the one order. */
  Progress progress(Evidence evidence) {
    int place = 0;
    long judged = 0;
    long disagreeing = 0;
    for (int rank : order) {
      if (!evidence.isJudged(rank)) {
        break;
      }
      place++;
      judged += samples.count(rank);
      disagreeing += evidence.isAgreed(rank) ? 0 : samples.count(rank);
    }
    return new Progress(place, judged, disagreeing);
  }

  /**
   * How many samples, at least, must be judged before a candidate can fail: each one of them is
   * needed, whatever comes out.
   */
  int leastToReject(Progress progress) {
    long missing = Math.max(0, allowed + 1 - progress.disagreeing());
    return (int) Math.min(order.size(), progress.place() + missing);
  }

  /**
   * Whether a candidate looks as if it passes: of the samples so far, which are the hardest, hardly
   * twice the share disagrees that may of all. A guess that decides only what is done ahead.
   */
  boolean isPromising(Progress progress) {
    return progress.judged() > allowed / 2
        && (double) progress.disagreeing() * (allowed + required)
            <= 2.0 * allowed * progress.judged();
  }

  private static CandidateEvaluation evaluation(
      Candidate candidate, Verdict verdict, long agreeing, long judged) {
    return new CandidateEvaluation(candidate, verdict, new AgreementCounts(agreeing, judged));
  }
}
