package org.quantsweep.sample;

import java.io.Serializable;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.tensor.Tensor;

/**
 * Makes a model's inputs from a sample: decoding, orientation, fit, resizing. The port that {@code
 * datasets} implements; it travels to executors, so it is a value.
 */
public interface SamplePreparation extends Serializable {
  /**
   * The arrays for every input that is not optional, by input name, as {@link InputDescription}
   * says.
   *
   * @throws UnreadableSampleException when the sample cannot be used for these inputs
   */
  SortedMap<String, Tensor> prepare(Sample sample, List<InputDescription> inputs)
      throws UnreadableSampleException;

  /** Covers every setting that changes a prepared number. */
  Sha256Digest digest();

  /** What a user chose of it, as flags are written: {@code fit -> crop}; empty without choices. */
  default SortedMap<String, String> flags() {
    return Collections.emptySortedMap();
  }
}
