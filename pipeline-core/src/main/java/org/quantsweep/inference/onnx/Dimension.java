package org.quantsweep.inference.onnx;

import java.util.OptionalInt;

/** The length of one axis of a value. */
public sealed interface Dimension {
  /** The length, where it is known before the graph runs. */
  OptionalInt length();

  /**
   * A length that is known.
   *
   * @param value at least 0
   */
  record Known(int value) implements Dimension {
    /** Refuses negative lengths. */
    public Known {
      if (value < 0) {
        throw new IllegalArgumentException("a length (" + value + ") must be at least 0.");
      }
    }

    @Override
    public OptionalInt length() {
      return OptionalInt.of(value);
    }

    @Override
    public String toString() {
      return Integer.toString(value);
    }
  }

  /** A length that only a run tells. Nothing says that two of them are equal. */
  record Unknown() implements Dimension {
    @Override
    public OptionalInt length() {
      return OptionalInt.empty();
    }

    @Override
    public String toString() {
      return "?";
    }
  }
}
