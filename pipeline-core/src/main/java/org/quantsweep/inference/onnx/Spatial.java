package org.quantsweep.inference.onnx;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.proto.coreml.ConstantPaddingLayerParams;
import org.quantsweep.proto.coreml.PaddingLayerParams;
import org.quantsweep.proto.coreml.ReorganizeDataLayerParams;
import org.quantsweep.proto.coreml.SamplingMode;
import org.quantsweep.proto.coreml.UpsampleLayerParams;
import org.quantsweep.tensor.Shape;

/** Padding, resizing, and blocks of pixels; inputs are {@code [N, C, H, W]}. */
final class Spatial {
  private Spatial() {}

  /** Pads height and width with a constant, the mirrored or the repeated edge. */
  static void padding(LayerNode layer, OnnxGraph graph) {
    PaddingLayerParams padding = layer.message().getPadding();
    Shape input = graph.shape(layer.input());
    int rank = input.rank();
    int[] lengths = input.lengths();
    long[] pads = new long[2 * rank];
    for (int axis = 0; axis < 2; axis++) {
      int[] amounts = Window.amounts(padding.getPaddingAmounts(), axis);
      pads[rank - 2 + axis] = amounts[0];
      pads[2 * rank - 2 + axis] = amounts[1];
      lengths[rank - 2 + axis] += amounts[0] + amounts[1];
    }
    String mode =
        switch (padding.getPaddingTypeCase()) {
          case CONSTANT -> "constant";
          case REFLECTION -> "reflect";
          case REPLICATION -> "edge";
          default -> throw new UnsupportedLayerException("its kind of padding is not set");
        };
    pad(layer, graph, Shape.of(lengths), pads, mode, padding.getConstant().getValue());
  }

  /** Pads any axes with a constant: by amounts, or up to given lengths. */
  static void constantPad(LayerNode layer, OnnxGraph graph) {
    layer.requireInputs(1, "its amounts are an input");
    ConstantPaddingLayerParams padding = layer.message().getConstantPad();
    Shape input = graph.shape(layer.input());
    int rank = input.rank();
    if (padding.getPadAmountsCount() != 2 * rank) {
      throw new UnsupportedLayerException(
          "it has " + padding.getPadAmountsCount() + " amounts for an input " + input);
    }
    int[] lengths = input.lengths();
    long[] pads = new long[2 * rank];
    for (int axis = 0; axis < rank; axis++) {
      for (int side = 0; side < 2; side++) {
        long amount = padding.getPadAmounts(2 * axis + side);
        pads[side * rank + axis] =
            padding.getPadToGivenOutputSizeMode()
                ? Math.max(0, amount - input.length(axis))
                : amount;
      }
      lengths[axis] = Math.toIntExact(Math.addExact(lengths[axis], pads[axis]) + pads[rank + axis]);
    }
    pad(layer, graph, Shape.of(lengths), pads, "constant", padding.getValue());
  }

  private static void pad(
      LayerNode layer, OnnxGraph graph, Shape shape, long[] pads, String mode, float value) {
    List<String> inputs = new ArrayList<>(List.of(layer.input(), graph.integers(pads)));
    if (mode.equals("constant")) {
      inputs.add(graph.scalar(value));
    }
    graph.node("Pad", layer.output(), shape, inputs, OnnxGraph.attribute("mode", mode));
  }

  /** Enlarges height and width: nearest repeats elements, bilinear mixes them. */
  static void upsample(LayerNode layer, OnnxGraph graph) {
    UpsampleLayerParams upsample = layer.message().getUpsample();
    Shape input = graph.shape(layer.input());
    int[] lengths = input.lengths();
    int[] factors = Window.pair(upsample.getScalingFactorList(), 1);
    for (int axis = 0; axis < 2; axis++) {
      lengths[2 + axis] =
          upsample.getFractionalScalingFactorCount() == 2
              ? (int) Math.floor(lengths[2 + axis] * upsample.getFractionalScalingFactor(axis))
              : Math.multiplyExact(lengths[2 + axis], factors[axis]);
    }
    if (upsample.getMode() != UpsampleLayerParams.InterpolationMode.BILINEAR) {
      resize(layer, graph, Shape.of(lengths), "nearest", "asymmetric");
      return;
    }
    String places =
        switch (upsample.getLinearUpsampleMode()) {
          case ALIGN_CORNERS_TRUE -> "align_corners";
          case ALIGN_CORNERS_FALSE -> "half_pixel";
          // The default takes places i / factor: NeuralNetwork.proto, UpsampleLayerParams.
          default -> "asymmetric";
        };
    resize(layer, graph, Shape.of(lengths), "linear", places);
  }

