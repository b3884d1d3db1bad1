package org.quantsweep.coreml.neuralnetwork;

import java.util.Arrays;
import java.util.List;
import org.quantsweep.proto.coreml.BatchnormLayerParams;
import org.quantsweep.proto.coreml.BiasLayerParams;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.ScaleLayerParams;
import org.quantsweep.proto.coreml.WeightParams;
import org.quantsweep.tensor.Shape;

/** A layer that does {@code y = factor[c] * x + offset[c]} to every channel c, in double. */
final class ChannelwiseMap {
  /** What the format puts in place of an epsilon of 0. */
  private static final double DEFAULT_EPSILON = 1e-5f;

  private final double[] factors;
  private final double[] offsets;

  private ChannelwiseMap(double[] factors, double[] offsets) {
    this.factors = factors;
    this.offsets = offsets;
  }

  /** The map that a layer is, or null when it is none over so many channels. */
  static ChannelwiseMap of(NeuralNetworkLayer layer, int channels) {
    if (layer.getIsUpdatable()) {
      return null;
    }
    ChannelwiseMap map =
        switch (layer.getLayerCase()) {
          case BATCHNORM -> batchnorm(layer.getBatchnorm(), channels);
          case SCALE -> scale(layer.getScale(), channels);
          case BIAS -> bias(layer.getBias(), channels);
          default -> null;
        };
    return map != null && map.isFinite() ? map : null;
  }

  double factor(int channel) {
    return factors[channel];
  }

  double offset(int channel) {
    return offsets[channel];
  }

  /** A bias alone leaves weights as they are. */
  boolean keepsWeights() {
    for (double factor : factors) {
      if (factor != 1) {
        return false;
      }
    }
    return true;
  }

  private static ChannelwiseMap batchnorm(BatchnormLayerParams norm, int channels) {
    // Those statistics come from the input itself.
    if (norm.getInstanceNormalization()
        || norm.getComputeMeanVar()
        || norm.getChannels() != channels) {
      return null;
    }
    double[] gamma = vector(norm.getGamma(), channels);
    double[] beta = vector(norm.getBeta(), channels);
    double[] mean = vector(norm.getMean(), channels);
    double[] variance = vector(norm.getVariance(), channels);
    double epsilon = norm.getEpsilon() == 0 ? DEFAULT_EPSILON : norm.getEpsilon();
    double[] factors = new double[channels];
    double[] offsets = new double[channels];
    for (int c = 0; c < channels; c++) {
      factors[c] = gamma[c] / Math.sqrt(variance[c] + epsilon);
      offsets[c] = beta[c] - factors[c] * mean[c];
    }
    return new ChannelwiseMap(factors, offsets);
  }

  private static ChannelwiseMap scale(ScaleLayerParams scale, int channels) {
    double[] factors = perChannel(scale.getScale(), scale.getShapeScaleList(), channels);
    double[] offsets =
        scale.getHasBias()
            ? perChannel(scale.getBias(), scale.getShapeBiasList(), channels)
            : new double[channels];
    return factors == null || offsets == null ? null : new ChannelwiseMap(factors, offsets);
  }

  private static ChannelwiseMap bias(BiasLayerParams bias, int channels) {
    double[] offsets = perChannel(bias.getBias(), bias.getShapeList(), channels);
    if (offsets == null) {
      return null;
    }
    double[] factors = new double[channels];
    Arrays.fill(factors, 1);
    return new ChannelwiseMap(factors, offsets);
  }

  /** Values of shape [C], [C, 1, 1], [1] or [1, 1, 1]; null for a shape over the plane. */
  private static double[] perChannel(WeightParams params, List<Long> shape, int channels) {
    long first = shape.get(0);
    boolean flat = shape.size() == 1 || (shape.get(1) == 1 && shape.get(2) == 1);
    if (!flat || (first != 1 && first != channels)) {
      return null;
    }
    float[] stored = WeightDecoder.decode(params, Shape.of(shape), 0);
    double[] values = new double[channels];
    for (int c = 0; c < channels; c++) {
      values[c] = stored[first == 1 ? 0 : c];
    }
    return values;
  }

  private static double[] vector(WeightParams params, int channels) {
    return perChannel(params, List.of((long) channels), channels);
  }

  private boolean isFinite() {
    for (int c = 0; c < factors.length; c++) {
      if (!Double.isFinite(factors[c]) || !Double.isFinite(offsets[c])) {
        return false;
      }
    }
    return true;
  }
}
