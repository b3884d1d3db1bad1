package org.quantsweep.inference.onnx;

import org.quantsweep.proto.onnx.TensorProto;

/** What the elements of a value are. */
public enum ElementType {
  /** IEEE 754 single precision. */
  FLOAT32(TensorProto.DataType.FLOAT),
  /** IEEE 754 half precision. */
  FLOAT16(TensorProto.DataType.FLOAT16),
  /** Signed, 8 bits. */
  INT8(TensorProto.DataType.INT8),
  /** Unsigned, 8 bits. */
  UINT8(TensorProto.DataType.UINT8),
  /** Signed, 16 bits. */
  INT16(TensorProto.DataType.INT16),
  /** Unsigned, 16 bits. */
  UINT16(TensorProto.DataType.UINT16),
  /** Signed, 32 bits. */
  INT32(TensorProto.DataType.INT32),
  /** Signed, 64 bits. */
  INT64(TensorProto.DataType.INT64),
  /** True or false. */
  BOOL(TensorProto.DataType.BOOL);

  private final TensorProto.DataType message;

  ElementType(TensorProto.DataType message) {
    this.message = message;
  }

  /** The number that ONNX knows it by. */
  int number() {
    return message.getNumber();
  }

  /** The type of one of ONNX's numbers. */
  static ElementType ofNumber(long number) {
    for (ElementType type : values()) {
      if (type.number() == number) {
        return type;
      }
    }
    throw new IllegalStateException("ONNX's element type " + number + " is not known here.");
  }
}