  /** Resizes height and width by mixing the nearest elements. */
  static void resizeBilinear(LayerNode layer, OnnxGraph graph) {
    var resize = layer.message().getResizeBilinear();
    int[] target = Window.pair(resize.getTargetSizeList(), 1);
    String value = layer.input();
    for (int axis = 2; axis < 4; axis++) {
      value = sample(graph, value, axis, target[axis - 2], resize.getMode().getSamplingMethod());
    }
    graph.bind(layer.output(), value);
  }

  /** Samples one axis at the places of a method: a product with a matrix of two weights a row. */
  private static String sample(
      OnnxGraph graph, String value, int axis, int count, SamplingMode.Method method) {
    int length = graph.shape(value).length(axis);
    double start = 0;
    double step = count > 1 ? (length - 1.0) / (count - 1) : 0;
    switch (method) {
      case ALIGN_ENDPOINTS_MODE -> start = count == 1 ? (length - 1) / 2.0 : 0;
      case UPSAMPLE_MODE -> step = count > 1 ? (length - (double) length / count) / (count - 1) : 0;
      case ROI_ALIGN_MODE -> {
        step = Math.max(1, length - 1) / (double) count;
        start = step / 2;
      }
      default -> {
        // From the first to the last.
      }
    }
    float[] weights = new float[Math.multiplyExact(length, count)];
    for (int i = 0; i < count; i++) {
      double place = Math.min(length - 1, start + i * step);
      int low = Math.min(length - 1, (int) Math.floor(place));
      int high = Math.min(length - 1, low + 1);
      weights[low * count + i] += (float) (1 - (place - low));
      weights[high * count + i] += (float) (place - low);
    }
    int[] lengths = graph.shape(value).lengths();
    if (axis == 3) {
      lengths[3] = count;
      String matrix = graph.constant(Shape.of(length, count), weights);
      return graph.node("MatMul", Shape.of(lengths), List.of(value, matrix));
    }
    float[] transposed = new float[weights.length];
    for (int from = 0; from < length; from++) {
      for (int to = 0; to < count; to++) {
        transposed[to * length + from] = weights[from * count + to];
      }
    }
    lengths[2] = count;
    String matrix = graph.constant(Shape.of(count, length), transposed);
    return graph.node("MatMul", Shape.of(lengths), List.of(matrix, value));
  }

  private static void resize(
      LayerNode layer, OnnxGraph graph, Shape shape, String mode, String places) {
    String sizes =
        graph.integers(shape.length(0), shape.length(1), shape.length(2), shape.length(3));
    graph.node(
        "Resize",
        layer.output(),
        shape,
        List.of(layer.input(), "", "", sizes),
        OnnxGraph.attribute("mode", mode),
        OnnxGraph.attribute("coordinate_transformation_mode", places),
        OnnxGraph.attribute("nearest_mode", "floor"));
  }

  /** Moves blocks of height and width into channels or back. */
  static void reorganize(LayerNode layer, OnnxGraph graph) {
    var params = layer.message().getReorganizeData();
    Shape input = graph.shape(layer.input());
    int block = Math.toIntExact(params.getBlockSize());
    boolean toDepth =
        params.getMode() == ReorganizeDataLayerParams.ReorganizationType.SPACE_TO_DEPTH;
    int area = Math.multiplyExact(block, block);
    boolean fits =
        block > 0
            && (toDepth
                ? input.length(2) % block == 0 && input.length(3) % block == 0
                : input.length(1) % area == 0);
    if (!fits) {
      throw new UnsupportedLayerException("blocks of " + block + " do not divide " + input);
    }
    if (toDepth) {
      Shape shape =
          Shape.of(
              input.length(0),
              input.length(1) * area,
              input.length(2) / block,
              input.length(3) / block);
      graph.node(
          "SpaceToDepth",
          layer.output(),
          shape,
          List.of(layer.input()),
          OnnxGraph.attribute("blocksize", (long) block));
      return;
    }
    boolean shuffle =
        params.getMode() == ReorganizeDataLayerParams.ReorganizationType.PIXEL_SHUFFLE;
    Shape shape =
        Shape.of(
            input.length(0),
            input.length(1) / area,
            input.length(2) * block,
            input.length(3) * block);
    graph.node(
        "DepthToSpace",
        layer.output(),
        shape,
        List.of(layer.input()),
        OnnxGraph.attribute("blocksize", (long) block),
        OnnxGraph.attribute("mode", shuffle ? "CRD" : "DCR"));
  }
}
