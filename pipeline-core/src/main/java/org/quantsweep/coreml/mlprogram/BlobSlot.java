package org.quantsweep.coreml.mlprogram;

import java.util.function.Supplier;
import org.quantsweep.tensor.Shape;

/** What stands in a file of constants. Equal slots are stored once. */
sealed interface BlobSlot {
  /** The path of the file, as programs write it. */
  String file();

  /** What the elements are. */
  DataType type();

  /** How many there are. */
  long count();

  /** The blob as it is stored. */
  TensorValue value();

  /**
   * One of the files as given.
   *
   * @param offset where its metadata lie there
   * @param value its elements
   */
  record Given(String file, long offset, DataType type, long count, TensorValue value)
      implements BlobSlot {
    @Override
    public boolean equals(Object other) {
      return other instanceof Given given
          && file.equals(given.file)
          && offset == given.offset
          && type == given.type
          && count == given.count;
    }

    @Override
    public int hashCode() {
      return file.hashCode() * 31 + Long.hashCode(offset);
    }
  }

  /**
   * A new one.
   *
   * @param constant whose it is: one of several constants that have the same
   * @param role what it is to it
   * @param bytes packed
   */
  record Made(
      String file,
      String constant,
      ConstantArrays.Role role,
      DataType type,
      long count,
      Supplier<byte[]> bytes)
      implements BlobSlot {
    @Override
    public TensorValue value() {
      return TensorValue.packed(
          type, Shape.of(Math.toIntExact(count)), bytes, CodeBits.bytes(type, count));
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Made made
          && file.equals(made.file)
          && constant.equals(made.constant)
          && role == made.role
          && type == made.type
          && count == made.count;
    }

    @Override
    public int hashCode() {
      return constant.hashCode() * 31 + role.hashCode();
    }
  }
}
