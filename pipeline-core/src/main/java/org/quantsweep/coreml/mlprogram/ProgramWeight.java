package org.quantsweep.coreml.mlprogram;

import java.util.List;
import java.util.Set;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.quantize.FloatType;
import org.quantsweep.quantize.WeightAxes;

/**
 * A weight tensor of a program, and the operations that make it.
 *
 * @param type of its numbers once they are decoded
 * @param makers one for each function that shares it
 */
record ProgramWeight(WeightTensor tensor, FloatType type, WeightAxes axes, List<Maker> makers) {
  ProgramWeight {
    makers = List.copyOf(makers);
  }

  /**
   * What makes a constant.
   *
   * @param function its name
   * @param operation whose output it is
   * @param alone other operations that make what only this one takes; compared by identity
   */
  record Maker(String function, Operation operation, Set<Operation> alone) {}

  /** Whether it is stored as plain floats now. */
  boolean isPlain() {
    return !tensor.storage().isQuantized() && makers.get(0).operation().isConstant();
  }
}
