package org.quantsweep.job;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quantsweep.report.picture.DenseArray;
import org.quantsweep.report.picture.DenseDrawing;
import org.quantsweep.report.picture.Pixels;
import org.quantsweep.sample.ColorSpace;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** The first input of a model that is a picture, as the model gets it; also arrays like one. */
final class InputPicture {
  /** The least side of an array that is taken for a picture. */
  private static final int LEAST_SIDE = 16;

  private InputPicture() {}

  /** Whether a model has such an input. */
  static boolean isAmong(List<InputDescription> inputs) {
    return inputs.stream().anyMatch(InputPicture::isPicture);
  }

  private static boolean isPicture(InputDescription input) {
    if (input instanceof InputDescription.Picture) {
      return true;
    }
    Shape shape = ((InputDescription.Array) input).shape();
    int rank = shape.rank();
    return rank >= 3
        && (shape.length(rank - 3) == 1 || shape.length(rank - 3) == 3)
        && shape.length(rank - 2) >= LEAST_SIDE
        && shape.length(rank - 1) >= LEAST_SIDE;
  }

  /**
   * The picture.
   *
   * @param prepared by the names of inputs
   * @param longest the longest side that it may have
   */
  static Optional<Pixels> of(
      List<InputDescription> inputs, Map<String, Tensor> prepared, int longest) {
    for (InputDescription input : inputs) {
      Tensor values = prepared.get(input.name());
      if (values == null || !isPicture(input)) {
        continue;
      }
      return DenseArray.of(values)
          .map(
              array ->
                  input instanceof InputDescription.Picture picture
                      ? DenseDrawing.ofPictures(longest).output(asRgb(array, picture.colorSpace()))
                      : DenseDrawing.of(array, DenseDrawing.Kind.PICTURE, longest).output(array));
    }
    return Optional.empty();
  }

  /** With channels red, green, blue. */
  static DenseArray asRgb(DenseArray array, ColorSpace space) {
    if (space != ColorSpace.BGR) {
      return array;
    }
    int plane = array.height() * array.width();
    float[] values = array.values().toArray();
    float[] turned = values.clone();
    System.arraycopy(values, 0, turned, 2 * plane, plane);
    System.arraycopy(values, 2 * plane, turned, 0, plane);
    return new DenseArray(
        array.channels(),
        array.height(),
        array.width(),
        Tensor.wrap(array.values().shape(), turned));
  }
}
