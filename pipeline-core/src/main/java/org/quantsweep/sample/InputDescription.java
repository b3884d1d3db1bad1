package org.quantsweep.sample;

import java.io.Serializable;
import java.util.List;
import org.quantsweep.tensor.Shape;

/** What a model wants at one input, without Core ML types. */
public sealed interface InputDescription extends Serializable {
  /** The name of the input feature. */
  String name();

  /** Whether the model runs without it. */
  boolean optional();

  /**
   * A picture: given to a predictor as float32 {@code [channels, height, width]} with values in [0,
   * 255] and channels in the order of {@code colorSpace}; scaling and mean image are the model's
   * own business.
   *
   * @param width the size that the model prefers, in pixels
   * @param height the size that the model prefers, in pixels
   * @param sizes every other size that it allows; empty when only the preferred one
   */
  record Picture(
      String name,
      boolean optional,
      ColorSpace colorSpace,
      int width,
      int height,
      List<PictureSizes> sizes)
      implements InputDescription {
    /** Copies the list. */
    public Picture {
      sizes = List.copyOf(sizes);
    }

    /** Whether the model takes a picture of this size as it is. */
    public boolean allows(int pictureWidth, int pictureHeight) {
      if (pictureWidth == width && pictureHeight == height) {
        return true;
      }
      for (PictureSizes allowed : sizes) {
        if (allowed.width().contains(pictureWidth) && allowed.height().contains(pictureHeight)) {
          return true;
        }
      }
      return false;
    }
  }

  /** Sizes of a picture that are allowed together, in pixels. */
  record PictureSizes(LengthRange width, LengthRange height) implements Serializable {}

  /**
   * An array, given to a predictor in its own shape as float32.
   *
   * @param shape the shape that the model prefers; rank 0 when it names none
   * @param shapes every other shape that it allows, a range per axis; empty when only the preferred
   *     one
   * @param integer whether its numbers are integers
   */
  record Array(
      String name, boolean optional, Shape shape, List<List<LengthRange>> shapes, boolean integer)
      implements InputDescription {
    /** Copies the lists. */
    public Array {
      shapes = shapes.stream().map(List::copyOf).toList();
    }

    /** Whether the model takes an array of this shape. */
    public boolean allows(Shape given) {
      if (given.equals(shape)) {
        return true;
      }
      for (List<LengthRange> ranges : shapes) {
        if (ranges.size() == given.rank()) {
          boolean inside = true;
          for (int axis = 0; axis < given.rank(); axis++) {
            inside &= ranges.get(axis).contains(given.length(axis));
          }
          if (inside) {
            return true;
          }
        }
      }
      return false;
    }
  }
}
