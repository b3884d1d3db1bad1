package org.quantsweep.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.quantsweep.agreement.AgreementThreshold;

/**
 * What a search must know to make the ladder that is confirmed.
 *
 * @param most how many rungs it has at most, at least 1
 * @param unseen how many samples confirm; 0 where nothing is confirmed, and the smallest accepted
 *     candidate is the answer
 * @param uniform the best uniform candidate; empty where none is accepted
 * @param warmStart an accepted plan of an earlier recipe, smaller than that
 */
public record Finalists(
    int most,
    long unseen,
    Optional<CandidateEvaluation> uniform,
    Optional<CandidateEvaluation> warmStart) {
  /** Checks the ranges. */
  public Finalists {
    if (most < 1 || unseen < 0) {
      throw new IllegalArgumentException(
          "the most rungs ("
              + most
              + ") must be at least 1, unseen samples ("
              + unseen
              + ") at least 0.");
    }
  }

  /** What is accepted already; only smaller plans are searched for. */
  Optional<Candidate> incumbent() {
    return warmStart.or(this::uniform).map(CandidateEvaluation::candidate);
  }

  /**
   * The ladder of what is accepted without a search over plans. There is no curve, so chances are
   * by own counts.
   *
   * @param threshold what selection has asked for
   * @param classes the chance of an accepted candidate that no class misses its floor
   */
  public List<Rung> withoutSearch(
      AgreementThreshold threshold, ToDoubleFunction<Candidate> classes) {
    List<Rung> plans = warmStart.stream().map(own -> rung(own, threshold, classes)).toList();
    Optional<Rung> first = uniform.map(own -> rung(own, threshold, classes));
    List<Rung> ladder = new ArrayList<>();
    if (Ladder.isLed(first, plans)) {
      ladder.add(first.get());
    }
    ladder.addAll(plans);
    return ladder.subList(0, Math.min(most, ladder.size()));
  }

  /**
   * The uniform candidates that are tested behind the ladder: a rung of it may fail, though one of
   * these would pass, and then no answer may be larger. Under a rule that promises a level there is
   * no second try.
   *
   * @param larger of the uniform family, what is larger than the best of it, ascending
   * @param judge over the selection samples
   * @param threshold what selection has asked for
   */
  public BehindLadder behind(
      List<Candidate> larger,
      AcceptanceRule rule,
      CandidateJudge judge,
      AgreementThreshold threshold) {
    return rule.promisesLevel()
        ? BehindLadder.nothing(judge, threshold)
        : new BehindLadder(uniform, larger, judge, threshold, unseen);
  }

  private Rung rung(
      CandidateEvaluation own, AgreementThreshold threshold, ToDoubleFunction<Candidate> classes) {
    return Ladder.byCounts(own, threshold, unseen).times(classes.applyAsDouble(own.candidate()));
  }
}
