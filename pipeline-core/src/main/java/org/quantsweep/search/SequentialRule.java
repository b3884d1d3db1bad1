package org.quantsweep.search;

import java.util.List;
import java.util.Optional;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sweep.Evidence;

/**
 * Judges one candidate on samples in one fixed order. It stops with a rejection at the first
 * disagreement that the threshold or the floor of a class does not allow, which cannot change the
 * decision: with d = n - ceil(t n) allowed, d + 1 disagreements reject whatever the other samples
 * say, and so it is within a class. The outcome depends only on the evidence, so it is the same
 * however the work was done.
 */
final class SequentialRule {
  private static final double FARTHER = 1.25;

  private final SampleIndex samples;
  private final List<Integer> order;
  private final long required;
  private final long allowed;
  private final ClassRule classes;

  private SequentialRule(
      SampleIndex samples, List<Integer> order, long n, long required, ClassRule classes) {
    this.samples = samples;
    this.order = order;
    this.required = required;
    this.allowed = n - required;
    this.classes = classes;
  }

  /** Accepts at ceil(t n) of n samples, where no class misses its floor. */
  static SequentialRule of(
      SampleIndex samples, List<Integer> order, AgreementThreshold threshold, ClassRule classes) {
    long n = total(samples, order);
    return new SequentialRule(samples, order, n, threshold.required(n), classes);
  }

  /** Accepts at so many samples, where no class misses its floor. */
  static SequentialRule requiring(
      SampleIndex samples, List<Integer> order, long required, ClassRule classes) {
    return new SequentialRule(samples, order, total(samples, order), required, classes);
  }

  private static long total(SampleIndex samples, List<Integer> order) {
    return order.stream().mapToLong(rank -> samples.count(rank)).sum();
  }

  /** Counts samples, in any order. */
  private final class Count {
    private final ClassRule.Tally tally = classes.tally();
    private long judged;
    private long agreeing;

    void add(int rank, boolean agrees) {
      long copies = samples.count(rank);
      judged += copies;
      agreeing += agrees ? copies : 0;
      tally.add(rank, copies, agrees);
    }

    long disagreeing() {
      return judged - agreeing;
    }

    /** Whether the other samples cannot save the candidate. */
    boolean isLost() {
      return disagreeing() > allowed || tally.isLost();
    }

    /** Whether the other samples cannot fail it. */
    boolean isSure() {
      return agreeing >= required && tally.isMet();
    }

    CandidateEvaluation as(Candidate candidate, Verdict verdict) {
      return new CandidateEvaluation(
          candidate, verdict, new AgreementCounts(agreeing, judged), tally.missed());
    }
  }

  /** The verdict and its counts; empty while samples that it needs are not judged. */
  Optional<CandidateEvaluation> judge(Candidate candidate, Evidence evidence) {
    Count count = new Count();
    for (int rank : order) {
      if (!evidence.isJudged(rank)) {
        return Optional.empty();
      }
      count.add(rank, evidence.isAgreed(rank));
      if (count.isLost()) {
        return Optional.of(count.as(candidate, Verdict.REJECTED_EARLY));
      }
    }
    return Optional.of(count.as(candidate, Verdict.ACCEPTED));
  }

  /**
   * The verdict as soon as it is certain: at the first disagreement too many, or once so many
   * samples agree, in all and in each class, that the others cannot matter.
   */
  Optional<CandidateEvaluation> judgeUntilCertain(Candidate candidate, Evidence evidence) {
    Count count = new Count();
    for (int rank : order) {
      if (count.isSure()) {
        return Optional.of(count.as(candidate, Verdict.ACCEPTED_EARLY));
      }
      if (!evidence.isJudged(rank)) {
        return Optional.empty();
      }
      count.add(rank, evidence.isAgreed(rank));
      if (count.isLost()) {
        return Optional.of(count.as(candidate, Verdict.REJECTED_EARLY));
      }
    }
    return Optional.of(count.as(candidate, Verdict.ACCEPTED));
  }

  /** The verdict over all samples, without stopping early. */
  Optional<CandidateEvaluation> judgeWhole(Candidate candidate, Evidence evidence) {
    Count count = new Count();
    for (int rank : order) {
      if (!evidence.isJudged(rank)) {
        return Optional.empty();
      }
      count.add(rank, evidence.isAgreed(rank));
    }
    return Optional.of(count.as(candidate, count.isLost() ? Verdict.REJECTED : Verdict.ACCEPTED));
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
   * @param tally of these, by class
   */
  record Progress(int place, long judged, long disagreeing, ClassRule.Tally tally) {}

  /** How far a candidate has come in the one order. */
  Progress progress(Evidence evidence) {
    Count count = new Count();
    int place = 0;
    for (int rank : order) {
      if (!evidence.isJudged(rank)) {
        break;
      }
      place++;
      count.add(rank, evidence.isAgreed(rank));
    }
    return new Progress(place, count.judged, count.disagreeing(), count.tally);
  }

  /**
   * How many samples, at least, must be judged before a candidate can fail: each one of them is
   * needed, whatever comes out.
   */
  int leastToReject(Progress progress) {
    long missing = Math.max(0, allowed + 1 - progress.disagreeing());
    int least = (int) Math.min(order.size(), progress.place() + missing);
    return classes.leastToReject(order, progress.place(), least, progress.tally());
  }

  /**
   * Up to which place a candidate that fails is probably judged by then: as if the next samples
   * disagree as often as those so far, or nearly all where there are none yet. They disagree less
   * and less, since the hardest come first, so it is a quarter farther. A guess that decides only
   * what is done in one go.
   */
  int likelyToReject(Progress progress) {
    long missing = Math.max(0, allowed + 1 - progress.disagreeing());
    double share =
        progress.judged() == 0
            ? 1
            : (double) Math.max(1, progress.disagreeing()) / progress.judged();
    double likely = progress.place() + Math.ceil(FARTHER * missing / share);
    return (int) Math.min(order.size(), Math.max(leastToReject(progress), likely));
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

  /** Whether less than half of the samples so far disagree, though these are the hardest. */
  boolean mayPass(Progress progress) {
    return 2 * progress.disagreeing() < progress.judged();
  }
}
