package org.quantsweep.coreml.mlprogram;

import java.util.Locale;
import java.util.Optional;

/** What the elements of a value are: {@code DataType} of {@code MIL.proto}. */
public enum DataType {
  /** True or false. */
  BOOL(1, 8, Kind.BOOLEAN),
  /** Text. */
  STRING(2, 0, Kind.TEXT),
  /** IEEE 754 half precision. */
  FLOAT16(10, 16, Kind.FLOAT),
  /** IEEE 754 single precision. */
  FLOAT32(11, 32, Kind.FLOAT),
  /** IEEE 754 double precision. */
  FLOAT64(12, 64, Kind.FLOAT),
  /** The upper half of single precision. */
  BFLOAT16(13, 16, Kind.FLOAT),
  /** Signed. */
  INT8(21, 8, Kind.SIGNED),
  /** Signed. */
  INT16(22, 16, Kind.SIGNED),
  /** Signed. */
  INT32(23, 32, Kind.SIGNED),
  /** Signed. */
  INT64(24, 64, Kind.SIGNED),
  /** Signed, two to a byte. */
  INT4(25, 4, Kind.SIGNED),
  /** Unsigned. */
  UINT8(31, 8, Kind.UNSIGNED),
  /** Unsigned. */
  UINT16(32, 16, Kind.UNSIGNED),
  /** Unsigned. */
  UINT32(33, 32, Kind.UNSIGNED),
  /** Unsigned. */
  UINT64(34, 64, Kind.UNSIGNED),
  /** Unsigned, two to a byte. */
  UINT4(35, 4, Kind.UNSIGNED),
  /** Unsigned, four to a byte. */
  UINT2(36, 2, Kind.UNSIGNED),
  /** Unsigned, eight to a byte. */
  UINT1(37, 1, Kind.UNSIGNED),
  /** Unsigned, four to three bytes. */
  UINT6(38, 6, Kind.UNSIGNED),
  /** Unsigned, eight to three bytes. */
  UINT3(39, 3, Kind.UNSIGNED);

  private enum Kind {
    BOOLEAN,
    TEXT,
    FLOAT,
    SIGNED,
    UNSIGNED
  }

  private final int number;
  private final int bits;
  private final Kind kind;

  DataType(int number, int bits, Kind kind) {
    this.number = number;
    this.bits = bits;
    this.kind = kind;
  }

  /** The type of a number in {@code MIL.proto}; empty where it is not known here. */
  static Optional<DataType> of(int number) {
    for (DataType type : values()) {
      if (type.number == number) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** The bits of one element when elements are packed; 0 for text. */
  public int bits() {
    return bits;
  }

  /** Whether elements are floating-point numbers. */
  public boolean isFloat() {
    return kind == Kind.FLOAT;
  }

  /** Whether elements are whole numbers. */
  public boolean isInteger() {
    return kind == Kind.SIGNED || kind == Kind.UNSIGNED;
  }

  /** Whether whole numbers may be negative. */
  public boolean isSigned() {
    return kind == Kind.SIGNED;
  }

  /** For example {@code float16}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
