package org.quantsweep.agreement;

import java.util.BitSet;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.tensor.Tensor;

/** Scores on a scale where differences are what matters. */
final class Logits {
  /** Probabilities below are alike: float32 softmax ends near here. */
  private static final double LEAST_PROBABILITY = 1e-30;

  private Logits() {}

  /** The numbers of an output; the logarithms of probabilities. */
  static double[] of(OutputValue value) {
    Tensor numbers = OutputCriterion.numbers(value);
    boolean logarithm = value instanceof OutputValue.Probabilities;
    double[] logits = new double[numbers.size()];
    for (int i = 0; i < logits.length; i++) {
      double number = numbers.get(i);
      logits[i] = logarithm ? Math.log(Math.max(number, LEAST_PROBABILITY)) : number;
    }
    return logits;
  }

  /** The places of the largest numbers, in descending order; the first of equal ones first. */
  static int[] largest(double[] numbers, int count) {
    int[] places = new int[count];
    BitSet taken = new BitSet();
    for (int place = 0; place < count; place++) {
      int best = taken.nextClearBit(0);
      for (int i = best + 1; i < numbers.length; i++) {
        if (numbers[i] > numbers[best] && !taken.get(i)) {
          best = i;
        }
      }
      places[place] = best;
      taken.set(best);
    }
    return places;
  }

  /** Without the mean: a softmax cannot tell. */
  static double[] centred(double[] logits) {
    double mean = 0;
    for (double logit : logits) {
      mean += logit / logits.length;
    }
    double[] centred = logits.clone();
    for (int i = 0; i < centred.length; i++) {
      centred[i] -= mean;
    }
    return centred;
  }
}
