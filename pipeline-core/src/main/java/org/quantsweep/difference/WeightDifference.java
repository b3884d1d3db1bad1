package org.quantsweep.difference;

import java.util.Optional;
import java.util.OptionalDouble;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.tensor.Tensor;

/**
 * A weight tensor that both models have.
 *
 * @param a the first model's
 * @param b the second one's
 * @param equal whether all values are the same once they are decoded; empty where shapes differ
 * @param snr of the second one's values in dB: ten times the decimal logarithm of the summed
 *     squares of the first one's values over the summed squares of the differences; empty where
 *     values are equal, shapes differ, the first one's are all zero, or one is not finite
 */
public record WeightDifference(
    WeightTensor a, WeightTensor b, Optional<Boolean> equal, OptionalDouble snr) {
  static WeightDifference of(WeightTensor a, WeightTensor b) {
    if (!a.shape().equals(b.shape())) {
      return new WeightDifference(a, b, Optional.empty(), OptionalDouble.empty());
    }
    Tensor first = a.values();
    Tensor second = b.values();
    double signal = 0;
    double noise = 0;
    boolean equal = true;
    for (int i = 0; i < first.size(); i++) {
      double value = first.get(i);
      double difference = value - second.get(i);
      equal &= value == second.get(i) || (Double.isNaN(value) && Float.isNaN(second.get(i)));
      signal += value * value;
      noise += difference * difference;
    }
    boolean told = !equal && signal > 0 && noise > 0 && Double.isFinite(signal + noise);
    return new WeightDifference(
        a,
        b,
        Optional.of(equal),
        told ? OptionalDouble.of(10 * Math.log10(signal / noise)) : OptionalDouble.empty());
  }

  /** Whether shape, form and values are the same. */
  public boolean isNone() {
    return equal.orElse(false) && a.storage().equals(b.storage());
  }
}
