package org.quantsweep.inference.onnx;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.proto.coreml.SliceLayerParams;
import org.quantsweep.proto.coreml.SliceStaticLayerParams;
import org.quantsweep.tensor.Shape;

/** Layers that cut arrays apart or put them together. */
final class Slices {
  /** An end that stands before the first element, for steps that go backwards. */
  private static final long BEFORE_FIRST = Long.MIN_VALUE;

  private Slices() {}

  /** Along the channels of {@code [..., C, H, W]}, or along the sequence. */
  static void concat(LayerNode layer, OnnxGraph graph) {
    int rank = graph.shape(layer.input()).rank();
    int axis =
        layer.message().getConcat().getSequenceConcat()
            ? Shapes.sequenceAxis(rank)
            : Shapes.axis(-3, rank);
    graph.bind(layer.output(), concatenated(graph, layer.inputs(), axis));
  }

  static void concatNd(LayerNode layer, OnnxGraph graph) {
    Shape shape = graph.shape(layer.input());
    int axis = Shapes.axis(layer.message().getConcatND().getAxis(), shape.rank());
    if (!layer.message().getConcatND().getInterleave()) {
      graph.bind(layer.output(), concatenated(graph, layer.inputs(), axis));
      return;
    }
    // The first of each, then the second of each: beside each other on a new axis, then flat.
    String beside = stacked(graph, layer.inputs(), axis + 1);
    int[] lengths = shape.lengths();
    lengths[axis] *= layer.inputs().size();
    graph.reshape(beside, Shape.of(lengths), layer.output());
  }

  static void stack(LayerNode layer, OnnxGraph graph) {
    int rank = graph.shape(layer.input()).rank();
    int axis = Shapes.axis(layer.message().getStack().getAxis(), rank + 1);
    graph.bind(layer.output(), stacked(graph, layer.inputs(), axis));
  }

  private static String stacked(OnnxGraph graph, List<String> values, int axis) {
    List<String> expanded = new ArrayList<>();
    for (String value : values) {
      List<Integer> lengths = Shapes.list(graph.shape(value));
      lengths.add(axis, 1);
      expanded.add(graph.reshape(value, Shape.of(lengths)));
    }
    return concatenated(graph, expanded, axis);
  }

  private static String concatenated(OnnxGraph graph, List<String> values, int axis) {
    Shape first = graph.shape(values.get(0));
    int[] lengths = first.lengths();
    lengths[axis] = 0;
    for (String value : values) {
      Shape shape = graph.shape(value);
      boolean fits = shape.rank() == first.rank();
      for (int other = 0; fits && other < lengths.length; other++) {
        fits = other == axis || shape.length(other) == lengths[other];
      }
      if (!fits) {
        throw new UnsupportedLayerException(
            "its inputs " + first + " and " + shape + " do not fit");
      }
      lengths[axis] += shape.length(axis);
    }
    return graph.node(
        "Concat", Shape.of(lengths), values, OnnxGraph.attribute("axis", (long) axis));
  }

  /** Equal parts along the channels. */
  static void split(LayerNode layer, OnnxGraph graph) {
    int rank = graph.shape(layer.input()).rank();
    parts(layer, graph, Shapes.axis(-3, rank), List.of());
  }

  static void splitNd(LayerNode layer, OnnxGraph graph) {
    var params = layer.message().getSplitND();
    int rank = graph.shape(layer.input()).rank();
    parts(layer, graph, Shapes.axis(params.getAxis(), rank), params.getSplitSizesList());
  }

  private static void parts(LayerNode layer, OnnxGraph graph, int axis, List<Long> given) {
    List<String> outputs = layer.layer().outputs();
    Shape input = graph.shape(layer.input());
    List<Long> sizes = new ArrayList<>(given);
    while (given.isEmpty() && sizes.size() < outputs.size()) {
      sizes.add((long) input.length(axis) / outputs.size());
    }
    long sum = sizes.stream().mapToLong(Long::longValue).sum();
    if (sizes.size() != outputs.size() || sum != input.length(axis)) {
      throw new UnsupportedLayerException(
          "it splits a length of " + input.length(axis) + " into " + outputs.size() + " parts");
    }
    List<Shape> shapes = new ArrayList<>();
    for (long size : sizes) {
      int[] lengths = input.lengths();
      lengths[axis] = Math.toIntExact(size);
      shapes.add(Shape.of(lengths));
    }
    long[] lengths = sizes.stream().mapToLong(Long::longValue).toArray();
    graph.nodes(
        "Split",
        outputs,
        shapes,
        List.of(layer.input(), graph.integers(lengths)),
        OnnxGraph.attribute("axis", (long) axis));
  }

  /** The older slice, along channels, height or width. */
  static void slice(LayerNode layer, OnnxGraph graph) {
    SliceLayerParams slice = layer.message().getSlice();
    Shape input = graph.shape(layer.input());
    int axis =
        Shapes.axis(
            switch (slice.getAxis()) {
              case HEIGHT_AXIS -> -2;
              case WIDTH_AXIS -> -1;
              default -> -3;
            },
            input.rank());
    Cut cut =
        Cut.of(
            input.length(axis),
            slice.getStartIndex(),
            slice.getEndIndex(),
            Math.max(1, slice.getStride()));
    graph.bind(layer.output(), cut(graph, layer.input(), axis, cut));
  }

