package org.quantsweep.inference.onnx.program;

import java.util.List;
import org.quantsweep.coreml.mlprogram.DataType;
import org.quantsweep.coreml.mlprogram.TensorValue;
import org.quantsweep.inference.onnx.Axes;
import org.quantsweep.inference.onnx.ElementType;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.tensor.Shape;

/** Functions of one or two elements, comparisons and choices; operands broadcast as in NumPy. */
final class ElementwiseOperations {
  private ElementwiseOperations() {}

  /** A function of one element that ONNX has too. */
  static OperationLowering unary(String operator) {
    return node -> node.answer(node.graph().unary(operator, node.input("x")));
  }

  /** A function of two elements that ONNX has too. */
  static OperationLowering binary(String operator) {
    return node -> node.answer(node.graph().binary(operator, node.input("x"), node.input("y")));
  }

  /** A quotient; of whole numbers it is cut off towards zero. */
  static void divide(OperationNode node) {
    String divisor = isWhole(node) ? divisor(node) : node.input("y");
    node.answer(node.graph().binary("Div", node.input("x"), divisor));
  }

  /** A quotient rounded down. */
  static void floorDivide(OperationNode node) {
    node.answer(floorQuotient(node));
  }

  private static String floorQuotient(OperationNode node) {
    OnnxGraph graph = node.graph();
    if (!isWhole(node)) {
      return graph.unary("Floor", graph.binary("Div", node.input("x"), node.input("y")));
    }
    // ONNX cuts quotients of whole numbers off towards zero; without the rest nothing is cut off.
    String divisor = divisor(node);
    String rest = graph.binary("Mod", node.input("x"), divisor);
    return graph.binary("Div", graph.binary("Sub", node.input("x"), rest), divisor);
  }

  /** What is left of a quotient rounded down: it has the divisor's sign. */
  static void modulo(OperationNode node) {
    OnnxGraph graph = node.graph();
    if (isWhole(node)) {
      node.answer(graph.binary("Mod", node.input("x"), divisor(node)));
      return;
    }
    String whole = graph.binary("Mul", floorQuotient(node), node.input("y"));
    node.answer(graph.binary("Sub", node.input("x"), whole));
  }

  private static boolean isWhole(OperationNode node) {
    return node.dataType("x").isInteger();
  }

  /** A divisor of whole numbers, 1 for 0: the engine would end the process. */
  private static String divisor(OperationNode node) {
    OnnxGraph graph = node.graph();
    if (node.value("y") instanceof Value.Constant constant && !hasZero(constant.value())) {
      return node.input("y");
    }
    String zero = graph.wholeNumbers(Shape.of(), 0);
    String one = graph.wholeNumbers(Shape.of(), 1);
    String isZero = graph.binary("Equal", node.input("y"), zero);
    return graph.node("Where", node.shape("y"), List.of(isZero, one, node.input("y")));
  }

  private static boolean hasZero(TensorValue value) {
    for (long number : value.integers()) {
      if (number == 0) {
        return true;
      }
    }
    return false;
  }

  static void notEqual(OperationNode node) {
    OnnxGraph graph = node.graph();
    node.answer(graph.unary("Not", graph.binary("Equal", node.input("x"), node.input("y"))));
  }

  /** a where the condition is true, b elsewhere; all three broadcast. */
  static void select(OperationNode node) {
    OnnxGraph graph = node.graph();
    String condition = node.input("cond");
    String a = node.input("a");
    String b = node.input("b");
    if (graph.type(condition).element() != ElementType.BOOL) {
      condition = graph.toBooleans(condition);
    }
    if (graph.type(a).element() == ElementType.BOOL) {
      String first = graph.binary("And", condition, a);
      String second = graph.binary("And", graph.unary("Not", condition), b);
      node.answer(graph.binary("Or", first, second));
      return;
    }
    Shape shape =
        Axes.broadcast(graph.shape(condition), Axes.broadcast(graph.shape(a), graph.shape(b)));
    node.answer(graph.node("Where", shape, List.of(condition, a, b)));
  }

  static void exp2(OperationNode node) {
    OnnxGraph graph = node.graph();
    String two = isWhole(node) ? graph.wholeNumbers(Shape.of(), 2) : graph.scalar(2);
    node.answer(graph.binary("Pow", two, node.input("x")));
  }

  static void square(OperationNode node) {
    node.answer(node.graph().binary("Mul", node.input("x"), node.input("x")));
  }

  static void inverse(OperationNode node) {
    node.answer(node.graph().unary("Reciprocal", shifted(node, 1e-4f)));
  }

  static void reciprocalRoot(OperationNode node) {
    OnnxGraph graph = node.graph();
    node.answer(graph.unary("Reciprocal", graph.unary("Sqrt", shifted(node, 1e-12f))));
  }

  static void logarithm(OperationNode node) {
    node.answer(node.graph().unary("Log", shifted(node, Float.MIN_VALUE)));
  }

  private static String shifted(OperationNode node, float epsilon) {
    OnnxGraph graph = node.graph();
    return graph.binary("Add", node.input("x"), graph.scalar(node.epsilon(epsilon)));
  }

  static void clip(OperationNode node) {
    OnnxGraph graph = node.graph();
    String low = graph.scalar(node.number("alpha"));
    String high = graph.scalar(node.number("beta"));
    // Two steps, since ONNX does not say what becomes of a lower limit above the upper one.
    node.answer(
        node.number("alpha") <= node.number("beta")
            ? graph.node("Clip", node.shape("x"), List.of(node.input("x"), low, high))
            : graph.binary("Min", graph.binary("Max", node.input("x"), low), high));
  }

  static void threshold(OperationNode node) {
    OnnxGraph graph = node.graph();
    String limit =
        isWhole(node)
            ? graph.wholeNumbers(Shape.of(), node.integer("alpha"))
            : graph.scalar(node.number("alpha"));
    node.answer(graph.binary("Max", node.input("x"), limit));
  }

  /** Elements of another type: floats are cut off towards zero, narrow whole numbers wrap. */
  static void cast(OperationNode node) {
    OnnxGraph graph = node.graph();
    String value = node.input("x");
    String wanted = node.text("dtype");
    switch (wanted) {
      case "fp16", "fp32", "fp64" -> node.answer(as(graph, value, ElementType.FLOAT32));
      case "bool" -> node.answer(as(graph, value, ElementType.BOOL));
      case "int32", "int64" -> node.answer(as(graph, value, ElementType.INT32));
      case "int8" -> node.answer(narrow(graph, value, ElementType.INT8));
      case "uint8" -> node.answer(narrow(graph, value, ElementType.UINT8));
      case "int16" -> node.answer(narrow(graph, value, ElementType.INT16));
      case "uint16" -> node.answer(narrow(graph, value, ElementType.UINT16));
      default -> throw new UnsupportedLayerException("it casts to '" + wanted + "'");
    }
  }

  private static String narrow(OnnxGraph graph, String value, ElementType type) {
    return graph.cast(graph.cast(as(graph, value, ElementType.INT32), type), ElementType.INT32);
  }

  private static String as(OnnxGraph graph, String value, ElementType type) {
    return graph.type(value).element() == type ? value : graph.cast(value, type);
  }

  /** The element that a number is held as beside a value. */
  static String scalarLike(OperationNode node, DataType type, float number) {
    OnnxGraph graph = node.graph();
    return type.isInteger()
        ? graph.wholeNumbers(Shape.of(), (int) number)
        : type == DataType.BOOL ? graph.truths(Shape.of(), number != 0) : graph.scalar(number);
  }
}
