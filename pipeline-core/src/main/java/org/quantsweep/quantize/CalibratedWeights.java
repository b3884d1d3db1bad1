package org.quantsweep.quantize;

import java.io.Serializable;
import java.util.Objects;
import java.util.Optional;
import org.quantsweep.tensor.Tensor;

/**
 * One weight tensor in codes that were fitted to its layer's inputs.
 *
 * @param weights the codes with their scales or table
 * @param bias the layer's bias, shape {@code [C_out]}, corrected for the mean error of the codes;
 *     empty when the layer has none or it was not corrected
 */
public record CalibratedWeights(QuantizedWeights weights, Optional<Tensor> bias)
    implements Serializable {
  /** Checks that both are there. */
  public CalibratedWeights {
    Objects.requireNonNull(weights, "weights");
    Objects.requireNonNull(bias, "bias");
  }
}
