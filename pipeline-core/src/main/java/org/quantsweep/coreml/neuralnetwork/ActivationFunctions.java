package org.quantsweep.coreml.neuralnetwork;

import org.quantsweep.proto.coreml.ActivationParams;

/** Activation functions: layers of their own, or parts of recurrent layers. */
final class ActivationFunctions {
  private ActivationFunctions() {}

  /**
   * Lists a function's weights; those of the others are plain numbers.
   *
   * @param prefix the way to the function from the layer's type, with a dot at its end or empty
   */
  static void weights(String prefix, ActivationParams activation, WeightFields fields) {
    switch (activation.getNonlinearityTypeCase()) {
      case PRELU -> fields.freeVector(prefix + "PReLU.alpha", 1);
      case PARAMETRICSOFTPLUS -> {
        fields.freeVector(prefix + "parametricSoftplus.alpha", 1);
        fields.freeVector(prefix + "parametricSoftplus.beta", 1);
      }
      default -> {
        // The other activations have numbers of their own, no weights.
      }
    }
  }

  /** Whether a weight field is a function's: its length is that of its values, whatever it is. */
  static boolean isWeight(String field) {
    return field.endsWith("PReLU.alpha") || field.contains("parametricSoftplus.");
  }

  /** Whether it has one slope or more for each channel. */
  static boolean isPerChannel(ActivationParams activation) {
    return activation.hasPReLU() || activation.hasParametricSoftplus();
  }

  /** Whether the format allows it in recurrent layers. */
  static boolean isRecurrent(ActivationParams activation) {
    return switch (activation.getNonlinearityTypeCase()) {
      case LINEAR, SIGMOID, TANH, SCALEDTANH, SIGMOIDHARD, RELU -> true;
      default -> false;
    };
  }

  /** Checks the function of an activation layer. */
  static void check(LayerFindings findings) {
    ActivationParams activation = findings.layer().getActivation();
    switch (activation.getNonlinearityTypeCase()) {
      case NONLINEARITYTYPE_NOT_SET -> findings.problem("sets no activation function.");
      case PARAMETRICSOFTPLUS -> {
        var softplus = activation.getParametricSoftplus();
        StoredValues alpha = StoredValues.of(softplus.getAlpha());
        StoredValues beta = StoredValues.of(softplus.getBeta());
        if (alpha != beta && alpha != StoredValues.NONE && beta != StoredValues.NONE) {
          findings.problem("stores its alpha and its beta in different forms.");
        }
      }
      default -> {
        // The others have plain numbers.
      }
    }
  }
}
