package org.quantsweep.inference.onnx.network;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.coreml.EdgeAmounts;
import org.quantsweep.coreml.neuralnetwork.ConvolutionMessages;
import org.quantsweep.inference.onnx.Axes;
import org.quantsweep.inference.onnx.Cut;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.Slices;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.proto.coreml.SliceLayerParams;
import org.quantsweep.proto.coreml.SliceStaticLayerParams;
import org.quantsweep.tensor.Shape;

/** Layers that cut arrays apart or put them together. */
final class SliceLayers {
  private SliceLayers() {}

  /** Along the channels of {@code [..., C, H, W]}, or along the sequence. */
  static void concat(LayerNode layer, OnnxGraph graph) {
    int rank = graph.shape(layer.input()).rank();
    int axis =
        layer.message().getConcat().getSequenceConcat()
            ? ShapeLayers.sequenceAxis(rank)
            : Axes.place(-3, rank);
    graph.bind(layer.output(), Slices.concatenated(graph, layer.inputs(), axis));
  }

  static void concatNd(LayerNode layer, OnnxGraph graph) {
    Shape shape = graph.shape(layer.input());
    int axis = Axes.place(layer.message().getConcatND().getAxis(), shape.rank());
    if (!layer.message().getConcatND().getInterleave()) {
      graph.bind(layer.output(), Slices.concatenated(graph, layer.inputs(), axis));
      return;
    }
    // The first of each, then the second of each: beside each other on a new axis, then flat.
    String beside = Slices.stacked(graph, layer.inputs(), axis + 1);
    int[] lengths = shape.lengths();
    lengths[axis] *= layer.inputs().size();
    graph.reshape(beside, Shape.of(lengths), layer.output());
  }

  static void stack(LayerNode layer, OnnxGraph graph) {
    int rank = graph.shape(layer.input()).rank();
    int axis = Axes.place(layer.message().getStack().getAxis(), rank + 1);
    graph.bind(layer.output(), Slices.stacked(graph, layer.inputs(), axis));
  }

  /** Equal parts along the channels. */
  static void split(LayerNode layer, OnnxGraph graph) {
    int rank = graph.shape(layer.input()).rank();
    parts(layer, graph, Axes.place(-3, rank), List.of());
  }

  static void splitNd(LayerNode layer, OnnxGraph graph) {
    var params = layer.message().getSplitND();
    int rank = graph.shape(layer.input()).rank();
    parts(layer, graph, Axes.place(params.getAxis(), rank), params.getSplitSizesList());
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
    Slices.split(
        graph, layer.input(), axis, sizes.stream().map(Math::toIntExact).toList(), outputs);
  }

  /** The older slice, along channels, height or width. */
  static void slice(LayerNode layer, OnnxGraph graph) {
    SliceLayerParams slice = layer.message().getSlice();
    Shape input = graph.shape(layer.input());
    int axis =
        Axes.place(
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
    graph.bind(layer.output(), Slices.cut(graph, layer.input(), axis, cut));
  }

  static void sliceStatic(LayerNode layer, OnnxGraph graph) {
    SliceStaticLayerParams slice = layer.message().getSliceStatic();
    Shape input = graph.shape(layer.input());
    int rank = input.rank();
    if (slice.getBeginIdsCount() != rank || slice.getEndIdsCount() != rank) {
      throw new UnsupportedLayerException("it slices other axes than those of " + input);
    }
    List<Cut> cuts = new ArrayList<>();
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
          end = step > 0 ? length : Cut.BEFORE_FIRST;
        }
      }
      Cut cut = Cut.of(length, begin, end, step);
      cuts.add(cut);
      if (!squeezed) {
        kept.add(cut.length());
      }
    }
    graph.reshape(Slices.cut(graph, layer.input(), cuts), Shape.of(kept), layer.output());
  }

  static void reverse(LayerNode layer, OnnxGraph graph) {
    List<Boolean> reversed = layer.message().getReverse().getReverseDimList();
    Shape input = graph.shape(layer.input());
    String value = layer.input();
    for (int axis = 0; axis < Math.min(input.rank(), reversed.size()); axis++) {
      if (reversed.get(axis)) {
        int length = input.length(axis);
        value = Slices.cut(graph, value, axis, Cut.of(length, length - 1L, Cut.BEFORE_FIRST, -1));
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
      int axis = Axes.place(i - 2, rank);
      int length = input.length(axis);
      int begin;
      int end;
      if (layer.inputs().size() == 2) {
        List<Long> offsets = layer.message().getCrop().getOffsetList();
        begin = offsets.size() > i ? Math.toIntExact(offsets.get(i)) : 0;
        end = begin + graph.shape(layer.inputs().get(1)).length(i - 2);
      } else {
        EdgeAmounts amounts =
            ConvolutionMessages.amounts(layer.message().getCrop().getCropAmounts(), i);
        begin = amounts.start();
        end = length - amounts.end();
      }
      if (end <= begin || end > length) {
        throw new UnsupportedLayerException(
            "it crops [" + begin + ", " + end + ") of a length of " + length);
      }
      value = Slices.cut(graph, value, axis, Cut.of(length, begin, end, 1));
    }
    graph.bind(layer.output(), value);
  }
}
