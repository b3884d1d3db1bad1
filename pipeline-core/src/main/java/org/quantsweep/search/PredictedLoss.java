package org.quantsweep.search;

import java.util.Map;
import java.util.OptionalDouble;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;

/** What a plan is taken to lose: the sum of what each of its options loses alone. */
final class PredictedLoss {
  private PredictedLoss() {}

  /** Empty where an option was not measured. */
  static OptionalDouble of(QuantizationPlan plan, Map<TensorOption, Sensitivity> measured) {
    double loss = 0;
    for (Map.Entry<String, Scheme> entry : plan.schemes().entrySet()) {
      Sensitivity found = measured.get(new TensorOption(entry.getKey(), entry.getValue()));
      if (found == null) {
        return OptionalDouble.empty();
      }
      loss += found.loss();
    }
    return OptionalDouble.of(loss);
  }
}
