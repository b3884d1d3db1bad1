package org.quantsweep.inference.onnx.network;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.coreml.Window;
import org.quantsweep.inference.onnx.Attribute;
import org.quantsweep.inference.onnx.Axes;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.proto.coreml.EmbeddingLayerParams;
import org.quantsweep.proto.coreml.EmbeddingNDLayerParams;
import org.quantsweep.proto.coreml.OneHotLayerParams;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Layers whose input holds places in another array. */
final class LookupLayers {
  private LookupLayers() {}

  /** Places {@code [..., 1, 1, 1]} become vectors {@code [..., channels, 1, 1]}. */
  static void embedding(LayerNode layer, OnnxGraph graph) {
    EmbeddingLayerParams params = layer.message().getEmbedding();
    int axis = graph.shape(layer.input()).rank() - 3;
    look(layer, graph, params.getOutputChannels(), params.getInputDim(), params.getHasBias(), axis);
  }

  /** Places {@code [..., 1]} become vectors {@code [..., channels]}. */
  static void embeddingNd(LayerNode layer, OnnxGraph graph) {
    EmbeddingNDLayerParams params = layer.message().getEmbeddingND();
    int axis = graph.shape(layer.input()).rank() - 1;
    look(layer, graph, params.getEmbeddingSize(), params.getVocabSize(), params.getHasBias(), axis);
  }

  private static void look(
      LayerNode layer, OnnxGraph graph, long channels, long entries, boolean hasBias, int axis) {
    Shape input = graph.shape(layer.input());
    int to = Math.toIntExact(channels);
    int from = Math.toIntExact(entries);
    int count = Math.toIntExact(input.elementCount());
    if (axis < 0) {
      throw new UnsupportedLayerException("its input " + input + " has too few axes");
    }
    for (int rest = axis; rest < input.rank(); rest++) {
      if (input.length(rest) != 1) {
        throw new UnsupportedLayerException("its input " + input + " does not end in ones");
      }
    }
    // The file holds one column for each entry; rows are what a look-up takes.
    float[] stored = layer.weight("weights").sharedArray();
    float[] rows = new float[stored.length];
    for (int channel = 0; channel < to; channel++) {
      for (int entry = 0; entry < from; entry++) {
        rows[entry * to + channel] = stored[channel * from + entry];
      }
    }
    String places = graph.toIntegers(graph.reshape(layer.input(), Shape.of(count)));
    String vectors =
        graph.node(
            "Gather",
            Shape.of(count, to),
            List.of(graph.constant(Shape.of(from, to), rows), places),
            Attribute.of("axis", 0));
    if (hasBias) {
      Tensor bias = layer.weight("bias");
      vectors = graph.binary("Add", vectors, graph.constant(bias.shape(), bias.sharedArray()));
    }
    int[] lengths = input.lengths();
    lengths[axis] = to;
    graph.reshape(vectors, Shape.of(lengths), layer.output());
  }

  static void gather(LayerNode layer, OnnxGraph graph) {
    layer.requireInputs(2, "it has not two inputs");
    Shape data = graph.shape(layer.input());
    Shape places = graph.shape(layer.inputs().get(1));
    int axis = Axes.place(layer.message().getGather().getAxis(), data.rank());
    List<Integer> lengths = new ArrayList<>(Axes.lengths(data));
    lengths.remove(axis);
    lengths.addAll(axis, Axes.lengths(places));
    graph.node(
        "Gather",
        layer.output(),
        Shape.of(lengths),
        List.of(layer.input(), graph.toIntegers(layer.inputs().get(1))),
        Attribute.of("axis", axis));
  }

  static void gatherAlongAxis(LayerNode layer, OnnxGraph graph) {
    layer.requireInputs(2, "it has not two inputs");
    int rank = graph.shape(layer.input()).rank();
    int axis = Axes.place(layer.message().getGatherAlongAxis().getAxis(), rank);
    String places = layer.inputs().get(1);
    graph.node(
        "GatherElements",
        layer.output(),
        graph.shape(places),
        List.of(layer.input(), graph.toIntegers(places)),
        Attribute.of("axis", axis));
  }

  /** The last axis of the places holds a way into the first axes of the data. */
  static void gatherNd(LayerNode layer, OnnxGraph graph) {
    layer.requireInputs(2, "it has not two inputs");
    Shape data = graph.shape(layer.input());
    List<Integer> lengths = Axes.lengths(graph.shape(layer.inputs().get(1)));
    int way = lengths.remove(Axes.place(-1, lengths.size()));
    lengths.addAll(Axes.lengths(data).subList(way, data.rank()));
    graph.node(
        "GatherND",
        layer.output(),
        Shape.of(lengths),
        List.of(layer.input(), graph.toIntegers(layer.inputs().get(1))));
  }

  /** All windows of a size along an axis, beside each other on a new axis. */
  static void windows(LayerNode layer, OnnxGraph graph) {
    var params = layer.message().getSlidingWindows();
    Shape input = graph.shape(layer.input());
    int axis = Axes.place(params.getAxis(), input.rank());
    int size = Math.toIntExact(params.getWindowSize());
    int step = Math.toIntExact(Math.max(1, params.getStep()));
    int count = Window.valid(input.length(axis), size, step, 0, 0).output();
    long[] places = new long[Math.multiplyExact(count, size)];
    for (int i = 0; i < places.length; i++) {
      places[i] = (long) (i / size) * step + i % size;
    }
    List<Integer> lengths = Axes.lengths(input);
    lengths.set(axis, places.length);
    String taken =
        graph.node(
            "Gather",
            Shape.of(lengths),
            List.of(layer.input(), graph.integers(places)),
            Attribute.of("axis", axis));
    lengths.set(axis, count);
    lengths.add(axis + 1, size);
    graph.reshape(taken, Shape.of(lengths), layer.output());
  }

  /** A vector for each place: one value there, another everywhere else. */
  static void oneHot(LayerNode layer, OnnxGraph graph) {
    layer.requireInputs(1, "the length of its vectors is an input");
    OneHotLayerParams params = layer.message().getOneHot();
    int size = Math.toIntExact(params.getOneHotVectorSize());
    List<Integer> lengths = Axes.lengths(graph.shape(layer.input()));
    int axis = Axes.place(params.getAxis(), lengths.size() + 1);
    lengths.add(axis, 1);
    String places = graph.reshape(layer.input(), Shape.of(lengths));
    int[] along = new int[lengths.size()];
    java.util.Arrays.fill(along, 1);
    along[axis] = size;
    float[] counting = new float[size];
    for (int i = 0; i < size; i++) {
      counting[i] = i;
    }
    // Compared, since ONNX's own operator counts negative places from the end.
    String here = graph.binary("Equal", places, graph.constant(Shape.of(along), counting));
    graph.node(
        "Where",
        layer.output(),
        graph.shape(here),
        List.of(here, graph.scalar(params.getOnValue()), graph.scalar(params.getOffValue())));
  }
}
