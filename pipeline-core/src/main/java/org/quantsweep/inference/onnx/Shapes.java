package org.quantsweep.inference.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import org.quantsweep.proto.coreml.FlattenLayerParams;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.SliceStaticLayerParams;
import org.quantsweep.tensor.Shape;

/** Layers that move numbers and change none. */
final class Shapes {
  private static final int[] CHANNELS_LAST = {0, 2, 3, 1};

  private Shapes() {}

  static void flatten(LayerNode layer, OnnxGraph graph) {
    String value = layer.input();
    Shape shape = graph.shape(value);
    FlattenLayerParams.FlattenOrder order = layer.message().getFlatten().getMode();
    if (order == FlattenLayerParams.FlattenOrder.CHANNEL_LAST && shape.rank() == 4) {
      value =
          graph.node(
              "Transpose",
              Shape.of(shape.length(0), shape.length(2), shape.length(3), shape.length(1)),
              List.of(value),
              OnnxGraph.attribute("perm", CHANNELS_LAST));
    }
    int batch = shape.rank() == 4 ? shape.length(0) : 1;
    int rest = Math.toIntExact(shape.elementCount() / batch);
    graph.reshape(value, Shape.of(batch, rest, 1, 1), layer.output());
  }

  static void reshapeStatic(LayerNode layer, OnnxGraph graph) {
    Shape input = graph.shape(layer.input());
    List<Long> target = new ArrayList<>(layer.message().getReshapeStatic().getTargetShapeList());
    long known = 1;
    int unknown = -1;
    for (int axis = 0; axis < target.size(); axis++) {
      if (target.get(axis) == -1) {
        unknown = axis;
      } else {
        if (target.get(axis) == 0) {
          target.set(axis, (long) input.length(axis));
        }
        known *= target.get(axis);
      }
    }
    if (unknown >= 0 && known > 0) {
      target.set(unknown, input.elementCount() / known);
    }
    Shape shape = Shape.of(target);
    if (shape.elementCount() != input.elementCount()) {
      throw new UnsupportedLayerException("it reshapes " + input + " to " + shape);
    }
    graph.reshape(layer.input(), shape, layer.output());
  }

  /** Along the channels of {@code [..., C, H, W]}. */
  static void concat(LayerNode layer, OnnxGraph graph) {
    if (layer.message().getConcat().getSequenceConcat()) {
      throw new UnsupportedLayerException("it concatenates along the sequence axis");
    }
    int rank = graph.shape(layer.input()).rank();
    concatenate(layer, graph, rank >= 3 ? rank - 3 : rank - 1);
  }

  static void concatNd(LayerNode layer, OnnxGraph graph) {
    int rank = graph.shape(layer.input()).rank();
    concatenate(layer, graph, axis(layer.message().getConcatND().getAxis(), rank));
  }

  private static void concatenate(LayerNode layer, OnnxGraph graph, int axis) {
    int[] lengths = graph.shape(layer.input()).lengths();
    lengths[axis] = 0;
    for (String input : layer.layer().inputs()) {
      lengths[axis] += graph.shape(input).length(axis);
    }
    graph.node(
        "Concat",
        layer.output(),
        Shape.of(lengths),
        layer.layer().inputs(),
        OnnxGraph.attribute("axis", (long) axis));
  }

  static void stack(LayerNode layer, OnnxGraph graph) {
    Shape input = graph.shape(layer.input());
    int axis = axis(layer.message().getStack().getAxis(), input.rank() + 1);
    List<Integer> lengths = list(input);
    lengths.add(axis, 1);
    Shape one = Shape.of(lengths);
    List<String> expanded = new ArrayList<>();
    for (String each : layer.layer().inputs()) {
      expanded.add(graph.reshape(each, one, graph.freshName()));
    }
    lengths.set(axis, expanded.size());
    graph.node(
        "Concat",
        layer.output(),
        Shape.of(lengths),
        expanded,
        OnnxGraph.attribute("axis", (long) axis));
  }

  static void expandDims(LayerNode layer, OnnxGraph graph) {
    List<Integer> lengths = list(graph.shape(layer.input()));
    List<Long> axes = layer.message().getExpandDims().getAxesList();
    TreeSet<Integer> places = new TreeSet<>();
    axes.forEach(axis -> places.add(axis(axis, lengths.size() + axes.size())));
    places.forEach(place -> lengths.add(place, 1));
    graph.reshape(layer.input(), Shape.of(lengths), layer.output());
  }

