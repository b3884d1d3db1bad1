package org.quantsweep.sweep;

import java.io.Serializable;
import java.util.Optional;
import org.quantsweep.quantize.CalibratedWeights;

/** An option whose codes are known. */
public final class FittedOption implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Null where there are none: an {@code Optional} cannot be serialized. */
  private final CalibratedWeights weights;

  private final double error;

  /**
   * Of its parts.
   *
   * @param weights the fitted codes; empty for an option that depends on the weights alone
   * @param error the weight tensor's own error: squared error of the layer's output over the
   *     calibration inputs; comparable among the options of one tensor only
   */
  public FittedOption(Optional<CalibratedWeights> weights, double error) {
    this.weights = weights.orElse(null);
    this.error = error;
  }

  /** The fitted codes; empty for an option that depends on the weights alone. */
  public Optional<CalibratedWeights> weights() {
    return Optional.ofNullable(weights);
  }

  /** The weight tensor's own error. */
  public double error() {
    return error;
  }
}
