package org.quantsweep.agreement;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.quantsweep.inference.Prediction;

/**
 * Says whether a candidate's answer to one sample agrees with the reference's. Written as in {@link
 * Criteria#parse}; its text form enters the digests.
 */
public interface Criterion extends Serializable {
  /** Whether the answers agree. NaN or infinity in the candidate's answer disagrees. */
  boolean agrees(Prediction reference, Prediction candidate);

  /**
   * How far the reference's answer is from flipping: samples are judged in ascending order of it,
   * so that a failing candidate is rejected early. The order never changes a decision. 0 where the
   * criterion knows none: those samples are judged in the order of their digests.
   */
  default double difficulty(Prediction reference) {
    return 0;
  }

  /**
   * How far a candidate's answer has moved, smoothly: what a search sums over samples to rank
   * options. It decides nothing. By default the squared error of every compared output over its
   * squared magnitude, so that outputs of any scale count alike.
   *
   * @return at least 0 and finite; {@link #WORST_LOSS} for an answer that is not finite
   */
  default double loss(Prediction reference, Prediction candidate) {
    return SquaredError.relative(compared(reference), reference, candidate);
  }

  /** The loss of an answer with NaN or infinity, or of another shape. */
  double WORST_LOSS = 1e9;

  /**
   * What {@link #agrees} sees of the reference's answer, where that is no more than top classes: an
   * answer with these alone must be compared in the same way. It is stored beside evaluations.
   * Empty where it is more; then the reference runs again for every sweep.
   */
  default Optional<TopLabels> topLabels(Prediction reference) {
    return Optional.empty();
  }

  /** The names of the outputs that the criterion compares; empty when it fits none of them. */
  List<String> compared(Prediction reference);

  /** The criterion as it is written everywhere, for example {@code psnr:30@heatmap}. */
  @Override
  String toString();
}
