package org.quantsweep.inference.onnx;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.proto.coreml.ConstantPaddingLayerParams;
import org.quantsweep.proto.coreml.PaddingLayerParams;
import org.quantsweep.proto.coreml.UpsampleLayerParams;
import org.quantsweep.tensor.Shape;

/** Padding and enlarging. */
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

  /** Pads any axes with a constant. */
  static void constantPad(LayerNode layer, OnnxGraph graph) {
    ConstantPaddingLayerParams padding = layer.message().getConstantPad();
    Shape input = graph.shape(layer.input());
    int rank = input.rank();
    if (padding.getPadToGivenOutputSizeMode() || padding.getPadAmountsCount() != 2 * rank) {
      throw new UnsupportedLayerException("it pads to a given size");
    }
    int[] lengths = input.lengths();
    long[] pads = new long[2 * rank];
    for (int axis = 0; axis < rank; axis++) {
      pads[axis] = padding.getPadAmounts(2 * axis);
      pads[rank + axis] = padding.getPadAmounts(2 * axis + 1);
      lengths[axis] += Math.toIntExact(pads[axis] + pads[rank + axis]);
    }
    pad(layer, graph, Shape.of(lengths), pads, "constant", padding.getValue());
  }

  private static void pad(
      LayerNode layer, OnnxGraph graph, Shape shape, long[] pads, String mode, float value) {
    List<String> inputs = new ArrayList<>(List.of(layer.input(), graph.integers(pads)));
    if (mode.equals("constant")) {
      inputs.add(Activations.scalar(graph, value));
    }
    graph.node("Pad", layer.output(), shape, inputs, OnnxGraph.attribute("mode", mode));
  }

  /** Enlarges height and width: nearest repeats elements, bilinear mixes them. */
  static void upsample(LayerNode layer, OnnxGraph graph) {
    UpsampleLayerParams upsample = layer.message().getUpsample();
    Shape input = graph.shape(layer.input());
    if (input.rank() != 4 || upsample.getFractionalScalingFactorCount() > 0) {
      throw new UnsupportedLayerException("it scales " + input + " by fractions or not a picture");
    }
    int[] factors = Window.pair(upsample.getScalingFactorList(), 1);
    Shape shape =
        Shape.of(
            input.length(0),
            input.length(1),
            Math.multiplyExact(input.length(2), factors[0]),
            Math.multiplyExact(input.length(3), factors[1]));
    boolean bilinear = upsample.getMode() == UpsampleLayerParams.InterpolationMode.BILINEAR;
    // PyTorch's answers for PoseCPM show that the default mode takes half pixels too.
    String places =
        switch (upsample.getLinearUpsampleMode()) {
          case ALIGN_CORNERS_TRUE -> "align_corners";
          default -> "half_pixel";
        };
    String sizes =
        graph.integers(shape.length(0), shape.length(1), shape.length(2), shape.length(3));
    graph.node(
        "Resize",
        layer.output(),
        shape,
        List.of(layer.input(), "", "", sizes),
        OnnxGraph.attribute("mode", bilinear ? "linear" : "nearest"),
        OnnxGraph.attribute("coordinate_transformation_mode", bilinear ? places : "asymmetric"),
        OnnxGraph.attribute("nearest_mode", "floor"));
  }
}
