package org.quantsweep.agreement;

import java.io.Serializable;
import java.util.List;
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

  /** The names of the outputs that the criterion compares; empty when it fits none of them. */
  List<String> compared(Prediction reference);

  /** The criterion as it is written everywhere, for example {@code psnr:30@heatmap}. */
  @Override
  String toString();
}
