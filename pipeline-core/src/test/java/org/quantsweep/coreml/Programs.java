package org.quantsweep.coreml;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.neuralnetwork.ModelWriter;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.mil.Argument;
import org.quantsweep.proto.mil.Block;
import org.quantsweep.proto.mil.DataType;
import org.quantsweep.proto.mil.Dimension;
import org.quantsweep.proto.mil.Function;
import org.quantsweep.proto.mil.NamedValueType;
import org.quantsweep.proto.mil.Operation;
import org.quantsweep.proto.mil.TensorType;
import org.quantsweep.proto.mil.TensorValue;
import org.quantsweep.proto.mil.Value;
import org.quantsweep.proto.mil.ValueType;

/** Small packages for tests, to be changed until they are broken in one way. */
public final class Programs {
  /** Where the model's own file lies in a package. */
  public static final String MODEL = "Data/com.apple.CoreML/model.mlmodel";

  /** Where the constants lie. */
  public static final String WEIGHTS = "Data/com.apple.CoreML/weights/weight.bin";

  private static final String BLOBS = "@model_path/weights/weight.bin";

  private Programs() {}

  /**
   * x [1, 16] -> linear, weight w [4, 16] in the file at 64, bias b [4] within the program -> y,
   * then y reshaped to z [2, 2]; CoreML7, version 8.
   */
  public static Model.Builder linear() {
    return model(
        function(
            "CoreML7",
            constant("w", blob(array(DataType.FLOAT32, 4, 16), 64)),
            constant("b", floats(array(DataType.FLOAT32, 4), 1, 2, 3, 4)),
            operation("linear", "y", array(DataType.FLOAT32, 1, 4), "x", "weight", "w")
                .putInputs("bias", name("b")),
            constant("s", integers(array(DataType.INT32, 2), 2, 2)),
            operation("reshape", "z", array(DataType.FLOAT32, 2, 2), "y", "shape", "s")),
        2,
        2);
  }

  /**
   * A model of version 8 that has one function from x [1, 16] to z.
   *
   * @param answer the shape of z
   */
  public static Model.Builder model(Function.Builder main, long... answer) {
    Model.Builder model = Model.newBuilder().setSpecificationVersion(8);
    model
        .getDescriptionBuilder()
        .addInput(Networks.array("x", 1, 16))
        .addOutput(Networks.array("z", answer));
    model.getMlProgramBuilder().setVersion(1).putFunctions("main", main.build());
    return model;
  }

  /** A function from x [1, 16] to z. */
  public static Function.Builder function(String opset, Operation.Builder... operations) {
    Block.Builder block = Block.newBuilder().addOutputs("z");
    for (Operation.Builder operation : operations) {
      block.addOperations(operation);
    }
    return Function.newBuilder()
        .setOpset(opset)
        .addInputs(named("x", array(DataType.FLOAT32, 1, 16)))
        .putBlockSpecializations(opset, block.build());
  }

  /** An operation of one output; its first parameter is x. */
  public static Operation.Builder operation(
      String type, String output, ValueType of, String x, String parameter, String value) {
    return operation(type, output, of).putInputs("x", name(x)).putInputs(parameter, name(value));
  }

  /** An operation of one output without inputs. */
  public static Operation.Builder operation(String type, String output, ValueType of) {
    return Operation.newBuilder()
        .setType(type)
        .putAttributes("name", text(output))
        .addOutputs(named(output, of));
  }

  /** A constant. */
  public static Operation.Builder constant(String name, Value value) {
    return operation("const", name, value.getType()).putAttributes("val", value);
  }

  public static NamedValueType named(String name, ValueType type) {
    return NamedValueType.newBuilder().setName(name).setType(type).build();
  }

  public static Argument name(String name) {
    return Argument.newBuilder().addArguments(Argument.Binding.newBuilder().setName(name)).build();
  }

  public static Argument literal(Value value) {
    return Argument.newBuilder()
        .addArguments(Argument.Binding.newBuilder().setValue(value))
        .build();
  }

  /** An array's type; a length of -1 is one that only a run tells. */
  public static ValueType array(DataType element, long... lengths) {
    TensorType.Builder type = TensorType.newBuilder().setDataType(element).setRank(lengths.length);
    for (long length : lengths) {
      type.addDimensions(
          length < 0
              ? Dimension.newBuilder().setUnknown(Dimension.UnknownDimension.getDefaultInstance())
              : Dimension.newBuilder()
                  .setConstant(Dimension.ConstantDimension.newBuilder().setSize(length)));
    }
    return ValueType.newBuilder().setTensorType(type).build();
  }

  public static Value blob(ValueType type, long offset) {
    return Value.newBuilder()
        .setType(type)
        .setBlobFileValue(Value.BlobFileValue.newBuilder().setFileName(BLOBS).setOffset(offset))
        .build();
  }

