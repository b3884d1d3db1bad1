package org.quantsweep.sample;

import java.io.Serializable;
import java.util.ArrayList;
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

  /**
   * The inputs of every call of a sample, as {@link #prepare} gives them; most samples are one.
   *
   * @throws UnreadableSampleException when a call cannot be used for these inputs
   */
  default List<SortedMap<String, Tensor>> prepareCalls(Sample sample, List<InputDescription> inputs)
      throws UnreadableSampleException {
    if (!(sample.content() instanceof SampleContent.Calls several)) {
      return List.of(prepare(sample, inputs));
    }
    List<SortedMap<String, Tensor>> prepared = new ArrayList<>();
    for (SampleContent.NamedArrays call : several.calls()) {
      try {
        prepared.add(
            prepare(new Sample(sample.digest(), sample.path(), call, sample.label()), inputs));
      } catch (UnreadableSampleException e) {
        throw new UnreadableSampleException("call " + prepared.size() + ": " + e.getMessage(), e);
      }
    }
    return prepared;
  }

  /** Covers every setting that changes a prepared number. */
  Sha256Digest digest();

  /** What a user chose of it, as flags are written: {@code fit -> crop}; empty without choices. */
  default SortedMap<String, String> flags() {
    return Collections.emptySortedMap();
  }
}
