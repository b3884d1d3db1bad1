package org.quantsweep.agreement;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.tensor.Shape;
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
  /** Classes behind the first k that may come to pass it: hardly ever others do. */
  private static final int RIVALS = 9;

  /** A rival that is so many logits behind the closest one counts 1/e. */
  private static final double CLOSE = 1;

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
   * The squared change of the margins between the reference's class and its closest rivals, in
   * logits (probabilities count by their logarithm): blind to what cannot flip the answer, and
   * smooth, unlike counts of flips.
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
      sum += marginChange(Logits.of(value), Logits.of(candidate.outputs().get(name)));
    }
    return Math.min(WORST_LOSS, sum);
  }

  @Override
  public Optional<TopLabels> topLabels(Prediction reference) {
    List<String> names = compared(reference);
    List<Shape> shapes = new ArrayList<>();
    int[] classes = new int[names.size()];
    for (int i = 0; i < classes.length; i++) {
      Tensor scores = OutputCriterion.numbers(reference.outputs().get(names.get(i)));
      shapes.add(scores.shape());
      classes[i] = largest(scores);
    }
    return Optional.of(new TopLabels(new TopLabels.Form(names, shapes), classes));
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

  /**
   * The mean squared change of the margins between the reference's class and those that may pass
   * it, the closer a rival the more it counts.
   */
  private double marginChange(double[] expected, double[] given) {
    int[] ranked = Logits.largest(expected, Math.min(expected.length, k + RIVALS));
    int first = ranked[0];
    double mass = 0;
    double sum = 0;
    for (int place = k; place < ranked.length; place++) {
      int rival = ranked[place];
      double behind = expected[ranked[k]] - expected[rival];
      double weight = Math.exp(-behind / CLOSE);
      double change = expected[first] - expected[rival] - given[first] + given[rival];
      mass += weight;
      sum += weight * change * change;
    }
    return sum / mass;
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
