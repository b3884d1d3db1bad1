package org.quantsweep.calibration;

import java.util.Arrays;
import java.util.Optional;
import org.quantsweep.coreml.Clipping;
import org.quantsweep.coreml.LinearUse;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.linalg.Matrices;
import org.quantsweep.tensor.Tensor;

/**
 * Which outputs of a layer get through what clips them, and the sums of the inputs behind these: a
 * bias can make up for errors there alone.
 */
final class PassingSums {
  /** Of larger weight tensors the sums take too much; their biases take the mean of all places. */
  private static final int MOST_WEIGHTS = 1 << 22;

  private final float[] weights;
  private final Tensor bias;
  private final Clipping clipping;
  private final LayerInputs inputs;

  private PassingSums(float[] weights, Tensor bias, Clipping clipping, LayerInputs inputs) {
    this.weights = weights;
    this.bias = bias;
    this.clipping = clipping;
    this.inputs = inputs;
  }

  /**
   * Empty where no bias is corrected, or nothing is clipped.
   *
   * @param bias that the layer has, or could have
   */
  static Optional<PassingSums> of(
      WeightTensor tensor, LinearUse use, Optional<WeightTensor> bias, LayerInputs inputs) {
    if (use.clipping().isNone() || inputs.isNamed() || tensor.elementCount() > MOST_WEIGHTS) {
      return Optional.empty();
    }
    return bias.filter(own -> own.elementCount() == (long) inputs.groups() * inputs.rows())
        .map(
            own ->
                new PassingSums(
                    tensor.values().sharedArray(), own.values(), use.clipping(), inputs));
  }

  /** Adds places: {@code rows} of x for one group. */
  void add(InputMoments moments, int group, double[] x, int rows) {
    int channels = inputs.rows();
    int order = inputs.columns();
    double[] matrix = new double[order * channels];
    for (int channel = 0; channel < channels; channel++) {
      for (int i = 0; i < order; i++) {
        matrix[i * channels + channel] = weights[inputs.element(group, channel, i)];
      }
    }
    double[] own = x.length == rows * order ? x : Arrays.copyOf(x, rows * order);
    double[] outputs = Matrices.product(own, matrix, rows, order, channels);
    double[] passes = new double[channels * rows];
    long[] places = new long[channels];
    for (int channel = 0; channel < channels; channel++) {
      double added = bias.get(group * channels + channel);
      for (int row = 0; row < rows; row++) {
        if (clipping.passes(outputs[row * channels + channel] + added)) {
          passes[channel * rows + row] = 1;
          places[channel]++;
        }
      }
    }
    double[] sums = Matrices.product(passes, own, channels, rows, order);
    for (int channel = 0; channel < channels; channel++) {
      moments.addPassing(group * channels + channel, places[channel], sums, channel * order);
    }
  }
}