  static void squeeze(LayerNode layer, OnnxGraph graph) {
    List<Integer> lengths = list(graph.shape(layer.input()));
    if (layer.message().getSqueeze().getSqueezeAll()) {
      lengths.removeAll(Collections.singleton(1));
    } else {
      TreeSet<Integer> places = new TreeSet<>(Collections.reverseOrder());
      int rank = lengths.size();
      layer.message().getSqueeze().getAxesList().forEach(axis -> places.add(axis(axis, rank)));
      places.forEach(place -> lengths.remove((int) place));
    }
    graph.reshape(layer.input(), Shape.of(lengths), layer.output());
  }

  static void transpose(LayerNode layer, OnnxGraph graph) {
    Shape input = graph.shape(layer.input());
    int[] axes = new int[input.rank()];
    int[] lengths = new int[input.rank()];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = axis(layer.message().getTranspose().getAxes(i), input.rank());
      lengths[i] = input.length(axes[i]);
    }
    graph.node(
        "Transpose",
        layer.output(),
        Shape.of(lengths),
        List.of(layer.input()),
        OnnxGraph.attribute("perm", axes));
  }

  static void sliceStatic(LayerNode layer, OnnxGraph graph) {
    SliceStaticLayerParams slice = layer.message().getSliceStatic();
    Shape input = graph.shape(layer.input());
    int rank = input.rank();
    long[] begins = new long[rank];
    long[] ends = new long[rank];
    long[] steps = new long[rank];
    long[] axes = new long[rank];
    List<Integer> lengths = new ArrayList<>();
    List<Integer> kept = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      long length = input.length(axis);
      long step = slice.getStridesCount() > axis ? slice.getStrides(axis) : 1;
      if (step <= 0) {
        throw new UnsupportedLayerException("it slices with a stride of " + step);
      }
      boolean squeezed = slice.getSqueezeMasksCount() > axis && slice.getSqueezeMasks(axis);
      long begin = slice.getBeginIds(axis);
      begin = slice.getBeginMasksCount() > axis && slice.getBeginMasks(axis) ? 0 : begin;
      begin = Math.max(0, Math.min(length, begin < 0 ? begin + length : begin));
      long end = slice.getEndIds(axis);
      end = end < 0 ? end + length : end;
      end = slice.getEndMasksCount() > axis && slice.getEndMasks(axis) ? length : end;
      end = squeezed ? begin + 1 : Math.max(begin, Math.min(length, end));
      begins[axis] = begin;
      ends[axis] = end;
      steps[axis] = step;
      axes[axis] = axis;
      int taken = Math.toIntExact((end - begin + step - 1) / step);
      lengths.add(taken);
      if (!squeezed) {
        kept.add(taken);
      }
    }
    String sliced = kept.size() == rank ? layer.output() : graph.freshName();
    graph.node(
        "Slice",
        sliced,
        Shape.of(lengths),
        List.of(
            layer.input(),
            graph.integers(begins),
            graph.integers(ends),
            graph.integers(axes),
            graph.integers(steps)));
    if (kept.size() != rank) {
      graph.reshape(sliced, Shape.of(kept), layer.output());
    }
  }

  /** A constant of any layer that loads one. */
  static void constant(LayerNode layer, OnnxGraph graph) {
    NeuralNetworkLayer message = layer.message();
    Shape shape =
        message.hasLoadConstantND()
            ? Shape.of(message.getLoadConstantND().getShapeList())
            : Shape.of(message.getLoadConstant().getShapeList());
    String constant = graph.constant(shape, layer.weight("data").sharedArray());
    graph.node("Identity", layer.output(), shape, List.of(constant));
  }

  /** An axis counted from the front. */
  static int axis(long axis, int rank) {
    long counted = axis < 0 ? axis + rank : axis;
    if (counted < 0 || counted >= rank) {
      throw new UnsupportedLayerException("its axis " + axis + " is not one of rank " + rank);
    }
    return (int) counted;
  }

  private static List<Integer> list(Shape shape) {
    List<Integer> lengths = new ArrayList<>();
    for (int length : shape.lengths()) {
      lengths.add(length);
    }
    return lengths;
  }
}
