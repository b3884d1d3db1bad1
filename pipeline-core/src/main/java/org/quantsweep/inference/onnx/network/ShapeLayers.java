package org.quantsweep.inference.onnx.network;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import org.quantsweep.inference.onnx.Axes;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.proto.coreml.FlattenLayerParams;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.ReshapeLayerParams;
import org.quantsweep.tensor.Shape;

/** Layers that move numbers and change none. */
final class ShapeLayers {
  private ShapeLayers() {}

  /** {@code [N, C, H, W]} to {@code [N, C H W, 1, 1]}. */
  static void flatten(LayerNode layer, OnnxGraph graph) {
    Shape shape = graph.shape(layer.input());
    boolean channelsLast =
        layer.message().getFlatten().getMode() == FlattenLayerParams.FlattenOrder.CHANNEL_LAST;
    String value = channelsLast ? graph.transpose(layer.input(), 0, 2, 3, 1) : layer.input();
    int rest = shape.length(1) * shape.length(2) * shape.length(3);
    graph.reshape(value, Shape.of(shape.length(0), rest, 1, 1), layer.output());
  }

  /** The older reshape: to {@code [C, H, W]}, or with the length of the sequence before them. */
  static void reshape(LayerNode layer, OnnxGraph graph) {
    ReshapeLayerParams params = layer.message().getReshape();
    Shape input = graph.shape(layer.input());
    List<Long> target = new ArrayList<>(params.getTargetShapeList());
    if (target.size() == 3) {
      target.add(0, (long) input.length(0));
    }
    if (target.size() != 4 || input.rank() < 4) {
      throw new UnsupportedLayerException("it reshapes " + input + " to " + target);
    }
    if (input.rank() == 5) {
      target.add(1, (long) input.length(1));
    }
    Shape shape = resolved(input, target);
    if (params.getMode() == ReshapeLayerParams.ReshapeOrder.CHANNEL_FIRST) {
      graph.reshape(layer.input(), shape, layer.output());
      return;
    }
    int rank = shape.rank();
    int[] lengths = shape.lengths();
    lengths[rank - 3] = shape.length(-2);
    lengths[rank - 2] = shape.length(-1);
    lengths[rank - 1] = shape.length(-3);
    String channelsLast =
        graph.transpose(
            layer.input(), rank == 4 ? new int[] {0, 2, 3, 1} : new int[] {0, 1, 3, 4, 2});
    String reshaped = graph.reshape(channelsLast, Shape.of(lengths));
    graph.bind(
        layer.output(),
        graph.transpose(reshaped, rank == 4 ? new int[] {0, 3, 1, 2} : new int[] {0, 1, 4, 2, 3}));
  }

  static void reshapeStatic(LayerNode layer, OnnxGraph graph) {
    List<Long> target = layer.message().getReshapeStatic().getTargetShapeList();
    graph.reshape(layer.input(), resolved(graph.shape(layer.input()), target), layer.output());
  }

  static void rankPreservingReshape(LayerNode layer, OnnxGraph graph) {
    List<Long> target = layer.message().getRankPreservingReshape().getTargetShapeList();
    graph.reshape(layer.input(), resolved(graph.shape(layer.input()), target), layer.output());
  }

  /** To the shape of the second input. */
  static void reshapeLike(LayerNode layer, OnnxGraph graph) {
    layer.requireInputs(2, "it has not two inputs");
    List<Long> target = new ArrayList<>();
    for (int length : graph.shape(layer.inputs().get(1)).lengths()) {
      target.add((long) length);
    }
    graph.reshape(layer.input(), resolved(graph.shape(layer.input()), target), layer.output());
  }

  static void flattenTo2d(LayerNode layer, OnnxGraph graph) {
    Shape input = graph.shape(layer.input());
    long axis = layer.message().getFlattenTo2D().getAxis();
    long from = axis < 0 ? axis + input.rank() : axis;
    int rows = 1;
    for (int before = 0; before < from; before++) {
      rows *= input.length(before);
    }
    int columns = Math.toIntExact(input.elementCount() / Math.max(1, rows));
    graph.reshape(layer.input(), Shape.of(rows, columns), layer.output());
  }

