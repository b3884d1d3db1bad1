package org.quantsweep.coreml.mlprogram;

import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.function.Supplier;

/** The packed bytes of the arrays that a constant is made of. */
final class ConstantArrays {
  /** What an array is to its constant. */
  enum Role {
    /** Codes, indices or floats of all weights, or of those that are kept. */
    DATA,
    /** Scales. */
    SCALE,
    /** Zero points. */
    OFFSET,
    /** Entries of tables. */
    TABLE,
    /** The scale of entries. */
    TABLE_SCALE,
    /** Which weights are kept. */
    MASK
  }

  /** Of a form whose numbers are not known: only sizes follow. */
  static final ConstantArrays UNKNOWN = new ConstantArrays(Map.of());

  private final Map<Role, Supplier<byte[]>> arrays;

  ConstantArrays(Map<Role, Supplier<byte[]>> arrays) {
    this.arrays = Map.copyOf(arrays);
  }

  /** All of them, in the order of their roles, one behind the other. */
  byte[] all() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Role role : Role.values()) {
      Supplier<byte[]> known = arrays.get(role);
      if (known != null) {
        all.writeBytes(known.get());
      }
    }
    return all.toByteArray();
  }

  /** The bytes of an array; zeros where they are not known. */
  byte[] bytes(Role role, long count) {
    Supplier<byte[]> known = arrays.get(role);
    byte[] bytes = known == null ? new byte[Math.toIntExact(count)] : known.get();
    if (bytes.length != count) {
      throw new IllegalStateException(
          role + " has " + bytes.length + " bytes, but its form wants " + count + ".");
    }
    return bytes;
  }
}
