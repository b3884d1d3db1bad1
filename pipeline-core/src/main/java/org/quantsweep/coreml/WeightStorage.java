package org.quantsweep.coreml;

/** How a weight tensor is stored in the file. */
public sealed interface WeightStorage {
  /** 32-bit floats. */
  record Float32() implements WeightStorage {
    @Override
    public String toString() {
      return "float32";
    }
  }

  /** IEEE half-precision floats. */
  record Float16() implements WeightStorage {
    @Override
    public String toString() {
      return "float16";
    }
  }

  /**
   * Codes with scales and biases: {@code w = code * scale + bias}.
   *
   * @param bits of a code, 1 to 8
   * @param scales how many scales there are: one for all, or one per channel
   */
  record Linear(int bits, int scales) implements WeightStorage {
    @Override
    public String toString() {
      return "linear " + bits + "-bit, " + scales + (scales == 1 ? " scale" : " scales");
    }
  }

  /**
   * Codes that point into a table of {@code 2^bits} floats.
   *
   * @param bits of a code, 1 to 8
   */
  record LookUpTable(int bits) implements WeightStorage {
    @Override
    public String toString() {
      return "look-up table " + bits + "-bit";
    }
  }

  /** Signed bytes with one scale, made for inputs that are quantized at run time. */
  record Int8() implements WeightStorage {
    @Override
    public String toString() {
      return "int8";
    }
  }

  /** Whether codes are stored rather than numbers. */
  default boolean isQuantized() {
    return !(this instanceof Float32 || this instanceof Float16);
  }
}