  /** A target in which 0 keeps the length at its place and one -1 takes what is left. */
  private static Shape resolved(Shape input, List<Long> target) {
    List<Long> lengths = new ArrayList<>(target);
    long known = 1;
    int unknown = -1;
    for (int axis = 0; axis < lengths.size(); axis++) {
      if (lengths.get(axis) == -1) {
        unknown = axis;
      } else {
        if (lengths.get(axis) == 0) {
          lengths.set(axis, (long) input.length(Axes.place(axis, input.rank())));
        }
        known = Math.multiplyExact(known, lengths.get(axis));
      }
    }
    if (unknown >= 0 && known > 0) {
      lengths.set(unknown, input.elementCount() / known);
    }
    Shape shape = Shape.of(lengths);
    if (shape.elementCount() != input.elementCount()) {
      throw new UnsupportedLayerException("it reshapes " + input + " to " + target);
    }
    return shape;
  }

  static void expandDims(LayerNode layer, OnnxGraph graph) {
    List<Integer> lengths = Axes.lengths(graph.shape(layer.input()));
    List<Long> axes = layer.message().getExpandDims().getAxesList();
    TreeSet<Integer> places = new TreeSet<>();
    axes.forEach(axis -> places.add(Axes.place(axis, lengths.size() + axes.size())));
    places.forEach(place -> lengths.add(place, 1));
    graph.reshape(layer.input(), Shape.of(lengths), layer.output());
  }

  static void squeeze(LayerNode layer, OnnxGraph graph) {
    List<Integer> lengths = Axes.lengths(graph.shape(layer.input()));
    if (layer.message().getSqueeze().getSqueezeAll()) {
      lengths.removeAll(Collections.singleton(1));
    } else {
      TreeSet<Integer> places = new TreeSet<>(Collections.reverseOrder());
      int rank = lengths.size();
      layer
          .message()
          .getSqueeze()
          .getAxesList()
          .forEach(axis -> places.add(Axes.place(axis, rank)));
      places.forEach(place -> lengths.remove((int) place));
    }
    graph.reshape(layer.input(), Shape.of(lengths), layer.output());
  }

  static void transpose(LayerNode layer, OnnxGraph graph) {
    int rank = graph.shape(layer.input()).rank();
    int[] axes = new int[rank];
    if (layer.message().getTranspose().getAxesCount() != rank) {
      throw new UnsupportedLayerException("its axes are not those of rank " + rank);
    }
    for (int i = 0; i < rank; i++) {
      axes[i] = Axes.place(layer.message().getTranspose().getAxes(i), rank);
    }
    graph.bind(layer.output(), graph.transpose(layer.input(), axes));
  }

  /** The older transpose: of sequence, channels, height and width; the batch stays. */
  static void permute(LayerNode layer, OnnxGraph graph) {
    List<Long> order = layer.message().getPermute().getAxisList();
    int rank = graph.shape(layer.input()).rank();
    if (order.size() != 4 || (rank != 4 && rank != 5)) {
      throw new UnsupportedLayerException("it permutes rank " + rank + " by " + order);
    }
    int[] axes = new int[rank];
    axes[1] = 1;
    for (int i = 0; i < 4; i++) {
      int from = Axes.place(order.get(i), 4);
      // In rank 5 the batch stands between the sequence and the rest.
      axes[rank == 5 && i > 0 ? i + 1 : i] = rank == 5 && from > 0 ? from + 1 : from;
    }
    graph.bind(layer.output(), graph.transpose(layer.input(), axes));
  }

  static void tile(LayerNode layer, OnnxGraph graph) {
    layer.requireInputs(1, "its repetitions are an input");
    List<Long> repetitions = layer.message().getTile().getRepsList();
    int rank = graph.shape(layer.input()).rank();
    long[] times = new long[rank];
    java.util.Arrays.fill(times, 1);
    for (int i = 1; i <= repetitions.size(); i++) {
      times[Axes.place(-i, rank)] = repetitions.get(repetitions.size() - i);
    }
    repeat(layer, graph, times);
  }

