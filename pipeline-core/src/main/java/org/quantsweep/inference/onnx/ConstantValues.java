package org.quantsweep.inference.onnx;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * The numbers of a graph's constant values. The engine computes them, so that they are what a run
 * would see.
 */
public final class ConstantValues {
  /** Whole numbers travel in two parts, since float32 holds 24 bits of one. */
  private static final int PART = 1 << 16;

  /** Shapes, places and the like: far fewer in any network. */
  private static final long MOST_NUMBERS = 1 << 22;

  private ConstantValues() {}

  /**
   * Numbers of a constant value.
   *
   * @param floats of a float32 value, else empty
   * @param integers of any other value, truths as 0 and 1, else empty
   */
  public record Numbers(ValueType type, List<Float> floats, List<Long> integers) {
    /** Copies the lists. */
    public Numbers {
      floats = List.copyOf(floats);
      integers = List.copyOf(integers);
    }
  }

  /**
   * The numbers of some values, by name.
   *
   * @param values each of which {@link OnnxGraph#isConstant}
   * @throws UnsupportedLayerException when the engine cannot compute them, or they are too many
   */
  public static Map<String, Numbers> of(
      OnnxGraph graph, Collection<String> values, ConstantEvaluator evaluator) {
    for (String value : values) {
      long numbers = graph.shape(value).elementCount();
      if (numbers > MOST_NUMBERS) {
        throw new UnsupportedLayerException(
            "it takes " + numbers + " numbers as parameters, more than " + MOST_NUMBERS);
      }
    }
    OnnxGraph part = graph.constantPart(values);
    Map<String, Shape> shapes = new LinkedHashMap<>();
    for (String value : values) {
      if (part.type(value).element() == ElementType.FLOAT32) {
        shapes.put(value, part.shape(value));
      } else {
        String whole = part.cast(value, ElementType.INT64);
        String size = part.longs(Shape.of(), PART);
        String low = part.binary("Mod", whole, size);
        String high = part.binary("Div", part.binary("Sub", whole, low), size);
        shapes.put(answer(part, low, value + "\u00a7low"), part.shape(low));
        shapes.put(answer(part, high, value + "\u00a7high"), part.shape(high));
      }
    }
    shapes.keySet().forEach(part::output);
    Map<String, Tensor> answers =
        evaluator.evaluate(
            new LoweredModel(
                new LoweredModel.OnnxBytes(part.toBytes()),
                Map.of(),
                List.copyOf(shapes.keySet()),
                shapes));
    Map<String, Numbers> numbers = new HashMap<>();
    for (String value : values) {
      numbers.put(value, numbers(value, graph.type(value), answers));
    }
    return numbers;
  }

  private static String answer(OnnxGraph part, String value, String name) {
    part.node(
        "Cast",
        name,
        part.shape(value),
        List.of(value),
        Attribute.of("to", ElementType.FLOAT32.number()));
    return name;
  }

  private static Numbers numbers(String value, ValueType type, Map<String, Tensor> answers) {
    List<Float> floats = new ArrayList<>();
    List<Long> integers = new ArrayList<>();
    if (type.element() == ElementType.FLOAT32) {
      for (float number : answers.get(value).sharedArray()) {
        floats.add(number);
      }
    } else {
      Tensor low = answers.get(value + "\u00a7low");
      Tensor high = answers.get(value + "\u00a7high");
      for (int i = 0; i < low.size(); i++) {
        integers.add(((long) high.get(i)) * PART + (long) low.get(i));
      }
    }
    return new Numbers(type, floats, integers);
  }
}
