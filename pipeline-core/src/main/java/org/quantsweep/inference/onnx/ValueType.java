package org.quantsweep.inference.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.quantsweep.tensor.Shape;

/**
 * What is known of a value before the graph runs.
 *
 * @param element what its elements are
 * @param dimensions the lengths of its axes, outermost first
 */
public record ValueType(ElementType element, List<Dimension> dimensions) {
  /** Copies the list. */
  public ValueType {
    dimensions = List.copyOf(dimensions);
  }

  /** A type whose shape is known. */
  public static ValueType of(ElementType element, Shape shape) {
    List<Dimension> dimensions = new ArrayList<>();
    for (int length : shape.lengths()) {
      dimensions.add(new Dimension.Known(length));
    }
    return new ValueType(element, dimensions);
  }

  /** The shape; empty where a length is not known. */
  public Optional<Shape> shape() {
    List<Integer> lengths = new ArrayList<>();
    for (Dimension dimension : dimensions) {
      if (dimension.length().isEmpty()) {
        return Optional.empty();
      }
      lengths.add(dimension.length().getAsInt());
    }
    return Optional.of(Shape.of(lengths));
  }

  /** For example {@code float32 [1, 3, ?, ?]}. */
  @Override
  public String toString() {
    return element.name().toLowerCase(Locale.ROOT) + " " + dimensions;
  }
}
