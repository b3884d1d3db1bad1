package org.quantsweep.sweep;

import java.io.Serializable;
import java.util.Optional;
import org.quantsweep.quantize.CalibratedWeights;

/** An option whose codes are known; or the reason why its weight tensor cannot be fitted. */
public final class FittedOption implements Serializable {
  private static final long serialVersionUID = 2L;

  /** Of a weight tensor that the model, seen as one of its functions, has no use for. */
  public static final FittedOption UNREACHED = refused("no calibration sample reaches its layer");

  /** Null where there are none: an {@code Optional} cannot be serialized. */
  private final CalibratedWeights weights;

  private final double error;

  /** Empty where there is none. */
  private final String refusal;

  /**
   * Of its parts.
   *
   * @param weights the fitted codes; empty for an option that depends on the weights alone
   * @param error the weight tensor's own error: squared error of the layer's output over the
   *     calibration inputs; comparable among the options of one tensor only
   */
  public FittedOption(Optional<CalibratedWeights> weights, double error) {
    this(weights.orElse(null), error, "");
  }

  private FittedOption(CalibratedWeights weights, double error, String refusal) {
    this.weights = weights;
    this.error = error;
    this.refusal = refusal;
  }

  /**
   * One of a weight tensor that cannot be fitted.
   *
   * @param reason as the rest of a sentence
   */
  public static FittedOption refused(String reason) {
    return new FittedOption(null, Double.NaN, reason);
  }

  /** Why there are no codes, as the rest of a sentence; empty where all is well. */
  public Optional<String> refusal() {
    return refusal.isEmpty() ? Optional.empty() : Optional.of(refusal);
  }

  /** The fitted codes; empty for an option that depends on the weights alone. */
  public Optional<CalibratedWeights> weights() {
    return Optional.ofNullable(weights);
  }

  /** The weight tensor's own error; NaN where it cannot be fitted. */
  public double error() {
    return error;
  }

  /** The same without its codes, for who needs to know only what came of it. */
  public FittedOption withoutCodes() {
    return new FittedOption(null, error, refusal);
  }
}