  static void sliceStatic(LayerNode layer, OnnxGraph graph) {
    SliceStaticLayerParams slice = layer.message().getSliceStatic();
    Shape input = graph.shape(layer.input());
    int rank = input.rank();
    if (slice.getBeginIdsCount() != rank || slice.getEndIdsCount() != rank) {
      throw new UnsupportedLayerException("it slices other axes than those of " + input);
    }
    long[] begins = new long[rank];
    long[] ends = new long[rank];
    long[] steps = new long[rank];
    long[] axes = new long[rank];
    List<Integer> lengths = new ArrayList<>();
    List<Integer> kept = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      int length = input.length(axis);
      long step = slice.getStridesCount() > axis ? slice.getStrides(axis) : 1;
      boolean squeezed = slice.getSqueezeMasksCount() > axis && slice.getSqueezeMasks(axis);
      long begin = slice.getBeginIds(axis);
      long end = slice.getEndIds(axis);
      if (squeezed) {
        step = 1;
        begin = begin < 0 ? begin + length : begin;
        end = begin + 1;
      } else {
        if (slice.getBeginMasksCount() > axis && slice.getBeginMasks(axis)) {
          begin = step > 0 ? 0 : length - 1L;
        }
        if (slice.getEndMasksCount() > axis && slice.getEndMasks(axis)) {
          end = step > 0 ? length : BEFORE_FIRST;
        }
      }
      Cut cut = Cut.of(length, begin, end, step);
      begins[axis] = cut.begin();
      ends[axis] = cut.end();
      steps[axis] = cut.step();
      axes[axis] = axis;
      lengths.add(cut.length());
      if (!squeezed) {
        kept.add(cut.length());
      }
    }
    String sliced =
        graph.node(
            "Slice",
            Shape.of(lengths),
            List.of(
                layer.input(),
                graph.integers(begins),
                graph.integers(ends),
                graph.integers(axes),
                graph.integers(steps)));
    graph.reshape(sliced, Shape.of(kept), layer.output());
  }

  static void reverse(LayerNode layer, OnnxGraph graph) {
    List<Boolean> reversed = layer.message().getReverse().getReverseDimList();
    Shape input = graph.shape(layer.input());
    String value = layer.input();
    for (int axis = 0; axis < Math.min(input.rank(), reversed.size()); axis++) {
      if (reversed.get(axis)) {
        int length = input.length(axis);
        value = cut(graph, value, axis, Cut.of(length, length - 1L, BEFORE_FIRST, -1));
      }
    }
    graph.bind(layer.output(), value);
  }

  /** Cuts height and width: by amounts, or to the size of the second input. */
  static void crop(LayerNode layer, OnnxGraph graph) {
    Shape input = graph.shape(layer.input());
    int rank = input.rank();
    String value = layer.input();
    for (int i = 0; i < 2; i++) {
      int axis = Shapes.axis(i - 2, rank);
      int length = input.length(axis);
      int begin;
      int end;
      if (layer.inputs().size() == 2) {
        List<Long> offsets = layer.message().getCrop().getOffsetList();
        begin = offsets.size() > i ? Math.toIntExact(offsets.get(i)) : 0;
        end = begin + graph.shape(layer.inputs().get(1)).length(i - 2);
      } else {
        int[] amounts = Window.amounts(layer.message().getCrop().getCropAmounts(), i);
        begin = amounts[0];
        end = length - amounts[1];
      }
      if (end <= begin || end > length) {
        throw new UnsupportedLayerException(
            "it crops [" + begin + ", " + end + ") of a length of " + length);
      }
      value = cut(graph, value, axis, Cut.of(length, begin, end, 1));
    }
    graph.bind(layer.output(), value);
  }

  private static String cut(OnnxGraph graph, String value, int axis, Cut cut) {
    int[] lengths = graph.shape(value).lengths();
    lengths[axis] = cut.length();
    return graph.node(
        "Slice",
        Shape.of(lengths),
        List.of(
            value,
            graph.integers(cut.begin()),
            graph.integers(cut.end()),
            graph.integers(axis),
            graph.integers(cut.step())));
  }

  /** Elements begin, begin + step ... before end, within an axis. */
  private record Cut(long begin, long end, long step, int length) {
    /** Negative places count from the end; what lies outside is cut off. */
    static Cut of(int length, long begin, long end, long step) {
      if (step == 0) {
        throw new UnsupportedLayerException("it slices with a step of 0");
      }
      long from = begin < 0 ? begin + length : begin;
      long to = end < 0 && end != BEFORE_FIRST ? end + length : end;
      if (step > 0) {
        from = Math.max(0, Math.min(length, from));
        to = Math.max(from, Math.min(length, to));
        return new Cut(from, to, step, Math.toIntExact((to - from + step - 1) / step));
      }
      from = Math.max(-1, Math.min(length - 1L, from));
      to = Math.min(from, Math.max(-1, to));
      int count = Math.toIntExact((from - to - step - 1) / -step);
      // ONNX counts -1 from the end, so that the place before the first needs a lower number.
      return new Cut(from, to < 0 ? -length - 1L : to, step, count);
    }
  }
}
