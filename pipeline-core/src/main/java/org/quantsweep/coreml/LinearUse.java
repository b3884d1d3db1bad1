package org.quantsweep.coreml;

import java.util.Optional;

/**
 * How a layer uses a weight tensor: as the matrix W of y = W x + b, at every place of its output.
 * Calibration needs no more.
 */
public final class LinearUse {
  private final Form form;
  private final String input;
  private final WeightTensor bias;

  /** How the vectors x lie in the layer's input. */
  public sealed interface Form {
    /** The input's rows, each as long as W has columns. */
    record Product() implements Form {}

    /** Windows of the input {@code [N, C, H, W]}. */
    record Convolution(ConvolutionGeometry geometry) implements Form {}
  }

  /**
   * A use.
   *
   * @param input the name of the value that x comes from
   * @param bias the weights of b; empty where the layer has none, or none that can be stored
   */
  public LinearUse(Form form, String input, Optional<WeightTensor> bias) {
    this.form = form;
    this.input = input;
    this.bias = bias.orElse(null);
  }

  /** How the vectors x lie in the layer's input. */
  public Form form() {
    return form;
  }

  /** The name of the value that x comes from. */
  public String input() {
    return input;
  }

  /** The weights of b. */
  public Optional<WeightTensor> bias() {
    return Optional.ofNullable(bias);
  }
}