  static void sequenceRepeat(LayerNode layer, OnnxGraph graph) {
    int rank = graph.shape(layer.input()).rank();
    long[] times = new long[rank];
    java.util.Arrays.fill(times, 1);
    times[sequenceAxis(rank)] = Math.max(1, layer.message().getSequenceRepeat().getNRepetitions());
    repeat(layer, graph, times);
  }

  private static void repeat(LayerNode layer, OnnxGraph graph, long... times) {
    int[] lengths = graph.shape(layer.input()).lengths();
    for (int axis = 0; axis < lengths.length; axis++) {
      lengths[axis] = Math.toIntExact(Math.multiplyExact(lengths[axis], times[axis]));
    }
    graph.node(
        "Tile", layer.output(), Shape.of(lengths), List.of(layer.input(), graph.integers(times)));
  }

  static void broadcastToStatic(LayerNode layer, OnnxGraph graph) {
    broadcast(layer, graph, Shape.of(layer.message().getBroadcastToStatic().getTargetShapeList()));
  }

  static void broadcastToLike(LayerNode layer, OnnxGraph graph) {
    layer.requireInputs(2, "it has not two inputs");
    broadcast(layer, graph, graph.shape(layer.inputs().get(1)));
  }

  private static void broadcast(LayerNode layer, OnnxGraph graph, Shape target) {
    Shape shape = Axes.broadcast(graph.shape(layer.input()), target);
    long[] lengths = new long[shape.rank()];
    for (int axis = 0; axis < lengths.length; axis++) {
      lengths[axis] = shape.length(axis);
    }
    graph.node("Expand", layer.output(), shape, List.of(layer.input(), graph.integers(lengths)));
  }

  static void fillStatic(LayerNode layer, OnnxGraph graph) {
    var fill = layer.message().getFillStatic();
    fill(layer, graph, Shape.of(fill.getTargetShapeList()), fill.getValue());
  }

  static void fillLike(LayerNode layer, OnnxGraph graph) {
    fill(layer, graph, graph.shape(layer.input()), layer.message().getFillLike().getValue());
  }

  private static void fill(LayerNode layer, OnnxGraph graph, Shape shape, float value) {
    long[] lengths = new long[shape.rank()];
    for (int axis = 0; axis < lengths.length; axis++) {
      lengths[axis] = shape.length(axis);
    }
    graph.node(
        "Expand", layer.output(), shape, List.of(graph.scalar(value), graph.integers(lengths)));
  }

  /** The lengths of the axes, as numbers. */
  static void getShape(LayerNode layer, OnnxGraph graph) {
    int[] lengths = graph.shape(layer.input()).lengths();
    float[] values = new float[lengths.length];
    for (int axis = 0; axis < lengths.length; axis++) {
      values[axis] = lengths[axis];
    }
    graph.bind(layer.output(), graph.constant(Shape.of(values.length), values));
  }

  /** A constant of any layer that loads one. */
  static void constant(LayerNode layer, OnnxGraph graph) {
    NeuralNetworkLayer message = layer.message();
    List<Long> lengths = new ArrayList<>(message.getLoadConstantND().getShapeList());
    if (message.hasLoadConstant()) {
      lengths.addAll(message.getLoadConstant().getShapeList());
      lengths.add(0, 1L);
    }
    float[] values = layer.weight("data").sharedArray();
    graph.bind(layer.output(), graph.constant(Shape.of(lengths), values));
  }

  /** Where the sequence lies: before the batch in rank 5, in its place in rank 4. */
  static int sequenceAxis(int rank) {
    if (rank < 4) {
      throw new UnsupportedLayerException("its input of rank " + rank + " has no sequence");
    }
    return Math.max(0, rank - 5);
  }
}
