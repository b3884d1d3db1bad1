package org.quantsweep.coreml.neuralnetwork;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quantsweep.coreml.Rewrite;
import org.quantsweep.proto.coreml.BatchedMatMulLayerParams;
import org.quantsweep.proto.coreml.ConvolutionLayerParams;
import org.quantsweep.proto.coreml.InnerProductLayerParams;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.WeightParams;

/**
 * The rewrite {@link Rewrite#ADD_BIASES}: convolutions, inner products and batched products with
 * weights of their own that have no bias get one of zeros, as many as there are output channels, so
 * that a calibrated option can correct it. It takes four bytes a channel (two where the weights are
 * in half precision), also where no option uses it. Layers that train on the device, branches,
 * loops and pipelines are left as they are.
 */
final class BiasAddition {
  private BiasAddition() {}

  /** The rewritten model; empty when no layer lacks a bias. */
  static Optional<Model> add(Model message) {
    boolean network =
        message.hasNeuralNetwork()
            || message.hasNeuralNetworkClassifier()
            || message.hasNeuralNetworkRegressor();
    if (!network || message.getIsUpdatable()) {
      return Optional.empty();
    }
    List<NeuralNetworkLayer> given = NetworkInterface.of(message).layers();
    List<NeuralNetworkLayer> layers = new ArrayList<>();
    for (NeuralNetworkLayer layer : given) {
      layers.add(layer.getIsUpdatable() ? layer : withBias(layer));
    }
    if (layers.equals(given)) {
      return Optional.empty();
    }
    Model.Builder rewritten = message.toBuilder();
    if (message.hasNeuralNetwork()) {
      rewritten.getNeuralNetworkBuilder().clearLayers().addAllLayers(layers);
    } else if (message.hasNeuralNetworkClassifier()) {
      rewritten.getNeuralNetworkClassifierBuilder().clearLayers().addAllLayers(layers);
    } else {
      rewritten.getNeuralNetworkRegressorBuilder().clearLayers().addAllLayers(layers);
    }
    return Optional.of(rewritten.build());
  }

  private static NeuralNetworkLayer withBias(NeuralNetworkLayer layer) {
    NeuralNetworkLayer.Builder changed = layer.toBuilder();
    if (layer.hasConvolution() && layer.getInputCount() == 1) {
      ConvolutionLayerParams params = layer.getConvolution();
      if (!params.getHasBias()) {
        changed
            .getConvolutionBuilder()
            .setHasBias(true)
            .setBias(zeros(params.getOutputChannels(), params.getWeights()));
      }
    } else if (layer.hasInnerProduct()) {
      InnerProductLayerParams params = layer.getInnerProduct();
      if (!params.getHasBias()) {
        changed
            .getInnerProductBuilder()
            .setHasBias(true)
            .setBias(zeros(params.getOutputChannels(), params.getWeights()));
      }
    } else if (layer.hasBatchedMatmul() && layer.getInputCount() == 1) {
      BatchedMatMulLayerParams params = layer.getBatchedMatmul();
      if (!params.getHasBias()) {
        changed
            .getBatchedMatmulBuilder()
            .setHasBias(true)
            .setBias(zeros(params.getWeightMatrixSecondDimension(), params.getWeights()));
      }
    }
    return changed.build();
  }

  /** Of the type that the weights have: both must be alike (the format's own validator). */
  private static WeightParams zeros(long channels, WeightParams weights) {
    int count = Math.toIntExact(channels);
    WeightParams.Builder zeros = WeightParams.newBuilder();
    if (weights.getFloat16Value().isEmpty()) {
      for (int i = 0; i < count; i++) {
        zeros.addFloatValue(0);
      }
    } else {
      zeros.setFloat16Value(ByteString.copyFrom(new byte[2 * count]));
    }
    return zeros.build();
  }
}
