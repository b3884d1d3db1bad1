package org.quantsweep.agreement;

import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.tensor.Tensor;

/** Whether answers hold only finite numbers. */
public final class Finite {
  private Finite() {}

  /** Whether no value is NaN or infinite. */
  static boolean all(Tensor tensor) {
    for (float value : tensor.sharedArray()) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  /** Whether no output holds NaN or infinity: a reference that does cannot be agreed with. */
  public static boolean all(Prediction prediction) {
    for (OutputValue value : prediction.outputs().values()) {
      Tensor numbers = OutputCriterion.numbers(value);
      if (numbers != null && !all(numbers)) {
        return false;
      }
    }
    return true;
  }
}
