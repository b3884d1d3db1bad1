package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.quantsweep.coreml.mlprogram.DataType;
import org.quantsweep.inference.onnx.Attribute;
import org.quantsweep.inference.onnx.Axes;
import org.quantsweep.inference.onnx.ElementType;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Elements taken by their places, and masks made of places. */
final class LookupOperations {
  private LookupOperations() {}

  static void gather(OperationNode node) {
    OnnxGraph graph = node.graph();
    Shape data = node.shape("x");
    Shape places = node.shape("indices");
    int axis = Axes.place(node.integer("axis", 0), data.rank());
    int batch = node.integer("batch_dims", 0);
    batch = batch < 0 ? batch + places.rank() : batch;
    String indices = Places.along(node, data.length(axis));
    List<Integer> lengths = new ArrayList<>(Axes.lengths(data).subList(0, axis));
    lengths.addAll(Axes.lengths(places).subList(batch, places.rank()));
    lengths.addAll(Axes.lengths(data).subList(axis + 1, data.rank()));
    if (batch == 0) {
      node.answer(
          graph.node(
              "Gather",
              Shape.of(lengths),
              List.of(node.input("x"), indices),
              Attribute.of("axis", axis)));
      return;
    }
    node.answer(batched(node, new Batched(axis, batch, indices)));
  }

  private record Batched(int axis, int batch, String indices) {}

  /** Places of each element of a batch: the axis comes first behind the batch, then goes back. */
  private static String batched(OperationNode node, Batched gather) {
    OnnxGraph graph = node.graph();
    Shape data = node.shape("x");
    Shape places = graph.shape(gather.indices());
    int[] order = new int[data.rank()];
    int next = 0;
    for (int axis = 0; axis < gather.batch(); axis++) {
      order[next++] = axis;
    }
    order[next++] = gather.axis();
    for (int axis = gather.batch(); axis < data.rank(); axis++) {
      if (axis != gather.axis()) {
        order[next++] = axis;
      }
    }
    String moved = graph.transpose(node.input("x"), order);
    List<Integer> ways = Axes.lengths(places);
    ways.add(1);
    Shape movedShape = graph.shape(moved);
    List<Integer> lengths = Axes.lengths(places);
    lengths.addAll(Axes.lengths(movedShape).subList(gather.batch() + 1, movedShape.rank()));
    String taken =
        graph.node(
            "GatherND",
            Shape.of(lengths),
            List.of(moved, graph.reshape(gather.indices(), Shape.of(ways))),
            Attribute.of("batch_dims", gather.batch()));
    // The places' own axes stand behind the batch: those of the data before the axis go in front.
    int own = places.rank() - gather.batch();
    int before = gather.axis() - gather.batch();
    int[] back = new int[lengths.size()];
    for (int axis = 0; axis < back.length; axis++) {
      back[axis] = axis;
    }
    for (int i = 0; i < before; i++) {
      back[gather.batch() + i] = gather.batch() + own + i;
    }
    for (int i = 0; i < own; i++) {
      back[gather.batch() + before + i] = gather.batch() + i;
    }
    return graph.transpose(taken, back);
  }

  static void gatherAlongAxis(OperationNode node) {
    OnnxGraph graph = node.graph();
    Shape data = node.shape("x");
    int axis = Axes.place(node.integer("axis", 0), data.rank());
    node.answer(
        graph.node(
            "GatherElements",
            node.shape("indices"),
            List.of(node.input("x"), Places.along(node, data.length(axis))),
            Attribute.of("axis", axis)));
  }

  static void gatherNd(OperationNode node) {
    OnnxGraph graph = node.graph();
    Shape data = node.shape("x");
    int batch = node.integer("batch_dims", 0);
    List<Integer> lengths = Axes.lengths(node.shape("indices"));
    int way = lengths.remove(lengths.size() - 1);
    lengths.addAll(Axes.lengths(data).subList(batch + way, data.rank()));
    node.answer(
        graph.node(
            "GatherND",
            Shape.of(lengths),
            List.of(
                node.input("x"), Places.ways(node, Axes.lengths(data).subList(batch, batch + way))),
            Attribute.of("batch_dims", batch)));
  }

  /** A vector for each place: one value there, another everywhere else. */
  static void oneHot(OperationNode node) {
    OnnxGraph graph = node.graph();
    int size = node.integer("one_hot_vector_size");
    List<Integer> lengths = Axes.lengths(node.shape("indices"));
    int axis = Axes.place(node.integer("axis", -1), lengths.size() + 1);
    lengths.add(axis, 1);
    String places = graph.reshape(node.input("indices"), Shape.of(lengths));
    int[] along = new int[lengths.size()];
    Arrays.fill(along, 1);
    along[axis] = size;
    int[] counting = new int[size];
    Arrays.setAll(counting, i -> i);
    // Compared, since ONNX's own operator counts negative places from the end.
    String here = graph.binary("Equal", places, graph.wholeNumbers(Shape.of(along), counting));
    DataType type = node.outputType(0);
    node.answer(
        graph.node(
            "Where",
            graph.shape(here),
            List.of(
                here,
                ElementwiseOperations.scalarLike(node, type, node.number("on_value", 1f)),
                ElementwiseOperations.scalarLike(node, type, node.number("off_value", 0f)))));
  }

  /** The places of elements other than zero, row by row: their number is known when it runs. */
  static void nonZero(OperationNode node) {
    Shape from = node.shape("x");
    HostStep step = inputs -> List.of(places(inputs.get(0)));
    Value x = node.value("x");
    if (!node.program().isConstant(x)) {
      throw NeedsValueException.ofStep(List.of((Value.Computed) x), step);
    }
    Tensor found = places(Tensor.wrap(from, node.constant("x").floats()));
    long[] numbers = new long[found.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (long) found.get(i);
    }
    node.answerConstant(
        0,
        org.quantsweep.coreml.mlprogram.TensorValue.integers(
            DataType.INT32, found.shape(), numbers));
  }

  private static Tensor places(Tensor values) {
    int rank = values.shape().rank();
    List<Integer> found = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      if (values.get(i) != 0) {
        found.add(i);
      }
    }
    float[] places = new float[found.size() * rank];
    for (int row = 0; row < found.size(); row++) {
      int rest = found.get(row);
      for (int axis = rank - 1; axis >= 0; axis--) {
        places[row * rank + axis] = rest % values.shape().length(axis);
        rest /= values.shape().length(axis);
      }
    }
    return Tensor.wrap(Shape.of(found.size(), rank), places);
  }

  /** Matrices of which only elements near the diagonal stay. */
  static void band(OperationNode node) {
    OnnxGraph graph = node.graph();
    Shape from = node.shape("x");
    if (from.rank() < 2) {
      throw new UnsupportedLayerException("its input " + from + " holds no matrices");
    }
    int lower = node.integer("lower", -1);
    int upper = node.integer("upper", -1);
    int rows = from.length(-2);
    int columns = from.length(-1);
    boolean[] kept = new boolean[Math.multiplyExact(rows, columns)];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        kept[row * columns + column] =
            (lower < 0 || row - column <= lower) && (upper < 0 || column - row <= upper);
      }
    }
    String mask = graph.truths(Shape.of(rows, columns), kept);
    if (graph.type(node.input("x")).element() == ElementType.BOOL) {
      node.answer(graph.binary("And", node.input("x"), mask));
      return;
    }
    // Chosen, not multiplied: what is outside may be infinite.
    String zero = ElementwiseOperations.scalarLike(node, node.dataType("x"), 0);
    node.answer(graph.node("Where", from, List.of(mask, node.input("x"), zero)));
  }
}
