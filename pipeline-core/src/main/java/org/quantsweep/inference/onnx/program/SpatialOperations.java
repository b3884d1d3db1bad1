package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.coreml.EdgeAmounts;
import org.quantsweep.inference.onnx.Attribute;
import org.quantsweep.inference.onnx.Cut;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.Padding;
import org.quantsweep.inference.onnx.Slices;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.tensor.Shape;

/** Padding, and blocks of pixels that become channels or batches. */
final class SpatialOperations {
  private SpatialOperations() {}

  /** Amounts are for the last axes, two for each. */
  static void pad(OperationNode node) {
    Shape from = node.shape("x");
    List<Integer> given = node.integers("pad");
    int first = from.rank() - given.size() / 2;
    if (first < 0 || given.size() % 2 != 0) {
      throw new UnsupportedLayerException("its padding " + given + " does not fit " + from);
    }
    List<EdgeAmounts> amounts = new ArrayList<>();
    for (int axis = 0; axis < from.rank(); axis++) {
      int place = 2 * (axis - first);
      amounts.add(
          axis < first
              ? new EdgeAmounts(0, 0)
              : new EdgeAmounts(given.get(place), given.get(place + 1)));
    }
    String mode = node.text("mode", "constant");
    Padding.Mode known =
        switch (mode) {
          case "constant" -> Padding.Mode.CONSTANT;
          case "reflect" -> Padding.Mode.REFLECTED;
          case "replicate" -> Padding.Mode.REPEATED;
          default -> throw new UnsupportedLayerException("its mode '" + mode + "' is not known");
        };
    OnnxGraph graph = node.graph();
    String output = graph.freshName();
    boolean whole = node.dataType("x").isInteger();
    String input = whole ? graph.toFloats(node.input("x")) : node.input("x");
    new Padding(known, amounts, node.number("constant_val", 0f)).emit(graph, input, output);
    node.answer(output);
  }

  /** Channels become blocks of pixels. */
  static OperationLowering depthToSpace(String parameter, String mode) {
    return node -> {
      int size = node.integer(parameter);
      int[] lengths = picture(node);
      requireDivides(lengths[1], size * size, "channels");
      lengths[1] /= size * size;
      lengths[2] *= size;
      lengths[3] *= size;
      node.answer(
          node.graph()
              .node(
                  "DepthToSpace",
                  Shape.of(lengths),
                  List.of(node.input("x")),
                  Attribute.of("blocksize", size),
                  Attribute.of("mode", mode)));
    };
  }

  private static int[] picture(OperationNode node) {
    Shape from = node.shape("x");
    if (from.rank() != 4) {
      throw new UnsupportedLayerException("its input " + from + " has not four axes");
    }
    return from.lengths();
  }

  private static void requireDivides(int length, int size, String what) {
    if (size < 1 || length % size != 0) {
      throw new UnsupportedLayerException(
          "its blocks of " + size + " do not divide " + length + " " + what);
    }
  }

  static void spaceToDepth(OperationNode node) {
    int size = node.integer("block_size");
    int[] lengths = picture(node);
    requireDivides(lengths[2], size, "rows");
    requireDivides(lengths[3], size, "columns");
    lengths[1] *= size * size;
    lengths[2] /= size;
    lengths[3] /= size;
    node.answer(
        node.graph()
            .node(
                "SpaceToDepth",
                Shape.of(lengths),
                List.of(node.input("x")),
                Attribute.of("blocksize", size)));
  }

  static void pixelUnshuffle(OperationNode node) {
    int size = node.integer("downscale_factor");
    int[] l = picture(node);
    requireDivides(l[2], size, "rows");
    requireDivides(l[3], size, "columns");
    OnnxGraph graph = node.graph();
    String blocks =
        graph.reshape(node.input("x"), Shape.of(l[0], l[1], l[2] / size, size, l[3] / size, size));
    String moved = graph.transpose(blocks, 0, 1, 3, 5, 2, 4);
    node.answer(graph.reshape(moved, Shape.of(l[0], l[1] * size * size, l[2] / size, l[3] / size)));
  }

  static void spaceToBatch(OperationNode node) {
    List<Integer> block = node.integers("block_shape");
    List<Integer> pads = node.integers("paddings");
    int[] l = picture(node);
    OnnxGraph graph = node.graph();
    String padded = graph.freshName();
    new Padding(
            Padding.Mode.CONSTANT,
            List.of(
                new EdgeAmounts(0, 0),
                new EdgeAmounts(0, 0),
                new EdgeAmounts(pads.get(0), pads.get(1)),
                new EdgeAmounts(pads.get(2), pads.get(3))),
            0f)
        .emit(graph, node.input("x"), padded);
    int rows = l[2] + pads.get(0) + pads.get(1);
    int columns = l[3] + pads.get(2) + pads.get(3);
    int high = block.get(0);
    int wide = block.get(1);
    requireDivides(rows, high, "rows");
    requireDivides(columns, wide, "columns");
    String blocks =
        graph.reshape(padded, Shape.of(l[0], l[1], rows / high, high, columns / wide, wide));
    String moved = graph.transpose(blocks, 3, 5, 0, 1, 2, 4);
    node.answer(
        graph.reshape(moved, Shape.of(high * wide * l[0], l[1], rows / high, columns / wide)));
  }

  static void batchToSpace(OperationNode node) {
    List<Integer> block = node.integers("block_shape");
    List<Integer> crops = node.integers("crops");
    int[] l = picture(node);
    int high = block.get(0);
    int wide = block.get(1);
    requireDivides(l[0], high * wide, "pictures");
    int batch = l[0] / (high * wide);
    OnnxGraph graph = node.graph();
    String blocks = graph.reshape(node.input("x"), Shape.of(high, wide, batch, l[1], l[2], l[3]));
    String moved = graph.transpose(blocks, 2, 3, 4, 0, 5, 1);
    int rows = l[2] * high;
    int columns = l[3] * wide;
    String whole = graph.reshape(moved, Shape.of(batch, l[1], rows, columns));
    node.answer(
        Slices.cut(
            graph,
            whole,
            List.of(
                Cut.of(batch, 0, batch, 1),
                Cut.of(l[1], 0, l[1], 1),
                Cut.of(rows, crops.get(0), (long) rows - crops.get(1), 1),
                Cut.of(columns, crops.get(2), (long) columns - crops.get(3), 1))));
  }
}
