package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.coreml.mlprogram.Opset;
import org.quantsweep.inference.onnx.Attribute;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.tensor.Shape;

/** Axes made longer or shorter. */
final class ResamplingOperations {
  private ResamplingOperations() {}

  /** Where the elements of an output of m are taken from in an input of n. */
  enum Grid {
    /** i (n - 1) / (m - 1), and the first one where m is 1. */
    STRICT_ALIGN_CORNERS("align_corners") {
      @Override
      double place(int i, int n, int m) {
        return m > 1 ? (double) i * (n - 1) / (m - 1) : 0;
      }
    },
    /** i (n - 1) / (m - 1), and the middle where m is 1. */
    ALIGN_CORNERS("align_corners") {
      @Override
      double place(int i, int n, int m) {
        return m > 1 ? (double) i * (n - 1) / (m - 1) : (n - 1) / 2.0;
      }
    },
    /** i n / m. */
    DEFAULT("asymmetric") {
      @Override
      double place(int i, int n, int m) {
        return (double) i * n / m;
      }
    },
    /** (i + 0.5) n / m - 0.5. */
    UNALIGN_CORNERS("half_pixel") {
      @Override
      double place(int i, int n, int m) {
        return (i + 0.5) * n / m - 0.5;
      }
    },
    /** d (i + 0.5) with d = max(1, n - 1) / m. */
    OFFSET_CORNERS("") {
      @Override
      double place(int i, int n, int m) {
        return Math.max(1, n - 1) / (double) m * (i + 0.5);
      }
    };

    private final String word;

    Grid(String word) {
      this.word = word;
    }

    abstract double place(int i, int n, int m);

    /** Whether the engine's own operator takes these places. */
    boolean isEngines(int m) {
      return !word.isEmpty() && (this != ALIGN_CORNERS || m > 1);
    }

    static Grid of(OperationNode node) {
      String text = node.text("sampling_mode", "DEFAULT");
      for (Grid grid : values()) {
        if (grid.name().equals(text)) {
          return grid;
        }
      }
      throw new UnsupportedLayerException("its sampling_mode '" + text + "' is not known");
    }
  }

  static void bilinear(OperationNode node) {
    Shape from = pictures(node);
    node.answer(
        linear(
            node.graph(),
            node.input("x"),
            Grid.of(node),
            List.of(
                new Target(from.rank() - 2, node.integer("target_size_height", 1)),
                new Target(from.rank() - 1, node.integer("target_size_width", 1)))));
  }

  private static Shape pictures(OperationNode node) {
    Shape from = node.shape("x");
    if (from.rank() < 3) {
      throw new UnsupportedLayerException("its input " + from + " has fewer than three axes");
    }
    return from;
  }

  /** An axis and the length that it is to have. */
  record Target(int axis, int length) {}

  static void upsampleBilinear(OperationNode node) {
    Shape from = pictures(node);
    boolean aligned = node.flag("align_corners", true);
    boolean half = node.isSince(Opset.IOS16) ? node.flag("half_pixel_centers", !aligned) : !aligned;
    if (aligned && half) {
      throw new UnsupportedLayerException("it wants aligned corners and half pixels at once");
    }
    Grid grid = aligned ? Grid.ALIGN_CORNERS : half ? Grid.UNALIGN_CORNERS : Grid.DEFAULT;
    node.answer(linear(node.graph(), node.input("x"), grid, scaled(node, from)));
  }

  private static List<Target> scaled(OperationNode node, Shape from) {
    return List.of(
        new Target(
            from.rank() - 2, scaled(from.length(-2), node.number("scale_factor_height", 1f))),
        new Target(
            from.rank() - 1, scaled(from.length(-1), node.number("scale_factor_width", 1f))));
  }

  private static int scaled(int length, float factor) {
    return (int) Math.floor(length * factor);
  }

  static void upsampleNearest(OperationNode node) {
    Shape from = pictures(node);
    node.answer(nearestBefore(node.graph(), node.input("x"), scaled(node, from)));
  }

  static void resizeNearest(OperationNode node) {
    Shape from = pictures(node);
    node.answer(
        nearestBefore(
            node.graph(),
            node.input("x"),
            List.of(
                new Target(from.rank() - 2, node.integer("target_size_height")),
                new Target(from.rank() - 1, node.integer("target_size_width")))));
  }

  /** The element at or before place i n / m. */
  private static String nearestBefore(OnnxGraph graph, String value, List<Target> targets) {
    Shape from = graph.shape(value);
    boolean whole = true;
    for (Target target : targets) {
      whole &= target.length() % from.length(target.axis()) == 0;
    }
    if (whole && targets.size() == 2) {
      return pictures(graph, value, targets, "nearest", "asymmetric");
    }
    String made = value;
    for (Target target : targets) {
      int n = from.length(target.axis());
      long[] places = new long[target.length()];
      for (int i = 0; i < places.length; i++) {
        places[i] = Math.min(n - 1L, (long) i * n / target.length());
      }
      made = gathered(graph, made, target.axis(), places);
    }
    return made;
  }

