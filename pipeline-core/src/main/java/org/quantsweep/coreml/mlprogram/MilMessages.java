package org.quantsweep.coreml.mlprogram;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.quantsweep.proto.mil.Argument;
import org.quantsweep.proto.mil.Dimension;
import org.quantsweep.proto.mil.NamedValueType;
import org.quantsweep.proto.mil.TensorType;
import org.quantsweep.proto.mil.TensorValue;
import org.quantsweep.proto.mil.Value;
import org.quantsweep.proto.mil.ValueType;
import org.quantsweep.tensor.Shape;

/** Writes the small parts of operations ({@code MIL.proto}). */
final class MilMessages {
  private MilMessages() {}

  static ValueType type(DataType type, Shape shape) {
    TensorType.Builder tensor =
        TensorType.newBuilder()
            .setDataType(org.quantsweep.proto.mil.DataType.valueOf(type.name()))
            .setRank(shape.rank());
    for (int length : shape.lengths()) {
      tensor.addDimensions(
          Dimension.newBuilder()
              .setConstant(Dimension.ConstantDimension.newBuilder().setSize(length)));
    }
    return ValueType.newBuilder().setTensorType(tensor).build();
  }

  static NamedValueType named(String name, DataType type, Shape shape) {
    return NamedValueType.newBuilder().setName(name).setType(type(type, shape)).build();
  }

  static Value text(String text) {
    return immediate(
        DataType.STRING,
        Shape.of(),
        TensorValue.newBuilder()
            .setStrings(TensorValue.RepeatedStrings.newBuilder().addValues(text))
            .build());
  }

  static Value integer(int number) {
    return immediate(
        DataType.INT32,
        Shape.of(),
        TensorValue.newBuilder()
            .setInts(TensorValue.RepeatedInts.newBuilder().addValues(number))
            .build());
  }

  /** Lengths of axes, as coremltools 9.0 writes them: bytes of uint32. */
  static Value lengths(Shape shape) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Integer.BYTES * shape.rank()).order(ByteOrder.LITTLE_ENDIAN);
    for (int length : shape.lengths()) {
      bytes.putInt(length);
    }
    return packed(DataType.UINT32, Shape.of(shape.rank()), bytes.array());
  }

  /** Elements that stand in the operation itself, of their packed bytes. */
  static Value packed(DataType type, Shape shape, byte[] bytes) {
    TensorValue.Builder tensor = TensorValue.newBuilder();
    if (type == DataType.FLOAT32) {
      TensorValue.RepeatedFloats.Builder floats = TensorValue.RepeatedFloats.newBuilder();
      ByteBuffer read = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      while (read.hasRemaining()) {
        floats.addValues(read.getFloat());
      }
      tensor.setFloats(floats);
    } else {
      tensor.setBytes(TensorValue.RepeatedBytes.newBuilder().setValues(ByteString.copyFrom(bytes)));
    }
    return immediate(type, shape, tensor.build());
  }

  private static Value immediate(DataType type, Shape shape, TensorValue tensor) {
    return Value.newBuilder()
        .setType(type(type, shape))
        .setImmediateValue(Value.ImmediateValue.newBuilder().setTensor(tensor))
        .build();
  }

  /** A blob whose place is not known yet. */
  static Value open(DataType type, Shape shape, int slot) {
    return Value.newBuilder()
        .setType(type(type, shape))
        .setBlobFileValue(
            Value.BlobFileValue.newBuilder().setFileName(OperationTemplate.OPEN).setOffset(slot))
        .build();
  }

  static Argument argument(Value value) {
    return Argument.newBuilder()
        .addArguments(Argument.Binding.newBuilder().setValue(value))
        .build();
  }

  static Argument argument(String name) {
    return Argument.newBuilder().addArguments(Argument.Binding.newBuilder().setName(name)).build();
  }
}
