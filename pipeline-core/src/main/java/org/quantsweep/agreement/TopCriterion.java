package org.quantsweep.agreement;

import java.util.ArrayList;
import java.util.BitSet;
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
  /** Probabilities below are alike: float32 softmax ends near here. */
  private static final double LEAST_PROBABILITY = 1e-30;

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

  /**
   * The squared change of the margin between the reference's class and its closest rival, in logits
   * (probabilities count by their logarithm): blind to what cannot flip the answer, and smooth,
   * unlike counts of flips.
   */
  @Override
  public double loss(Prediction reference, Prediction candidate) {
    double sum = 0;
    for (String name : compared(reference)) {
      OutputValue value = reference.outputs().get(name);
      Tensor expected = OutputCriterion.numbers(value);
      Tensor given = OutputCriterion.numbers(candidate.outputs().get(name));
      if (given == null || given.size() != expected.size() || !Finite.all(given)) {
        return WORST_LOSS;
      }
      if (expected.size() <= k) {
        continue;
      }
      boolean logarithm = value instanceof OutputValue.Probabilities;
      int first = largest(expected);
      int rival = rival(expected);
      double change =
          logit(expected, first, logarithm)
              - logit(expected, rival, logarithm)
              - logit(given, first, logarithm)
              + logit(given, rival, logarithm);
      sum += change * change;
    }
    return Math.min(WORST_LOSS, sum);
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

  /** The class that must not be passed by the reference's class: the one of rank k. */
  private int rival(Tensor scores) {
    BitSet before = new BitSet();
    for (int place = 0; ; place++) {
      int best = before.nextClearBit(0);
      for (int i = before.nextClearBit(best + 1);
          i < scores.size();
          i = before.nextClearBit(i + 1)) {
        if (scores.get(i) > scores.get(best)) {
          best = i;
        }
      }
      if (place == k) {
        return best;
      }
      before.set(best);
    }
  }

  private static double logit(Tensor scores, int index, boolean logarithm) {
    double score = scores.get(index);
    return logarithm ? Math.log(Math.max(score, LEAST_PROBABILITY)) : score;
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
