package org.quantsweep.agreement;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.tensor.Tensor;

/**
 * Agrees when the reference's top class is among the candidate's top k. The scores are a
 * classifier's probabilities, or else every array output, whose largest element is its class; the
 * first index wins a tie.
 *
 * @param k at least 1
 * @param output the one output to compare, or empty for all
 */
record TopCriterion(int k, String output) implements Criterion {
  @Override
  public boolean agrees(Prediction reference, Prediction candidate) {
    for (String name : compared(reference)) {
      Tensor expected = OutputCriterion.numbers(reference.outputs().get(name));
      Tensor given = OutputCriterion.numbers(candidate.outputs().get(name));
      if (given == null || !given.shape().equals(expected.shape()) || !Finite.all(given)) {
        return false;
      }
      if (rank(given, largest(expected)) >= k) {
        return false;
      }
    }
    return true;
  }

  /** The smallest margin between the largest and the second largest score over the outputs. */
  @Override
  public double difficulty(Prediction reference) {
    double margin = Double.POSITIVE_INFINITY;
    for (String name : compared(reference)) {
      margin = Math.min(margin, margin(OutputCriterion.numbers(reference.outputs().get(name))));
    }
    return margin;
  }

  @Override
  public List<String> compared(Prediction reference) {
    List<String> probabilities = new ArrayList<>();
    List<String> arrays = new ArrayList<>();
    for (Map.Entry<String, OutputValue> entry : reference.outputs().entrySet()) {
      if (!output.isEmpty() && !output.equals(entry.getKey())) {
        continue;
      }
      if (entry.getValue() instanceof OutputValue.Probabilities) {
        probabilities.add(entry.getKey());
      } else if (entry.getValue() instanceof OutputValue.Array array && array.values().size() > 0) {
        arrays.add(entry.getKey());
      }
    }
    return probabilities.isEmpty() ? arrays : probabilities;
  }

  @Override
  public String toString() {
    return (k == 1 ? "top-1" : "top-k:" + k) + (output.isEmpty() ? "" : "@" + output);
  }

  private static int largest(Tensor scores) {
    int best = 0;
    for (int i = 1; i < scores.size(); i++) {
      if (scores.get(i) > scores.get(best)) {
        best = i;
      }
    }
    return best;
  }

  /** How many classes stand before this one: larger scores, and equal ones of a lower index. */
  private static int rank(Tensor scores, int index) {
    float score = scores.get(index);
    int before = 0;
    for (int i = 0; i < scores.size(); i++) {
      if (scores.get(i) > score || (scores.get(i) == score && i < index)) {
        before++;
      }
    }
    return before;
  }

  private static double margin(Tensor scores) {
    double first = Double.NEGATIVE_INFINITY;
    double second = Double.NEGATIVE_INFINITY;
    for (float score : scores.sharedArray()) {
      if (score > first) {
        second = first;
        first = score;
      } else if (score > second) {
        second = score;
      }
    }
    return scores.size() < 2 ? Double.POSITIVE_INFINITY : first - second;
  }
}
