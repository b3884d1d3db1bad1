package org.quantsweep.inference.onnx;

import java.util.List;

/**
 * A function inside a recurrent cell.
 *
 * @param parameters alpha and beta, or none
 */
public record RecurrentActivation(Function function, List<Float> parameters) {
  /** Copies the list. */
  public RecurrentActivation {
    parameters = List.copyOf(parameters);
  }

  /** The functions that the engine knows. */
  public enum Function {
    /** 1 / (1 + exp(-x)). */
    SIGMOID("Sigmoid"),
    /** tanh(x). */
    TANH("Tanh"),
    /** max(0, x). */
    RELU("Relu"),
    /** alpha x + beta. */
    AFFINE("Affine"),
    /** alpha tanh(beta x). */
    SCALED_TANH("ScaledTanh"),
    /** min(max(alpha x + beta, 0), 1). */
    HARD_SIGMOID("HardSigmoid");

    private final String word;

    Function(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }
}