  public static Value floats(ValueType type, float... values) {
    TensorValue.RepeatedFloats.Builder floats = TensorValue.RepeatedFloats.newBuilder();
    for (float value : values) {
      floats.addValues(value);
    }
    return immediate(type, TensorValue.newBuilder().setFloats(floats));
  }

  public static Value integers(ValueType type, int... values) {
    TensorValue.RepeatedInts.Builder integers = TensorValue.RepeatedInts.newBuilder();
    for (int value : values) {
      integers.addValues(value);
    }
    return immediate(type, TensorValue.newBuilder().setInts(integers));
  }

  public static Value bytes(ValueType type, int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return immediate(
        type,
        TensorValue.newBuilder()
            .setBytes(
                TensorValue.RepeatedBytes.newBuilder().setValues(ByteString.copyFrom(bytes))));
  }

  public static Value text(String text) {
    return immediate(
        array(DataType.STRING),
        TensorValue.newBuilder()
            .setStrings(TensorValue.RepeatedStrings.newBuilder().addValues(text)));
  }

  private static Value immediate(ValueType type, TensorValue.Builder value) {
    return Value.newBuilder()
        .setType(type)
        .setImmediateValue(Value.ImmediateValue.newBuilder().setTensor(value))
        .build();
  }

  /** A blob: its type's number in the file, its bytes, the unused bits of the last. */
  public record Blob(int type, ByteString bytes, int padding) {
    public Blob(int type, byte[] bytes, int padding) {
      this(type, ByteString.copyFrom(bytes), padding);
    }

    /** Of float32 numbers 0, 1, 2 and so on. */
    public static Blob counting(int count) {
      ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < count; i++) {
        bytes.putFloat(i);
      }
      return new Blob(2, bytes.array(), 0);
    }
  }

  /** A file of constants, each at the next multiple of 64. */
  public static byte[] blobFile(Blob... blobs) {
    int size = 64;
    for (Blob blob : blobs) {
      size = (size + 63) / 64 * 64 + 64 + blob.bytes().size();
    }
    ByteBuffer file = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(0, blobs.length).putInt(4, 2);
    int place = 64;
    for (Blob blob : blobs) {
      place = (place + 63) / 64 * 64;
      file.putInt(place, 0xDEADBEEF)
          .putInt(place + 4, blob.type())
          .putLong(place + 8, blob.bytes().size())
          .putLong(place + 16, place + 64)
          .putLong(place + 24, blob.padding());
      file.put(place + 64, blob.bytes().toByteArray());
      place += 64 + blob.bytes().size();
    }
    return file.array();
  }

  /** The manifest of a package with a model and a file of constants. */
  public static String manifest() {
    return """
    {
        "fileFormatVersion": "1.0.0",
        "itemInfoEntries": {
            "model": {
                "author": "com.apple.CoreML",
                "description": "CoreML Model Specification",
                "name": "model.mlmodel",
                "path": "com.apple.CoreML/model.mlmodel"
            },
            "weights": {
                "author": "com.apple.CoreML",
                "description": "CoreML Model Weights",
                "name": "weights",
                "path": "com.apple.CoreML/weights"
            }
        },
        "rootModelIdentifier": "model"
    }
    """;
  }

  /** The files of a package by their path, to be changed. */
  public static Map<String, byte[]> parts(Model model, Blob... blobs) {
    Map<String, byte[]> parts = new TreeMap<>();
    parts.put("Manifest.json", manifest().getBytes(StandardCharsets.UTF_8));
    parts.put(MODEL, ModelWriter.toBytes(model));
    parts.put(WEIGHTS, blobFile(blobs));
    return parts;
  }

  /** The files of {@link #linear}. */
  public static Map<String, byte[]> parts() {
    return parts(linear().build(), Blob.counting(64));
  }

  public static ModelFiles files(Map<String, byte[]> parts) {
    Map<String, FileContent> files = new TreeMap<>();
    parts.forEach((path, bytes) -> files.put(path, FileContent.of(bytes)));
    return ModelFiles.tree(files);
  }

  /** Changes the function main of a model. */
  public static void changeMain(Model.Builder model, Consumer<Function.Builder> change) {
    Function.Builder main = model.getMlProgram().getFunctionsOrThrow("main").toBuilder();
    change.accept(main);
    model.getMlProgramBuilder().putFunctions("main", main.build());
  }

  /** Changes the only block of the function main of a model. */
  public static void changeBlock(Model.Builder model, Consumer<Block.Builder> change) {
    changeMain(
        model,
        main -> {
          Block.Builder block = main.getBlockSpecializationsOrThrow(main.getOpset()).toBuilder();
          change.accept(block);
          main.putBlockSpecializations(main.getOpset(), block.build());
        });
  }

  /** Changes the operation of the function main that makes a value. */
  public static void change(
      Model.Builder model, String output, Consumer<Operation.Builder> change) {
    changeBlock(
        model,
        block ->
            block.getOperationsBuilderList().stream()
                .filter(operation -> operation.getOutputs(0).getName().equals(output))
                .forEach(change));
  }
}