  private static String gathered(OnnxGraph graph, String value, int axis, long[] places) {
    int[] lengths = graph.shape(value).lengths();
    lengths[axis] = places.length;
    return graph.node(
        "Gather",
        Shape.of(lengths),
        List.of(value, graph.integers(places)),
        Attribute.of("axis", axis));
  }

  /** The last axes take the last entries of a shape; 0 keeps a length. */
  static void resize(OperationNode node) {
    Shape from = node.shape("x");
    List<Integer> shape = node.integers("shape");
    int count = node.integer("resized_dims");
    List<Target> targets = new ArrayList<>();
    for (int i = count; i >= 1; i--) {
      int length = shape.get(shape.size() - i);
      int axis = from.rank() - i;
      if (axis < 0) {
        throw new UnsupportedLayerException("it resizes " + count + " axes of " + from);
      }
      targets.add(new Target(axis, length == 0 ? from.length(axis) : length));
    }
    String mode = node.text("interpolation_mode", "LINEAR");
    OnnxGraph graph = node.graph();
    Grid grid = Grid.of(node);
    switch (mode) {
      case "LINEAR" -> {
        boolean whole = node.dataType("x").isInteger();
        String value = whole ? graph.toFloats(node.input("x")) : node.input("x");
        node.answer(linear(graph, value, grid, targets));
      }
      case "NEAREST_NEIGHBOR" -> {
        String value = node.input("x");
        for (Target target : targets) {
          value = gathered(graph, value, target.axis(), rounded(grid, from, target));
        }
        node.answer(value);
      }
      default ->
          throw new UnsupportedLayerException("its interpolation_mode '" + mode + "' is not known");
    }
  }

  /** The nearest place; of two that are equally near, the first. */
  private static long[] rounded(Grid grid, Shape from, Target target) {
    int n = from.length(target.axis());
    long[] places = new long[target.length()];
    for (int i = 0; i < places.length; i++) {
      double place = grid.place(i, n, target.length());
      places[i] = (long) Math.max(0, Math.min(n - 1, Math.ceil(place - 0.5)));
    }
    return places;
  }

  /** Elements mixed from the two next to each place, along some axes. */
  static String linear(OnnxGraph graph, String value, Grid grid, List<Target> targets) {
    Shape from = graph.shape(value);
    boolean engines = targets.size() == 2 && targets.get(1).axis() == from.rank() - 1;
    for (Target target : targets) {
      engines &= grid.isEngines(target.length());
    }
    if (engines) {
      return pictures(graph, value, targets, "linear", grid.word);
    }
    String made = value;
    for (Target target : targets) {
      made = mixed(graph, made, grid, target);
    }
    return made;
  }

  /** The last two axes, by the engine's own operator. */
  private static String pictures(
      OnnxGraph graph, String value, List<Target> targets, String mode, String coordinates) {
    Shape from = graph.shape(value);
    int height = from.length(-2);
    int width = from.length(-1);
    int rest = Math.toIntExact(from.elementCount() / ((long) height * width));
    int rows = targets.get(0).length();
    int columns = targets.get(1).length();
    boolean fits = from.rank() == 4;
    String four = fits ? value : graph.reshape(value, Shape.of(1, rest, height, width));
    Shape shape =
        fits
            ? Shape.of(from.length(0), from.length(1), rows, columns)
            : Shape.of(1, rest, rows, columns);
    String made =
        graph.node(
            "Resize",
            shape,
            List.of(four, "", "", graph.integers(shape.length(0), shape.length(1), rows, columns)),
            Attribute.of("mode", mode),
            Attribute.of("coordinate_transformation_mode", coordinates),
            Attribute.of("nearest_mode", "floor"));
    if (fits) {
      return made;
    }
    int[] lengths = from.lengths();
    lengths[lengths.length - 2] = rows;
    lengths[lengths.length - 1] = columns;
    return graph.reshape(made, Shape.of(lengths));
  }

  /** One axis, by a product with a matrix of two weights a row. */
  private static String mixed(OnnxGraph graph, String value, Grid grid, Target target) {
    Shape from = graph.shape(value);
    int n = from.length(target.axis());
    int m = target.length();
    if (n == m && grid != Grid.OFFSET_CORNERS) {
      return value;
    }
    float[] weights = new float[Math.multiplyExact(n, m)];
    for (int i = 0; i < m; i++) {
      double place = Math.max(0, Math.min(n - 1, grid.place(i, n, m)));
      int low = (int) Math.floor(place);
      int high = Math.min(n - 1, low + 1);
      weights[i * n + low] += (float) (1 - (place - low));
      weights[i * n + high] += (float) (place - low);
    }
    int before = 1;
    for (int axis = 0; axis < target.axis(); axis++) {
      before *= from.length(axis);
    }
    int after = Math.toIntExact(from.elementCount() / Math.max(1, before * n));
    String rows = graph.reshape(value, Shape.of(before, n, after));
    String product =
        graph.node(
            "MatMul",
            Shape.of(before, m, after),
            List.of(graph.constant(Shape.of(m, n), weights), rows));
    int[] lengths = from.lengths();
    lengths[target.axis()] = m;
    return graph.reshape(product, Shape.of(lengths));
  }
}
