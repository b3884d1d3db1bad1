package org.quantsweep.inference.onnx.network;

import java.util.List;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.proto.coreml.NeuralNetworkImageScaler;
import org.quantsweep.proto.coreml.NeuralNetworkImageShapeMapping;
import org.quantsweep.proto.coreml.NeuralNetworkMeanImage;
import org.quantsweep.proto.coreml.NeuralNetworkPreprocessing;
import org.quantsweep.sample.ColorSpace;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Shape;

/** Adds a feature as a graph input, and the blob of its name behind scaling and mean image. */
final class NetworkInputs {
  private NetworkInputs() {}

  /** The shape that the graph input takes. */
  static Shape add(InputDescription input, Shape given, NetworkMessage network, OnnxGraph graph) {
    String fed = LoweredModel.graphInput(input.name());
    if (input instanceof InputDescription.Picture picture) {
      Shape shape = Shape.of(1, given.length(0), given.length(1), given.length(2));
      graph.input(fed, shape);
      String value = fed;
      for (NeuralNetworkPreprocessing step : network.preprocessing()) {
        // An entry without a name is for the only picture.
        if (step.getFeatureName().isEmpty() || step.getFeatureName().equals(input.name())) {
          value =
              step.hasMeanImage()
                  ? subtractMean(step.getMeanImage(), value, shape, graph)
                  : scale(step.getScaler(), picture.colorSpace(), value, shape, graph);
        }
      }
      boolean fourAxes =
          network.pictures() == NeuralNetworkImageShapeMapping.RANK4_IMAGE_MAPPING
              || network.mayLeaveSequenceOut();
      if (fourAxes) {
        graph.bind(input.name(), value);
      } else {
        graph.reshape(
            value, Shape.of(1, 1, given.length(0), given.length(1), given.length(2)), input.name());
      }
      return shape;
    }
    int declared = ((InputDescription.Array) input).shape().rank();
    Shape shape = network.isExact() ? given : mapped(given, declared);
    graph.input(fed, shape);
    graph.bind(input.name(), fed);
    return shape;
  }

  /** Stands in for an optional array that is not given: its default everywhere, or 0. */
  static Shape addDefault(InputDescription.Array input, NetworkMessage network, OnnxGraph graph) {
    float value = network.defaults().getOrDefault(input.name(), 0f);
    Shape shape = network.isExact() ? input.shape() : mapped(input.shape(), input.shape().rank());
    long[] lengths = new long[shape.rank()];
    for (int axis = 0; axis < lengths.length; axis++) {
      lengths[axis] = shape.length(axis);
    }
    graph.node(
        "Expand", input.name(), shape, List.of(graph.scalar(value), graph.integers(lengths)));
    return shape;
  }

  /**
   * Old networks take [C] as [1, C, 1, 1] and [C, H, W] as [1, C, H, W]. Where [C] is declared, [S,
   * 1, C] and [S, 1, C, 1, 1] are sequences.
   */
  private static Shape mapped(Shape given, int declared) {
    boolean isSequence = declared == 1 && (given.rank() == 3 || given.rank() == 5);
    if (isSequence && given.length(1) == 1) {
      return Shape.of(given.length(0), given.length(2), 1, 1);
    }
    return switch (given.rank()) {
      case 1 -> Shape.of(1, given.length(0), 1, 1);
      case 3 -> Shape.of(1, given.length(0), given.length(1), given.length(2));
      default ->
          throw new UnsupportedLayerException(
              "its shape " + given + " has neither 1 nor 3 axes, as old networks want it");
    };
  }

  private static String subtractMean(
      NeuralNetworkMeanImage mean, String value, Shape shape, OnnxGraph graph) {
    int count = Math.toIntExact(shape.elementCount());
    if (mean.getMeanImageCount() != count) {
      throw new UnsupportedLayerException(
          "its mean image has " + mean.getMeanImageCount() + " values, but its shape is " + shape);
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = mean.getMeanImage(i);
    }
    return graph.node("Sub", shape, List.of(value, graph.constant(shape, values)));
  }

  private static String scale(
      NeuralNetworkImageScaler scaler,
      ColorSpace colorSpace,
      String value,
      Shape shape,
      OnnxGraph graph) {
    float[] biases =
        switch (colorSpace) {
          case RGB ->
              new float[] {scaler.getRedBias(), scaler.getGreenBias(), scaler.getBlueBias()};
          case BGR ->
              new float[] {scaler.getBlueBias(), scaler.getGreenBias(), scaler.getRedBias()};
          default -> new float[] {scaler.getGrayBias()};
        };
    String scaled = graph.freshName();
    ActivationLayers.affine(graph, value, scaler.getChannelScale(), 0, scaled);
    return graph.node(
        "Add", shape, List.of(scaled, graph.constant(Shape.of(1, biases.length, 1, 1), biases)));
  }
}
