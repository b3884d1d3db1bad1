package org.quantsweep.inference.onnx.network;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.quantsweep.coreml.EdgeAmounts;
import org.quantsweep.coreml.neuralnetwork.ConvolutionMessages;
import org.quantsweep.inference.onnx.Attribute;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.Padding;
import org.quantsweep.inference.onnx.Resize;
import org.quantsweep.inference.onnx.Sampling;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.proto.coreml.ConstantPaddingLayerParams;
import org.quantsweep.proto.coreml.PaddingLayerParams;
import org.quantsweep.proto.coreml.ReorganizeDataLayerParams;
import org.quantsweep.proto.coreml.UpsampleLayerParams;
import org.quantsweep.tensor.Shape;

/** Padding, resizing, and blocks of pixels; inputs are {@code [N, C, H, W]}. */
final class SpatialLayers {
  private SpatialLayers() {}

  /** Pads height and width with a constant, the mirrored or the repeated edge. */
  static void padding(LayerNode layer, OnnxGraph graph) {
    PaddingLayerParams padding = layer.message().getPadding();
    int rank = graph.shape(layer.input()).rank();
    List<EdgeAmounts> amounts = new ArrayList<>(Collections.nCopies(rank, new EdgeAmounts(0, 0)));
    for (int axis = 0; axis < 2; axis++) {
      amounts.set(rank - 2 + axis, ConvolutionMessages.amounts(padding.getPaddingAmounts(), axis));
    }
    Padding.Mode mode =
        switch (padding.getPaddingTypeCase()) {
          case CONSTANT -> Padding.Mode.CONSTANT;
          case REFLECTION -> Padding.Mode.REFLECTED;
          case REPLICATION -> Padding.Mode.REPEATED;
          default -> throw new UnsupportedLayerException("its kind of padding is not set");
        };
    new Padding(mode, amounts, padding.getConstant().getValue())
        .emit(graph, layer.input(), layer.output());
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
    List<EdgeAmounts> amounts = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      amounts.add(
          new EdgeAmounts(
              constantAmount(padding, 2 * axis, input.length(axis)),
              constantAmount(padding, 2 * axis + 1, input.length(axis))));
    }
    new Padding(Padding.Mode.CONSTANT, amounts, padding.getValue())
        .emit(graph, layer.input(), layer.output());
  }

  private static int constantAmount(ConstantPaddingLayerParams padding, int place, int length) {
    long amount = padding.getPadAmounts(place);
    return Math.toIntExact(
        padding.getPadToGivenOutputSizeMode() ? Math.max(0, amount - length) : amount);
  }

  /** Enlarges height and width: nearest repeats elements, bilinear mixes them. */
  static void upsample(LayerNode layer, OnnxGraph graph) {
    UpsampleLayerParams upsample = layer.message().getUpsample();
    Shape input = graph.shape(layer.input());
    int[] lengths = input.lengths();
    List<Integer> factors = ConvolutionMessages.pair(upsample.getScalingFactorList(), 1);
    for (int axis = 0; axis < 2; axis++) {
      lengths[2 + axis] =
          upsample.getFractionalScalingFactorCount() == 2
              ? (int) Math.floor(lengths[2 + axis] * upsample.getFractionalScalingFactor(axis))
              : Math.multiplyExact(lengths[2 + axis], factors.get(axis));
    }
    if (upsample.getMode() != UpsampleLayerParams.InterpolationMode.BILINEAR) {
      new Resize(Resize.Interpolation.NEAREST, Resize.Coordinates.ASYMMETRIC)
          .emit(graph, layer.input(), Shape.of(lengths), layer.output());
      return;
    }
    Resize.Coordinates places =
        switch (upsample.getLinearUpsampleMode()) {
          case ALIGN_CORNERS_TRUE -> Resize.Coordinates.ALIGN_CORNERS;
          case ALIGN_CORNERS_FALSE -> Resize.Coordinates.HALF_PIXEL;
          // The default takes places i / factor: NeuralNetwork.proto, UpsampleLayerParams.
          default -> Resize.Coordinates.ASYMMETRIC;
        };
    new Resize(Resize.Interpolation.LINEAR, places)
        .emit(graph, layer.input(), Shape.of(lengths), layer.output());
  }

  /** Resizes height and width by mixing the nearest elements. */
  static void resizeBilinear(LayerNode layer, OnnxGraph graph) {
    var resize = layer.message().getResizeBilinear();
    List<Integer> target = ConvolutionMessages.pair(resize.getTargetSizeList(), 1);
    Sampling.Places places =
        switch (resize.getMode().getSamplingMethod()) {
          case ALIGN_ENDPOINTS_MODE -> Sampling.Places.ALIGN_ENDPOINTS;
          case UPSAMPLE_MODE -> Sampling.Places.UPSAMPLE;
          case ROI_ALIGN_MODE -> Sampling.Places.ROI_ALIGN;
          default -> Sampling.Places.STRICT_ALIGN_ENDPOINTS;
        };
    String value = layer.input();
    for (int axis = 0; axis < 2; axis++) {
      value = new Sampling(places, target.get(axis)).emit(graph, value, 2 + axis);
    }
    graph.bind(layer.output(), value);
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
          Attribute.of("blocksize", block));
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
        Attribute.of("blocksize", block),
        Attribute.of("mode", shuffle ? "CRD" : "DCR"));
  }
}
