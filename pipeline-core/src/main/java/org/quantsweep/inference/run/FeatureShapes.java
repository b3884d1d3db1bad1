package org.quantsweep.inference.run;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** The shapes that a model's inputs have, and may have. */
final class FeatureShapes {
  private static final int MOST_TRIED = 16;

  private FeatureShapes() {}

  /** The shapes that a model prefers; empty when it leaves one open. */
  private static Optional<Map<String, Shape>> preferred(List<InputDescription> inputs) {
    Map<String, Shape> preferred = new TreeMap<>();
    boolean known = true;
    for (InputDescription input : inputs) {
      if (input.optional()) {
        continue;
      }
      if (input instanceof InputDescription.Picture picture) {
        preferred.put(
            input.name(),
            Shape.of(picture.colorSpace().channels(), picture.height(), picture.width()));
      } else if (input instanceof InputDescription.Array array) {
        preferred.put(input.name(), array.shape());
        known &= array.shape().rank() > 0;
      }
    }
    return known ? Optional.of(preferred) : Optional.empty();
  }

  /**
   * Shapes to try a model on: those that it prefers, then others that it allows, a fixed few. Of an
   * axis with a range these are all lengths where they are few, else its ends and powers of two.
   * Empty when the model leaves one open.
   */
  static List<Map<String, Shape>> tried(List<InputDescription> inputs) {
    Optional<Map<String, Shape>> preferred = preferred(inputs);
    if (preferred.isEmpty()) {
      return List.of();
    }
    Map<String, List<Shape>> others = new TreeMap<>();
    int most = 0;
    for (InputDescription input : inputs) {
      if (preferred.get().containsKey(input.name())) {
        List<Shape> allowed = AllowedShapes.of(input, MOST_TRIED);
        others.put(input.name(), allowed);
        most = Math.max(most, allowed.size());
      }
    }
    Set<Map<String, Shape>> tried = new LinkedHashSet<>(List.of(preferred.get()));
    for (int i = 0; i < Math.min(most, MOST_TRIED); i++) {
      Map<String, Shape> shapes = new TreeMap<>(preferred.get());
      for (Map.Entry<String, List<Shape>> allowed : others.entrySet()) {
        if (!allowed.getValue().isEmpty()) {
          int place = Math.min(i, allowed.getValue().size() - 1);
          shapes.put(allowed.getKey(), allowed.getValue().get(place));
        }
      }
      tried.add(shapes);
    }
    return List.copyOf(tried);
  }

  /**
   * The shapes of given inputs.
   *
   * @throws PredictionException when one is missing or of a shape that the model does not allow
   */
  static Map<String, Shape> of(List<InputDescription> described, Map<String, Tensor> inputs)
      throws PredictionException {
    Map<String, Shape> shapes = new TreeMap<>();
    for (InputDescription input : described) {
      Tensor tensor = inputs.get(input.name());
      if (tensor == null) {
        if (!input.optional()) {
          throw new PredictionException("input '" + input.name() + "' is missing");
        }
        continue;
      }
      requireShape(input, tensor.shape());
      shapes.put(input.name(), tensor.shape());
    }
    return shapes;
  }

  private static void requireShape(InputDescription input, Shape shape) throws PredictionException {
    boolean allowed =
        input instanceof InputDescription.Picture picture
            ? shape.rank() == 3
                && shape.length(0) == picture.colorSpace().channels()
                && picture.allows(shape.length(2), shape.length(1))
            : ((InputDescription.Array) input).allows(shape);
    if (!allowed) {
      throw new PredictionException(
          "input '" + input.name() + "' of shape " + shape + " is not what the model allows");
    }
  }
}
