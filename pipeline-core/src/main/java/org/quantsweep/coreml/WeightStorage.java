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

  /** Which whole numbers codes are. */
  enum Signs {
    /** Negative ones too. */
    SIGNED,
    /** From 0. */
    UNSIGNED
  }

  /**
   * Codes with scales and zero points: {@code w = scale * (code - zero point)}.
   *
   * @param bits of a code, 1 to 8
   * @param scales how many there are: one for all, per channel, or per block
   */
  record Affine(int bits, int scales, Signs signs) implements WeightStorage {
    @Override
    public String toString() {
      String type = (signs == Signs.SIGNED ? "int" : "uint") + bits;
      return type + ", " + scales + (scales == 1 ? " scale" : " scales");
    }
  }

  /**
   * Codes that point into look-up tables.
   *
   * @param bits of a code, 1 to 8
   * @param tables how many there are
   * @param vector how many numbers a code stands for
   * @param scales that what is looked up is multiplied with; 0 for none
   * @param compressed whether the tables themselves are stored as codes
   */
  record Tables(int bits, int tables, int vector, int scales, boolean compressed)
      implements WeightStorage {
    /** The same, multiplied with so many scales. */
    public Tables scaled(int count) {
      return new Tables(bits, tables, vector, count, compressed);
    }

    @Override
    public String toString() {
      return "look-up table "
          + bits
          + "-bit"
          + (tables == 1 ? "" : ", " + tables + " tables")
          + (vector == 1 ? "" : ", vectors of " + vector)
          + (scales == 0 ? "" : ", " + scales + (scales == 1 ? " scale" : " scales"))
          + (compressed ? ", of codes" : "");
    }
  }

  /**
   * Numbers other than zero and where they are.
   *
   * @param kept how many there are
   * @param all how many there are with the zeros
   * @param values how they are stored
   */
  record Sparse(long kept, long all, WeightStorage values) implements WeightStorage {
    @Override
    public String toString() {
      return "sparse (" + kept + " of " + all + ") " + values;
    }
  }

  /** Whether codes are stored rather than numbers. */
  default boolean isQuantized() {
    return !(this instanceof Float32 || this instanceof Float16);
  }
}
