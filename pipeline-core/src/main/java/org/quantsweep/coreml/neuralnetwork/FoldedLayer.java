package org.quantsweep.coreml.neuralnetwork;

import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.WeightParams;
import org.quantsweep.tensor.Shape;

/** Takes a channel-wise map into the weights of the layer before it; sums in double. */
final class FoldedLayer {
  private FoldedLayer() {}

  /** The output channels of a layer that can take such a map in; 0 for any other. */
  static int outputChannels(NeuralNetworkLayer layer, boolean anyRank) {
    if (layer.getIsUpdatable() || layer.getInputCount() != 1 || layer.getOutputCount() != 1) {
      return 0;
    }
    if (layer.hasConvolution()) {
      return Math.toIntExact(layer.getConvolution().getOutputChannels());
    }
    // With free ranks the last axis of an inner product need not be the channels.
    if (layer.hasInnerProduct() && !anyRank && !layer.getInnerProduct().getInt8DynamicQuantize()) {
      return Math.toIntExact(layer.getInnerProduct().getOutputChannels());
    }
    return 0;
  }

  /**
   * The layer that does both, with float32 weights and bias, writing what the map wrote; null when
   * a number would leave the range of float32.
   */
  static NeuralNetworkLayer fold(NeuralNetworkLayer layer, ChannelwiseMap map, String output) {
    WeightField weights = LayerWeights.of(layer).get(0);
    Shape shape = Shape.of(weights.dimensions());
    float[] old = WeightDecoder.decode(weights.params(), shape, weights.channelAxis());
    float[] bias = bias(layer, map);
    float[] scaled = map.keepsWeights() ? old : scaled(layer, old, shape, map);
    if (!isFinite(bias) || !isFinite(scaled)) {
      return null;
    }
    NeuralNetworkLayer.Builder folded = layer.toBuilder().setOutput(0, output);
    if (layer.hasConvolution()) {
      folded
          .getConvolutionBuilder()
          .setWeights(float32(scaled, weights.params()))
          .setHasBias(true)
          .setBias(float32(bias, layer.getConvolution().getBias()));
    } else {
      folded
          .getInnerProductBuilder()
          .setWeights(float32(scaled, weights.params()))
          .setHasBias(true)
          .setBias(float32(bias, layer.getInnerProduct().getBias()));
    }
    return folded.build();
  }

  private static float[] scaled(
      NeuralNetworkLayer layer, float[] old, Shape shape, ChannelwiseMap map) {
    float[] scaled = new float[old.length];
    boolean deconvolution = layer.hasConvolution() && layer.getConvolution().getIsDeconvolution();
    if (deconvolution) {
      // [C_in, C_out / g, H, W]: the inputs of one group give that group's outputs only.
      int groups = Math.toIntExact(Math.max(1, layer.getConvolution().getNGroups()));
      int inputs = shape.length(0);
      int perGroup = shape.length(1);
      int plane = shape.length(2) * shape.length(3);
      int position = 0;
      for (int input = 0; input < inputs; input++) {
        int group = input / (inputs / groups);
        for (int o = 0; o < perGroup; o++) {
          double factor = map.factor(group * perGroup + o);
          for (int i = 0; i < plane; i++) {
            scaled[position] = (float) (old[position] * factor);
            position++;
          }
        }
      }
      return scaled;
    }
    int outputs = shape.length(0);
    int each = old.length / outputs;
    for (int o = 0; o < outputs; o++) {
      double factor = map.factor(o);
      for (int i = o * each; i < (o + 1) * each; i++) {
        scaled[i] = (float) (old[i] * factor);
      }
    }
    return scaled;
  }

  private static float[] bias(NeuralNetworkLayer layer, ChannelwiseMap map) {
    int channels =
        Math.toIntExact(
            layer.hasConvolution()
                ? layer.getConvolution().getOutputChannels()
                : layer.getInnerProduct().getOutputChannels());
    boolean hasBias =
        layer.hasConvolution()
            ? layer.getConvolution().getHasBias()
            : layer.getInnerProduct().getHasBias();
    WeightParams params =
        layer.hasConvolution()
            ? layer.getConvolution().getBias()
            : layer.getInnerProduct().getBias();
    float[] old =
        hasBias ? WeightDecoder.decode(params, Shape.of(channels), 0) : new float[channels];
    float[] bias = new float[channels];
    for (int c = 0; c < channels; c++) {
      bias[c] = (float) (map.factor(c) * old[c] + map.offset(c));
    }
    return bias;
  }

  private static WeightParams float32(float[] values, WeightParams old) {
    WeightParams.Builder params = WeightParams.newBuilder().setIsUpdatable(old.getIsUpdatable());
    for (float value : values) {
      params.addFloatValue(value);
    }
    return params.build();
  }

  private static boolean isFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }
}
