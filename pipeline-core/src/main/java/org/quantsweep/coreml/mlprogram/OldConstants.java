package org.quantsweep.coreml.mlprogram;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.quantsweep.proto.mil.Operation;
import org.quantsweep.proto.mil.Value;
import org.quantsweep.tensor.Shape;

/**
 * Compressed constants in the form that they have up to CoreML7, with attributes: look-up tables,
 * sparse floats and casts have another one from CoreML8 on, of the same bytes. Scales for channels
 * keep theirs.
 */
final class OldConstants {
  private OldConstants() {}

  /** Whether an operation has another form from CoreML8 on. */
  static boolean isOld(Operation message) {
    return switch (message.getType()) {
      case "constexpr_lut_to_dense", "constexpr_sparse_to_dense" ->
          message.containsAttributes("shape");
      case "constexpr_cast" -> message.containsAttributes("source_val");
      default -> false;
    };
  }

  /**
   * The form from CoreML8 on.
   *
   * @param message one that {@link #isOld}
   * @param given finds the blob of a value
   */
  static OperationTemplate raised(
      org.quantsweep.coreml.mlprogram.Operation operation,
      Operation message,
      Function<Value, BlobSlot.Given> given) {
    Drafted draft = new Drafted(message, given);
    if (message.getType().equals("constexpr_cast")) {
      TensorValue source = value(operation, "source_val");
      draft.bind("source_val", "source_val", source.type(), source.shape());
      draft.bind("output_dtype", "output_dtype", DataType.STRING, Shape.of());
      return draft.done();
    }
    Shape shape = Constexprs.shape(value(operation, "shape"));
    if (message.getType().equals("constexpr_lut_to_dense")) {
      int entries = value(operation, "lut").count();
      int bits = Integer.numberOfTrailingZeros(entries);
      int[] table = new int[shape.rank() + 2];
      Arrays.fill(table, 1);
      table[shape.rank()] = entries;
      draft.bind("indices", "indices", DataType.valueOf("UINT" + bits), shape);
      draft.bind("lut", "lut", value(operation, "lut").type(), Shape.of(table));
    } else {
      TensorValue kept = value(operation, "nonzero_data");
      draft.bind("nonzero_data", "nonzero_data", kept.type(), kept.shape());
      draft.bind("mask", "mask", DataType.UINT1, shape);
    }
    return draft.done();
  }

  private static TensorValue value(
      org.quantsweep.coreml.mlprogram.Operation operation, String name) {
    return Optional.ofNullable(operation.attributes().get(name))
        .filter(TensorValue.class::isInstance)
        .map(TensorValue.class::cast)
        .orElseThrow(() -> new IllegalArgumentException("its parameter '" + name + "' is missing"));
  }

  /** The new operation, as it is put together. */
  private static final class Drafted {
    private final Operation old;
    private final Operation.Builder made;
    private final Function<Value, BlobSlot.Given> given;
    private final List<BlobSlot> slots = new ArrayList<>();

    Drafted(Operation old, Function<Value, BlobSlot.Given> given) {
      this.old = old;
      this.given = given;
      this.made =
          Operation.newBuilder()
              .setType(old.getType())
              .addAllOutputs(old.getOutputsList())
              .putAttributes("name", old.getAttributesOrThrow("name"));
    }

    void bind(String attribute, String input, DataType type, Shape shape) {
      Value stored = old.getAttributesOrThrow(attribute);
      Value bound;
      if (stored.hasBlobFileValue()) {
        BlobSlot.Given blob = given.apply(stored);
        // The same bytes are elements of another type, which a blob must have.
        slots.add(
            blob.type() == type
                ? blob
                : new BlobSlot.Made(
                    blob.file(),
                    blob.offset() + " as stored",
                    ConstantArrays.Role.DATA,
                    type,
                    shape.elementCount(),
                    () -> blob.value().packedBytes()));
        bound = MilMessages.open(type, shape, slots.size() - 1);
      } else {
        bound = stored.toBuilder().setType(MilMessages.type(type, shape)).build();
      }
      made.putInputs(input, MilMessages.argument(bound));
    }

    OperationTemplate done() {
      return new OperationTemplate(made.build(), slots);
    }
  }
}
