package org.quantsweep.sweep;

import java.io.Serializable;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.inference.Prediction;
import org.quantsweep.tensor.Tensor;

/**
 * A sample that is ready for candidates: its inputs and the reference's answer; or the reason why
 * the reference has none.
 */
public final class PreparedSample implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int rank;
  private final TreeMap<String, PackedTensor> inputs = new TreeMap<>();
  private final Prediction reference;
  private final String failure;

  private PreparedSample(int rank, Prediction reference, String failure) {
    this.rank = rank;
    this.reference = reference;
    this.failure = failure;
  }

  static PreparedSample answered(int rank, SortedMap<String, Tensor> inputs, Prediction reference) {
    PreparedSample sample = new PreparedSample(rank, reference, "");
    inputs.forEach((name, tensor) -> sample.inputs.put(name, PackedTensor.of(tensor)));
    return sample;
  }

  /** One that cannot be read. */
  static PreparedSample failed(int rank, String reason) {
    return new PreparedSample(rank, null, reason);
  }

  /** One that is ready, but that the reference has no answer for. */
  static PreparedSample failed(int rank, SortedMap<String, Tensor> inputs, String reason) {
    PreparedSample sample = failed(rank, reason);
    inputs.forEach((name, tensor) -> sample.inputs.put(name, PackedTensor.of(tensor)));
    return sample;
  }

  /** The same sample of another set. */
  public PreparedSample ranked(int other) {
    PreparedSample sample = new PreparedSample(other, reference, failure);
    sample.inputs.putAll(inputs);
    return sample;
  }

  /** The sample's rank in its set. */
  public int rank() {
    return rank;
  }

  /** Whether it could be read, so that models can be run on it. */
  boolean hasInputs() {
    return !inputs.isEmpty();
  }

  /** Whether the reference answered. */
  public boolean isAnswered() {
    return reference != null;
  }

  /** Why the reference has no answer, or the empty text. */
  public String failure() {
    return failure;
  }

  SortedMap<String, Tensor> unpackInputs() {
    TreeMap<String, Tensor> unpacked = new TreeMap<>();
    inputs.forEach((name, tensor) -> unpacked.put(name, tensor.unpack()));
    return unpacked;
  }

  Prediction reference() {
    return reference;
  }
}
