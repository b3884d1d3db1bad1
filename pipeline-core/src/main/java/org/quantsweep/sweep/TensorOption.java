package org.quantsweep.sweep;

import java.io.Serializable;
import java.util.Objects;
import org.quantsweep.quantize.Scheme;

/**
 * One way to store one weight tensor.
 *
 * @param tensor the weight tensor's identity
 */
public record TensorOption(String tensor, Scheme scheme)
    implements Serializable, Comparable<TensorOption> {
  /** Checks that both are there. */
  public TensorOption {
    Objects.requireNonNull(tensor, "tensor");
    Objects.requireNonNull(scheme, "scheme");
  }

  @Override
  public int compareTo(TensorOption other) {
    int byTensor = tensor.compareTo(other.tensor);
    return byTensor != 0 ? byTensor : scheme.toString().compareTo(other.scheme.toString());
  }
}
