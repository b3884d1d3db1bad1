package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quantsweep.inference.onnx.Attribute;
import org.quantsweep.inference.onnx.Axes;
import org.quantsweep.inference.onnx.ElementType;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.Products;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.tensor.Shape;

/** Products of matrices, and attention. */
final class ProductOperations {
  private static final List<String> X_AND_WEIGHT = List.of("x", "weight");

  private ProductOperations() {}

  /** x W^T + b over the last axis. */
  static void linear(OperationNode node) {
    OnnxGraph graph = node.graph();
    Shape from = node.shape("x");
    Shape weight = node.shape("weight");
    if (weight.rank() != 2 || from.rank() < 1 || from.length(-1) != weight.length(1)) {
      throw new UnsupportedLayerException(
          "its weights " + weight + " do not fit its input " + from);
    }
    List<String> parameters = node.has("bias") ? List.of("x", "weight", "bias") : X_AND_WEIGHT;
    boolean whole = parameters.stream().allMatch(name -> node.dataType(name).isInteger());
    if (from.rank() == 2 && !whole) {
      node.answer(Products.linear(graph, alike(node, parameters)));
      return;
    }
    int[] lengths = from.lengths();
    lengths[lengths.length - 1] = weight.length(0);
    String turned =
        !whole && node.value("weight") instanceof Value.Constant constant
            ? node.program().turned(constant.value())
            : graph.transpose(operand(node, "weight", whole), 1, 0);
    String product =
        graph.node("MatMul", Shape.of(lengths), List.of(operand(node, "x", whole), turned));
    node.answer(
        node.has("bias") ? graph.binary("Add", product, operand(node, "bias", whole)) : product);
  }

  /** Operands in one type. From iOS 17 on a constant may hold floats beside integers. */
  private static List<String> alike(OperationNode node, List<String> parameters) {
    boolean whole = parameters.stream().allMatch(name -> node.dataType(name).isInteger());
    List<String> operands = new ArrayList<>();
    parameters.forEach(name -> operands.add(operand(node, name, whole)));
    return operands;
  }

  private static String operand(OperationNode node, String name, boolean whole) {
    String value = node.input(name);
    return !whole && node.dataType(name).isInteger() ? node.graph().toFloats(value) : value;
  }

  static void matmul(OperationNode node) {
    OnnxGraph graph = node.graph();
    List<String> operands = alike(node, List.of("x", "y"));
    String x = ordered(graph, operands.get(0), node.flag("transpose_x", false));
    String y = ordered(graph, operands.get(1), node.flag("transpose_y", false));
    node.answer(product(graph, x, y));
  }

  private static String ordered(OnnxGraph graph, String value, boolean transposed) {
    return transposed && graph.shape(value).rank() >= 2 ? Products.transposed(graph, value) : value;
  }

  /** As {@code numpy.matmul}: a vector is a row on the left, a column on the right, and goes. */
  static String product(OnnxGraph graph, String x, String y) {
    List<Integer> left = Axes.lengths(graph.shape(x));
    List<Integer> right = Axes.lengths(graph.shape(y));
    boolean row = left.size() == 1;
    boolean column = right.size() == 1;
    if (row) {
      left.add(0, 1);
    }
    if (column) {
      right.add(1);
    }
    int inner = left.get(left.size() - 1);
    if (inner != right.get(right.size() - 2)) {
      throw new UnsupportedLayerException(
          "its matrices " + graph.shape(x) + " and " + graph.shape(y) + " do not fit");
    }
    Shape batch =
        Axes.broadcast(
            Shape.of(left.subList(0, left.size() - 2)),
            Shape.of(right.subList(0, right.size() - 2)));
    List<Integer> lengths = Axes.lengths(batch);
    if (!row) {
      lengths.add(left.get(left.size() - 2));
    }
    if (!column) {
      lengths.add(right.get(right.size() - 1));
    }
    return graph.node("MatMul", Shape.of(lengths), List.of(x, y));
  }

  static void einsum(OperationNode node) {
    OnnxGraph graph = node.graph();
    List<String> values = node.inputs("values");
    String equation = node.text("equation").replace(" ", "");
    String[] sides = equation.split("->", -1);
    String[] operands = sides[0].split(",", -1);
    if (sides.length != 2 || operands.length != values.size()) {
      throw new UnsupportedLayerException("its equation '" + equation + "' is not known");
    }
    Map<Character, Integer> lengths = new HashMap<>();
    for (int i = 0; i < operands.length; i++) {
      Shape shape = graph.shape(values.get(i));
      if (shape.rank() != operands[i].length()) {
        throw new UnsupportedLayerException(
            "its equation '" + equation + "' does not fit an input " + shape);
      }
      for (int axis = 0; axis < shape.rank(); axis++) {
        lengths.merge(operands[i].charAt(axis), shape.length(axis), Math::max);
      }
    }
    List<Integer> made = new ArrayList<>();
    for (char letter : sides[1].toCharArray()) {
      if (!lengths.containsKey(letter)) {
        throw new UnsupportedLayerException("its equation '" + equation + "' is not known");
      }
      made.add(lengths.get(letter));
    }
    node.answer(graph.node("Einsum", Shape.of(made), values, Attribute.of("equation", equation)));
  }

  /** softmax(Q K^T / sqrt(E) + mask) V; a mask of truths says what is attended to. */
  static void attention(OperationNode node) {
    OnnxGraph graph = node.graph();
    String query = node.input("query");
    String key = ordered(graph, node.input("key"), true);
    float root = (float) Math.sqrt(graph.shape(query).length(-1));
    String scores = graph.binary("Div", product(graph, query, key), graph.scalar(root));
    if (node.has("attn_mask")) {
      String mask = node.input("attn_mask");
      if (graph.type(mask).element() == ElementType.BOOL) {
        Shape shape = Axes.broadcast(graph.shape(mask), graph.shape(scores));
        scores =
            graph.node(
                "Where", shape, List.of(mask, scores, graph.scalar(Float.NEGATIVE_INFINITY)));
      } else {
        scores = graph.binary("Add", scores, mask);
      }
    }
    int last = graph.shape(scores).rank() - 1;
    String weights =
        graph.node("Softmax", graph.shape(scores), List.of(scores), Attribute.of("axis", last));
    node.answer(product(graph, weights, node.input("value")));
  }
}
