package org.quantsweep.inference.onnx.program;

import java.util.List;

/** Lowering cannot go on before a run has told some values of the graph. */
final class NeedsValueException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Value.Computed> values;
  private final transient HostStep step;

  private NeedsValueException(List<Value.Computed> values, HostStep step) {
    super("a run has to tell " + values, null, false, false);
    this.values = List.copyOf(values);
    this.step = step;
  }

  /** Values that the rest is lowered for. */
  static NeedsValueException ofConstants(List<Value.Computed> values) {
    return new NeedsValueException(values, null);
  }

  /** Values that a step of this program makes others of. */
  static NeedsValueException ofStep(List<Value.Computed> values, HostStep step) {
    return new NeedsValueException(values, step);
  }

  /** In order. */
  List<Value.Computed> values() {
    return values;
  }

  /** What is done with them; null when they are to be constants. */
  HostStep step() {
    return step;
  }
}
