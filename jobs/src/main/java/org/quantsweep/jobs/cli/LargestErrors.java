package org.quantsweep.jobs.cli;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.tensor.Tensor;

/**
 * A criterion that also keeps the largest difference of each output's numbers. It needs the whole
 * answers of the reference, so it tells no top classes that could stand for them.
 */
final class LargestErrors implements Criterion {
  private static final long serialVersionUID = 1L;

  private final Criterion criterion;
  private final ConcurrentHashMap<String, Double> largest = new ConcurrentHashMap<>();

  LargestErrors(Criterion criterion) {
    this.criterion = criterion;
  }

  /**
   * By output, of the outputs whose numbers could be compared; infinite where a number is not
   * finite in one answer alone.
   */
  SortedMap<String, Double> largest() {
    return new TreeMap<>(largest);
  }

  @Override
  public boolean agrees(Prediction reference, Prediction candidate) {
    for (Map.Entry<String, OutputValue> output : reference.outputs().entrySet()) {
      Tensor expected = numbers(output.getValue());
      Tensor given = numbers(candidate.outputs().get(output.getKey()));
      if (expected != null && given != null && expected.shape().equals(given.shape())) {
        largest.merge(output.getKey(), error(expected, given), Math::max);
      }
    }
    return criterion.agrees(reference, candidate);
  }

  private static Tensor numbers(OutputValue value) {
    if (value instanceof OutputValue.Array array) {
      return array.values();
    }
    if (value instanceof OutputValue.Picture picture) {
      return picture.values();
    }
    return value instanceof OutputValue.Probabilities probabilities ? probabilities.values() : null;
  }

  private static double error(Tensor expected, Tensor given) {
    double error = 0;
    for (int i = 0; i < expected.size(); i++) {
      double own = Math.abs((double) expected.get(i) - given.get(i));
      error = Math.max(error, Double.isNaN(own) ? Double.POSITIVE_INFINITY : own);
    }
    return error;
  }

  @Override
  public double difficulty(Prediction reference) {
    return criterion.difficulty(reference);
  }

  @Override
  public double loss(Prediction reference, Prediction candidate) {
    return criterion.loss(reference, candidate);
  }

  @Override
  public List<String> compared(Prediction reference) {
    return criterion.compared(reference);
  }

  @Override
  public String toString() {
    return criterion.toString();
  }
}
