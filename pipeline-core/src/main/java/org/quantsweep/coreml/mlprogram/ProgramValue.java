package org.quantsweep.coreml.mlprogram;

import java.util.List;

/** A constant of a program. */
public sealed interface ProgramValue permits TensorValue, ProgramValue.Several {
  /**
   * A list, a tuple, or a dictionary as its keys and values in turn.
   *
   * @param values in order
   */
  record Several(List<ProgramValue> values) implements ProgramValue {
    /** Copies the list. */
    public Several {
      values = List.copyOf(values);
    }
  }
}
