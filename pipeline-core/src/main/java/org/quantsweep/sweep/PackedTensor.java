package org.quantsweep.sweep;

import java.io.Serializable;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * A tensor that is kept for a while: whole numbers in [0, 255], as pictures hold, take one byte.
 */
final class PackedTensor implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Shape shape;
  private final byte[] bytes;
  private final float[] floats;

  private PackedTensor(Shape shape, byte[] bytes, float[] floats) {
    this.shape = shape;
    this.bytes = bytes;
    this.floats = floats;
  }

  static PackedTensor of(Tensor tensor) {
    float[] values = tensor.sharedArray();
    byte[] packed = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      int whole = (int) values[i];
      // The comparison of bits keeps -0.0 apart, so that unpacking gives the same bits.
      if ((whole & ~255) != 0
          || Float.floatToRawIntBits(whole) != Float.floatToRawIntBits(values[i])) {
        return new PackedTensor(tensor.shape(), null, values);
      }
      packed[i] = (byte) whole;
    }
    return new PackedTensor(tensor.shape(), packed, null);
  }

  Tensor unpack() {
    if (bytes == null) {
      return Tensor.wrap(shape, floats);
    }
    float[] values = new float[bytes.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = bytes[i] & 255;
    }
    return Tensor.wrap(shape, values);
  }

  /** Bytes that the values take. */
  long size() {
    return bytes == null ? 4L * floats.length : bytes.length;
  }
}
