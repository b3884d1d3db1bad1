package org.quantsweep.agreement;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.tensor.Tensor;

/**
 * Agrees when a measure of every numeric output, or of the named one, meets a bound. Pictures are
 * compared as a screen shows them: rounded to whole numbers in [0, 255].
 *
 * @param measure how closeness is measured
 * @param bound what it must meet, as it was written
 * @param output the one output to compare, or empty for all
 */
record OutputCriterion(Measure measure, BigDecimal bound, String output) implements Criterion {
  private static final double PICTURE_PEAK = 255;

  @Override
  public boolean agrees(Prediction reference, Prediction candidate) {
    for (String name : compared(reference)) {
      Tensor expected = numbers(reference.outputs().get(name));
      Tensor given = numbers(candidate.outputs().get(name));
      if (given == null || !given.shape().equals(expected.shape()) || !Finite.all(given)) {
        return false;
      }
      boolean picture = reference.outputs().get(name) instanceof OutputValue.Picture;
      if (!measure.isCloseEnough(
          closeness(measure, expected, given, picture), bound.doubleValue())) {
        return false;
      }
    }
    return true;
  }

  private static double closeness(Measure measure, Tensor expected, Tensor given, boolean picture) {
    return picture
        ? measure.of(asShown(expected), asShown(given), PICTURE_PEAK)
        : measure.of(expected, given, largestMagnitude(expected));
  }

  /** The closeness of one output; empty where it is not finite, or lengths differ. */
  static OptionalDouble closeness(Measure measure, OutputValue reference, OutputValue candidate) {
    Tensor expected = numbers(reference);
    Tensor given = numbers(candidate);
    if (expected == null || given == null || !given.shape().equals(expected.shape())) {
      return OptionalDouble.empty();
    }
    double found = closeness(measure, expected, given, reference instanceof OutputValue.Picture);
    return Double.isFinite(found) ? OptionalDouble.of(found) : OptionalDouble.empty();
  }

  @Override
  public List<String> compared(Prediction reference) {
    List<String> names = new ArrayList<>();
    for (Map.Entry<String, OutputValue> entry : reference.outputs().entrySet()) {
      if ((output.isEmpty() || output.equals(entry.getKey()))
          && numbers(entry.getValue()) != null) {
        names.add(entry.getKey());
      }
    }
    return names;
  }

  @Override
  public String toString() {
    return measure.text() + ":" + bound.toPlainString() + (output.isEmpty() ? "" : "@" + output);
  }

  /** The numbers of an output, or null for a class label. */
  static Tensor numbers(OutputValue value) {
    if (value instanceof OutputValue.Array array) {
      return array.values();
    }
    if (value instanceof OutputValue.Picture picture) {
      return picture.values();
    }
    if (value instanceof OutputValue.Probabilities probabilities) {
      return probabilities.values();
    }
    return null;
  }

  private static Tensor asShown(Tensor picture) {
    float[] shown = picture.toArray();
    for (int i = 0; i < shown.length; i++) {
      shown[i] = (float) Math.rint(Math.min(PICTURE_PEAK, Math.max(0, shown[i])));
    }
    return Tensor.wrap(picture.shape(), shown);
  }

  private static double largestMagnitude(Tensor values) {
    double largest = 0;
    for (float value : values.sharedArray()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }
}
