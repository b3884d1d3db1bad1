package org.quantsweep.agreement;

import java.util.List;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.tensor.Tensor;

/** Squared errors of whole answers, to rank options by. */
public final class SquaredError {
  private SquaredError() {}

  /**
   * Summed over the named outputs: squared error over the reference's sum of squares (over 1 where
   * that is 0); probabilities as centred logarithms. Computed in double in the order of the
   * elements.
   *
   * @return at least 0; {@link Criterion#WORST_LOSS} for values that are not finite or of another
   *     shape
   */
  public static double relative(List<String> outputs, Prediction reference, Prediction candidate) {
    double sum = 0;
    for (String name : outputs) {
      Tensor expected = OutputCriterion.numbers(reference.outputs().get(name));
      Tensor given = OutputCriterion.numbers(candidate.outputs().get(name));
      if (given == null || !given.shape().equals(expected.shape()) || !Finite.all(given)) {
        return Criterion.WORST_LOSS;
      }
      OutputValue value = reference.outputs().get(name);
      double[] r = Logits.of(value);
      double[] c = Logits.of(candidate.outputs().get(name));
      if (value instanceof OutputValue.Probabilities) {
        r = Logits.centred(r);
        c = Logits.centred(c);
      }
      double error = 0;
      double signal = 0;
      for (int i = 0; i < r.length; i++) {
        double difference = r[i] - c[i];
        error += difference * difference;
        signal += r[i] * r[i];
      }
      sum += signal == 0 ? error : error / signal;
    }
    return Math.min(Criterion.WORST_LOSS, sum);
  }
}
