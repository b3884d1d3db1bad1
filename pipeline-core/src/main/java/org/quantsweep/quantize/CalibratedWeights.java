package org.quantsweep.quantize;

import java.io.Serializable;
import java.util.Objects;
import java.util.Optional;
import org.quantsweep.tensor.Tensor;

/** One weight tensor in codes that were fitted to its layer's inputs. */
public final class CalibratedWeights implements Serializable {
  private static final long serialVersionUID = 1L;

  private final QuantizedWeights weights;

  /** Null where there is none: an {@code Optional} cannot be serialized. */
  private final Tensor bias;

  /**
   * Of its parts.
   *
   * @param weights the codes with their scales or table
   * @param bias the layer's bias, shape {@code [C_out]}, corrected for the mean error of the codes;
   *     empty when the layer has none
   */
  public CalibratedWeights(QuantizedWeights weights, Optional<Tensor> bias) {
    this.weights = Objects.requireNonNull(weights, "weights");
    this.bias = bias.orElse(null);
  }

  /** The codes with their scales or table. */
  public QuantizedWeights weights() {
    return weights;
  }

  /** The layer's corrected bias, shape {@code [C_out]}. */
  public Optional<Tensor> bias() {
    return Optional.ofNullable(bias);
  }
}
