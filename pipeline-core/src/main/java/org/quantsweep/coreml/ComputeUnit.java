package org.quantsweep.coreml;

import java.util.Locale;

/** What a model is to run on; {@link #ALL} leaves it to the device, which may choose any. */
public enum ComputeUnit {
  /** The Neural Engine. */
  ANE,
  /** The graphics processor. */
  GPU,
  /** The processor. */
  CPU,
  /** Any of them. */
  ALL;

  /** Whether a model may come to run on a unit. */
  public boolean includes(ComputeUnit unit) {
    return this == ALL || this == unit;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
