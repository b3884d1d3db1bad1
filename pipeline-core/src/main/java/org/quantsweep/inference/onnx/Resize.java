package org.quantsweep.inference.onnx;

import java.util.List;
import org.quantsweep.tensor.Shape;

/** Height and width of {@code [N, C, H, W]} made longer or shorter by the engine's own operator. */
public record Resize(Interpolation interpolation, Coordinates coordinates) {
  /** How elements are made between those that are there. */
  public enum Interpolation {
    /** The element at or before the place. */
    NEAREST("nearest"),
    /** Mixed from the two next to the place, along each axis. */
    LINEAR("linear");

    private final String word;

    Interpolation(String word) {
      this.word = word;
    }
  }

  /** Which place of the input an element of the output is taken from. */
  public enum Coordinates {
    /** i / factor. */
    ASYMMETRIC("asymmetric"),
    /** (i + 0.5) / factor - 0.5. */
    HALF_PIXEL("half_pixel"),
    /** i (length - 1) / (output - 1). */
    ALIGN_CORNERS("align_corners");

    private final String word;

    Coordinates(String word) {
      this.word = word;
    }
  }

  /** Adds it to a graph, for an output of a shape. */
  public void emit(OnnxGraph graph, String input, Shape shape, String output) {
    String sizes =
        graph.integers(shape.length(0), shape.length(1), shape.length(2), shape.length(3));
    graph.node(
        "Resize",
        output,
        shape,
        List.of(input, "", "", sizes),
        Attribute.of("mode", interpolation.word),
        Attribute.of("coordinate_transformation_mode", coordinates.word),
        Attribute.of("nearest_mode", "floor"));
  }
}
