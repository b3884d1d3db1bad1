package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.coreml.mlprogram.Opset;
import org.quantsweep.inference.onnx.Attribute;
import org.quantsweep.inference.onnx.Cut;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.Slices;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.tensor.Shape;

/** Pictures sampled at places that other values tell. */
final class SamplingOperations {
  private SamplingOperations() {}

  /** Places of a picture in pixels: x runs along the width, y along the height. */
  private record Pixels(String x, String y) {}

  /** Two rows of a matrix for each picture make places of places: x' = a0 x + a1 y + a2. */
  static void affine(OperationNode node) {
    OnnxGraph graph = node.graph();
    require(node.text("sampling_mode", "bilinear").equals("bilinear"), "sampling_mode");
    require(node.text("padding_mode", "constant").equals("constant"), "padding_mode");
    require(node.number("padding_value", 0f) == 0, "padding_value");
    require(
        node.text("coordinates_mode", "normalized_minus_one_to_one")
            .equals("normalized_minus_one_to_one"),
        "coordinates_mode");
    require(node.flag("align_corners", true), "align_corners");
    int height = node.integer("output_height");
    int width = node.integer("output_width");
    Shape from = node.shape("x");
    float[] base = new float[Math.multiplyExact(height, width) * 3];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int start = (y * width + x) * 3;
        base[start] = spaced(x, width);
        base[start + 1] = spaced(y, height);
        base[start + 2] = 1;
      }
    }
    int batch = node.shape("transform_matrix").length(0);
    String matrix = graph.reshape(node.input("transform_matrix"), Shape.of(batch, 2, 3));
    String turned = graph.transpose(matrix, 0, 2, 1);
    String places =
        graph.node(
            "MatMul",
            Shape.of(batch, height * width, 2),
            List.of(graph.constant(Shape.of(height * width, 3), base), turned));
    String grid = graph.reshape(places, Shape.of(batch, height, width, 2));
    if (batch != from.length(0)) {
      grid = ShapeOperations.expanded(graph, grid, Shape.of(from.length(0), height, width, 2));
    }
    node.answer(sampled(graph, node.input("x"), grid, "bilinear", "zeros"));
  }

  private static float spaced(int i, int count) {
    return count > 1 ? 2f * i / (count - 1) - 1 : 0;
  }

  private static void require(boolean known, String parameter) {
    if (!known) {
      throw new UnsupportedLayerException("its " + parameter + " has no known meaning");
    }
  }

  private static String sampled(
      OnnxGraph graph, String picture, String grid, String mode, String padding) {
    Shape from = graph.shape(picture);
    Shape places = graph.shape(grid);
    return graph.node(
        "GridSample",
        Shape.of(from.length(0), from.length(1), places.length(1), places.length(2)),
        List.of(picture, grid),
        Attribute.of("mode", mode),
        Attribute.of("padding_mode", padding),
        Attribute.of("align_corners", 1));
  }

  static void resample(OperationNode node) {
    OnnxGraph graph = node.graph();
    Shape from = node.shape("x");
    String coordinates = node.input("coordinates");
    if (node.dataType("coordinates").isInteger()) {
      coordinates = graph.toFloats(coordinates);
    }
    boolean aligned = node.flag("align_corners", true);
    String unit = node.text("coordinates_mode");
    String mode = node.text("sampling_mode");
    String sampling =
        switch (mode) {
          case "bilinear" -> "bilinear";
          case "nearest" -> "nearest";
          default ->
              throw new UnsupportedLayerException("its sampling_mode '" + mode + "' is not known");
        };
    String padding = node.text("padding_mode");
    List<String> axes = new ArrayList<>();
    for (int axis = 0; axis < 2; axis++) {
      int length = from.length(axis == 0 ? 3 : 2);
      String place = Slices.cut(graph, coordinates, 3, Cut.of(2, axis, axis + 1L, 1));
      String pixel = pixels(graph, place, unit, aligned, length);
      axes.add(mirrored(graph, pixel, padding, length));
    }
    String grid = grid(graph, new Pixels(axes.get(0), axes.get(1)), from);
    if (!padding.equals("constant")) {
      node.answer(sampled(graph, node.input("x"), grid, sampling, "border"));
      return;
    }
    float value = node.number("padding_value", 0f);
    if (value == 0) {
      node.answer(sampled(graph, node.input("x"), grid, sampling, "zeros"));
      return;
    }
    String lowered = graph.binary("Sub", node.input("x"), graph.scalar(value));
    node.answer(
        graph.binary("Add", sampled(graph, lowered, grid, sampling, "zeros"), graph.scalar(value)));
  }

  private static String pixels(
      OnnxGraph graph, String place, String unit, boolean aligned, int length) {
    return switch (unit) {
      case "unnormalized" -> place;
      case "normalized_minus_one_to_one" -> {
        String half =
            graph.binary("Mul", graph.binary("Add", place, graph.scalar(1)), graph.scalar(0.5f));
        yield ofUnit(graph, half, aligned, length);
      }
      case "normalized_zero_to_one" -> ofUnit(graph, place, aligned, length);
      default ->
          throw new UnsupportedLayerException("its coordinates_mode '" + unit + "' is not known");
    };
  }

  /** A place in [0, 1] in pixels: its ends are the centres or the edges of the outer pixels. */
  private static String ofUnit(OnnxGraph graph, String place, boolean aligned, int length) {
    if (aligned) {
      return graph.binary("Mul", place, graph.scalar(length - 1f));
    }
    String wide = graph.binary("Mul", place, graph.scalar(length));
    return graph.binary("Sub", wide, graph.scalar(0.5f));
  }

  private static String mirrored(OnnxGraph graph, String pixel, String padding, int length) {
    return switch (padding) {
      case "constant", "border" -> pixel;
      case "reflection" -> mirrored(graph, pixel, 0, length - 1f);
      case "symmetric" -> mirrored(graph, pixel, -0.5f, length - 0.5f);
      default ->
          throw new UnsupportedLayerException("its padding_mode '" + padding + "' is not known");
    };
  }

  /** Mirrored at both ends until it lies between. */
  private static String mirrored(OnnxGraph graph, String pixel, float low, float high) {
    float span = high - low;
    if (span <= 0) {
      return graph.binary("Mul", pixel, graph.scalar(0));
    }
    String period = graph.scalar(2 * span);
    String shifted = graph.binary("Sub", pixel, graph.scalar(low));
    String turns = graph.unary("Floor", graph.binary("Div", shifted, period));
    String inside = graph.binary("Sub", shifted, graph.binary("Mul", turns, period));
    String back = graph.binary("Sub", period, inside);
    String folded = graph.binary("Add", graph.binary("Min", inside, back), graph.scalar(low));
    return graph.node(
        "Clip",
        graph.shape(folded),
        List.of(folded, graph.scalar(Math.max(0, low)), graph.scalar((float) Math.floor(high))));
  }

  /** Places as the engine wants them: -1 and 1 are the centres of the outer pixels. */
  private static String grid(OnnxGraph graph, Pixels pixels, Shape from) {
    String x = normalized(graph, pixels.x(), from.length(3));
    String y = normalized(graph, pixels.y(), from.length(2));
    int last = graph.shape(x).rank() - 1;
    return Slices.concatenated(graph, List.of(x, y), last);
  }

  private static String normalized(OnnxGraph graph, String pixel, int length) {
    if (length == 1) {
      // One pixel is the centre; elsewhere lies what is outside.
      return pixel;
    }
    String scaled = graph.binary("Mul", pixel, graph.scalar(2f / (length - 1)));
    return graph.binary("Sub", scaled, graph.scalar(1));
  }

  /** Parts of pictures, resized to one size. */
  static void cropResize(OperationNode node) {
    String mode = node.text("sampling_mode", "DEFAULT");
    if (!mode.equals("ALIGN_CORNERS")) {
      throw new UnsupportedLayerException(
          "nobody outside Apple has said where sampling_mode '" + mode + "' samples");
    }
    OnnxGraph graph = node.graph();
    Shape from = node.shape("x");
    Boxes boxes = node.isSince(Opset.IOS17) ? listed(node) : regions(node);
    int height = node.integer("target_height", 1);
    int width = node.integer("target_width", 1);
    int count = graph.shape(boxes.pictures()).length(0);
    String y = spread(graph, boxes.top(), boxes.bottom(), height);
    String x = spread(graph, boxes.left(), boxes.right(), width);
    Shape places = Shape.of(count, height, width, 1);
    String ys =
        ShapeOperations.expanded(graph, graph.reshape(y, Shape.of(count, height, 1, 1)), places);
    String xs =
        ShapeOperations.expanded(graph, graph.reshape(x, Shape.of(count, 1, width, 1)), places);
    float pad = node.number("pad_value", 0f);
    String grid = grid(graph, new Pixels(xs, ys), from);
    String sampled = sampled(graph, boxes.pictures(), grid, "bilinear", "border");
    String outside =
        graph.binary(
            "Or", isOutside(graph, ys, from.length(2)), isOutside(graph, xs, from.length(3)));
    String mask = graph.reshape(outside, Shape.of(count, 1, height, width));
    String padded =
        graph.node("Where", graph.shape(sampled), List.of(mask, graph.scalar(pad), sampled));
    node.answer(
        node.isSince(Opset.IOS17)
            ? padded
            : graph.reshape(
                padded,
                Shape.of(boxes.rows(), count / boxes.rows(), from.length(1), height, width)));
  }

  /**
   * Parts of pictures, a picture for each.
   *
   * @param pictures {@code [N, C, H, W]}
   * @param rows how many boxes were given; each may be cut from several pictures
   */
  private record Boxes(
      String pictures, String top, String left, String bottom, String right, int rows) {}

  private static Boxes listed(OperationNode node) {
    OnnxGraph graph = node.graph();
    Shape from = node.shape("x");
    String boxes = node.input("boxes");
    if (node.dataType("boxes").isInteger()) {
      boxes = graph.toFloats(boxes);
    }
    int count = graph.shape(boxes).length(0);
    String indices;
    if (node.has("box_indices")) {
      indices = graph.toIntegers(node.input("box_indices"));
    } else {
      if (count > from.length(0)) {
        throw new UnsupportedLayerException(
            "it has " + count + " boxes for " + from.length(0) + " pictures, without indices");
      }
      long[] counting = new long[count];
      java.util.Arrays.setAll(counting, i -> i);
      indices = graph.integers(counting);
    }
    return boxes(node, boxes, picked(graph, node.input("x"), indices, count), count);
  }

  private static String picked(OnnxGraph graph, String pictures, String indices, int count) {
    int[] lengths = graph.shape(pictures).lengths();
    lengths[0] = count;
    return graph.node(
        "Gather", Shape.of(lengths), List.of(pictures, indices), Attribute.of("axis", 0));
  }

  private static Boxes regions(OperationNode node) {
    OnnxGraph graph = node.graph();
    Shape from = node.shape("x");
    Shape roi = node.shape("roi");
    int count = roi.length(0);
    int fields = roi.length(2);
    String rows = graph.reshape(node.input("roi"), Shape.of(count, fields));
    if (fields == 5) {
      String first = Slices.cut(graph, rows, 1, Cut.of(5, 0, 1, 1));
      String indices = graph.toIntegers(graph.reshape(first, Shape.of(count)));
      String boxes = Slices.cut(graph, rows, 1, Cut.of(5, 1, 5, 1));
      return boxes(node, boxes, picked(graph, node.input("x"), indices, count), count);
    }
    int batch = from.length(0);
    long[] pictures = new long[count * batch];
    long[] repeated = new long[count * batch];
    for (int i = 0; i < pictures.length; i++) {
      pictures[i] = i % batch;
      repeated[i] = i / batch;
    }
    String all = picked(graph, node.input("x"), graph.integers(pictures), pictures.length);
    String boxes = picked(graph, rows, graph.integers(repeated), repeated.length);
    return boxes(node, boxes, all, count);
  }

  private static Boxes boxes(OperationNode node, String boxes, String pictures, int rows) {
    OnnxGraph graph = node.graph();
    Shape from = node.shape("x");
    String mode = node.text("box_coordinate_mode", "CORNERS_HEIGHT_FIRST");
    boolean heightFirst = mode.endsWith("HEIGHT_FIRST");
    float scale = node.number("spatial_scale", 1f);
    boolean normalized = node.flag("normalized_coordinates", false);
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      boolean vertical = (i % 2 == 0) == heightFirst;
      float factor = scale * (normalized ? from.length(vertical ? 2 : 3) - 1 : 1);
      String field = Slices.cut(graph, boxes, 1, Cut.of(4, i, i + 1L, 1));
      fields.add(factor == 1 ? field : graph.binary("Mul", field, graph.scalar(factor)));
    }
    String firstY = fields.get(heightFirst ? 0 : 1);
    String firstX = fields.get(heightFirst ? 1 : 0);
    String secondY = fields.get(heightFirst ? 2 : 3);
    String secondX = fields.get(heightFirst ? 3 : 2);
    if (mode.startsWith("CORNERS")) {
      return new Boxes(pictures, firstY, firstX, secondY, secondX, rows);
    }
    String half = graph.scalar(0.5f);
    String tall = graph.binary("Mul", secondY, half);
    String wide = graph.binary("Mul", secondX, half);
    return new Boxes(
        pictures,
        graph.binary("Sub", firstY, tall),
        graph.binary("Sub", firstX, wide),
        graph.binary("Add", firstY, tall),
        graph.binary("Add", firstX, wide),
        rows);
  }

  /** Places from one end to the other {@code [N, count]}; a single one lies in the middle. */
  private static String spread(OnnxGraph graph, String start, String end, int count) {
    float[] shares = new float[count];
    for (int i = 0; i < count; i++) {
      shares[i] = count > 1 ? (float) i / (count - 1) : 0.5f;
    }
    String span = graph.binary("Sub", end, start);
    String steps = graph.binary("Mul", span, graph.constant(Shape.of(1, count), shares));
    return graph.binary("Add", start, steps);
  }

  private static String isOutside(OnnxGraph graph, String pixel, int length) {
    return graph.binary(
        "Or",
        graph.binary("Less", pixel, graph.scalar(0)),
        graph.binary("Greater", pixel, graph.scalar(length - 1f)));
  }
}
