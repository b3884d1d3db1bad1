package org.quantsweep.coreml.mlprogram;

import static org.quantsweep.coreml.Programs.array;
import static org.quantsweep.coreml.Programs.bytes;
import static org.quantsweep.coreml.Programs.constant;
import static org.quantsweep.coreml.Programs.floats;
import static org.quantsweep.coreml.Programs.function;
import static org.quantsweep.coreml.Programs.integers;
import static org.quantsweep.coreml.Programs.name;
import static org.quantsweep.coreml.Programs.operation;
import static org.quantsweep.coreml.Programs.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Networks;
import org.quantsweep.coreml.Programs;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.mil.Block;
import org.quantsweep.proto.mil.DataType;
import org.quantsweep.proto.mil.Function;
import org.quantsweep.proto.mil.Operation;
import org.quantsweep.proto.mil.Value;
import org.quantsweep.proto.mil.ValueType;
import org.quantsweep.quantize.HalfPrecisionCodec;

/** Programs from x [1, 16] to z [1, 16] with constants in a file, of drawn numbers. */
public final class MadePrograms {
  /** Every form that programs have. */
  static final List<String> SCHEMES =
      List.of(
          "full",
          "half",
          "int8",
          "uint8@tensor",
          "int8@block4",
          "int4",
          "uint4@tensor",
          "uint4@block8",
          "lut:1",
          "lut:2",
          "lut:3",
          "lut:4",
          "lut:6",
          "lut:8",
          "lut-linear:4",
          "lut:2@group4",
          "lut:3@vector2",
          "lut:2@vector4",
          "lut:1@vector8+int8",
          "lut:4+int8",
          "lut:2@group2+int8",
          "lut:1@channel",
          "lut:3@channel",
          "lut:2@block4",
          "sparse:0.5",
          "sparse:2of4",
          "sparse:0.5@block2",
          "sparse:below0.8",
          "sparse:0.5+int8",
          "sparse:0.5+uint4",
          "sparse:0.75+lut:2",
          "sparse:2of4+lut:4+int8");

  private MadePrograms() {}

  /** Arrays in a file of constants, and where they lie. */
  static final class Constants {
    private final List<Programs.Blob> blobs = new ArrayList<>();
    private final Random random = new Random(5);
    private long end = 64;

    private long add(int type, byte[] bytes) {
      long place = (end + 63) / 64 * 64;
      end = place + 64 + bytes.length;
      blobs.add(new Programs.Blob(type, bytes, 0));
      return place;
    }

    /** A constant of drawn float32 numbers. */
    Operation.Builder drawn(String name, long... lengths) {
      int count = 1;
      for (long length : lengths) {
        count *= (int) length;
      }
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = (float) random.nextGaussian();
      }
      return constant(name, at(array(DataType.FLOAT32, lengths), values));
    }

    Value at(ValueType type, float... values) {
      return Programs.blob(
          type,
          add(
              2,
              ElementBytes.of(
                  org.quantsweep.coreml.mlprogram.DataType.FLOAT32,
                  TensorValue.floats(
                      org.quantsweep.coreml.mlprogram.DataType.FLOAT32,
                      org.quantsweep.tensor.Shape.of(values.length),
                      () -> values))));
    }

    private Programs.Blob[] blobs() {
      return blobs.toArray(new Programs.Blob[0]);
    }
  }

  static final ValueType ROW = array(DataType.FLOAT32, 1, 16);

  static Operation.Builder linear(String output, String x, String weight) {
    return operation("linear", output, ROW, x, "weight", weight).putInputs("bias", name("bias"));
  }

  static Operation.Builder bias() {
    return constant("bias", floats(array(DataType.FLOAT32, 16), new float[16]));
  }

  static Model.Builder model(String opset, int version, Operation.Builder... operations) {
    return model(version, Map.of("main", function(opset, operations).build()));
  }

  static Model.Builder model(int version, Map<String, Function> functions) {
    Model.Builder model = Model.newBuilder().setSpecificationVersion(version);
    if (functions.size() == 1) {
      model
          .getDescriptionBuilder()
          .addInput(Networks.array("x", 1, 16))
          .addOutput(Networks.array("z", 1, 16));
    } else {
      new TreeMap<>(functions)
          .keySet()
          .forEach(
              name ->
                  model
                      .getDescriptionBuilder()
                      .addFunctionsBuilder()
                      .setName(name)
                      .addInput(Networks.array("x", 1, 16))
                      .addOutput(Networks.array("z", 1, 16)));
      model.getDescriptionBuilder().setDefaultFunctionName("main");
    }
    model.getMlProgramBuilder().setVersion(1).putAllFunctions(functions);
    return model;
  }

  static CoreMLModel read(Model.Builder model, Constants constants) {
    return read(files(model, constants));
  }

  private static CoreMLModel read(ModelFiles files) {
    return ModelReader.read(files, "made.mlpackage");
  }

  private static ModelFiles files(Model.Builder model, Constants constants) {
    return Programs.files(Programs.parts(model.build(), constants.blobs()));
  }

  /** One function: two weight tensors, one taken twice, and one in the program itself. */
  static CoreMLModel plain(String opset, int version) {
    return read(plainFiles(opset, version));
  }

  /** The files of {@link #plain}. */
  public static ModelFiles plainFiles(String opset, int version) {
    Constants file = new Constants();
    return files(
        model(
            opset,
            version,
            bias(),
            file.drawn("w", 16, 16),
            linear("a", "x", "w"),
            linear("b", "a", "w"),
            file.drawn("v", 16, 16),
            linear("z", "b", "v")),
        file);
  }

  /** Two constants of the same numbers, at two places in the file, and another. */
  static CoreMLModel twins() {
    Constants file = new Constants();
    float[] values = new float[256];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) file.random.nextGaussian();
    }
    ValueType square = array(DataType.FLOAT32, 16, 16);
    return read(
        model(
            "CoreML8",
            9,
            bias(),
            constant("w", file.at(square, values)),
            constant("v", file.at(square, values)),
            file.drawn("u", 16, 16),
            linear("a", "x", "w"),
            linear("b", "a", "v"),
            linear("z", "b", "u")),
        file);
  }

  /** Few output channels of 320 inputs each, which are the sixteen numbers over and over. */
  static CoreMLModel wide(String opset, int version, int channels) {
    Constants file = new Constants();
    ValueType answers = array(DataType.FLOAT32, 1, channels);
    return read(
        model(
            opset,
            version,
            constant("often", integers(array(DataType.INT32, 2), 1, 20)),
            operation("tile", "wide", array(DataType.FLOAT32, 1, 320), "x", "reps", "often"),
            file.drawn("w", channels, 320),
            constant("b", floats(array(DataType.FLOAT32, channels), new float[channels])),
            operation("linear", "y", answers, "wide", "weight", "w").putInputs("bias", name("b")),
            constant("times", integers(array(DataType.INT32, 2), 1, 16 / channels)),
            operation("tile", "z", ROW, "y", "reps", "times")),
        file);
  }

  /** Constants in the blocks of a condition and of a loop, two of them with one name. */
  static CoreMLModel nested() {
    Constants file = new Constants();
    Block.Builder yes =
        Block.newBuilder()
            .addOperations(file.drawn("v", 16, 16))
            .addOperations(linear("yes", "a", "v"))
            .addOutputs("yes");
    Block.Builder no =
        Block.newBuilder()
            .addOperations(file.drawn("v", 16, 16))
            .addOperations(linear("no", "a", "v"))
            .addOutputs("no");
    Block.Builder goesOn =
        Block.newBuilder()
            .addInputs(Programs.named("loop", ROW))
            .addOperations(constant("limit", floats(array(DataType.FLOAT32, 1, 1), 100)))
            .addOperations(constant("axes", integers(array(DataType.INT32, 1), 1)))
            .addOperations(constant("keep", truth(true)))
            .addOperations(
                operation(
                        "reduce_max", "most", array(DataType.FLOAT32, 1, 1), "loop", "axes", "axes")
                    .putInputs("keep_dims", name("keep")))
            .addOperations(
                operation("less", "under", array(DataType.BOOL, 1, 1), "most", "y", "limit"))
            .addOperations(constant("none", integers(array(DataType.INT32, 2), 0, 1)))
            .addOperations(
                operation("squeeze", "goes_on", array(DataType.BOOL), "under", "axes", "none"))
            .addOutputs("goes_on");
    Block.Builder body =
        Block.newBuilder()
            .addInputs(Programs.named("loop", ROW))
            .addOperations(file.drawn("u", 16, 16))
            .addOperations(linear("step", "loop", "u"))
            .addOutputs("step");
    return read(
        model(
            "CoreML6",
            7,
            bias(),
            file.drawn("w", 16, 16),
            linear("a", "x", "w"),
            constant("pick", truth(true)),
            operation("cond", "c", ROW)
                .putInputs("pred", name("pick"))
                .addBlocks(yes)
                .addBlocks(no),
            operation("while_loop", "z", ROW)
                .putInputs("loop_vars", name("c"))
                .addBlocks(goesOn)
                .addBlocks(body)),
        file);
  }

  static Value truth(boolean value) {
    return Value.newBuilder()
        .setType(array(DataType.BOOL))
        .setImmediateValue(
            Value.ImmediateValue.newBuilder()
                .setTensor(
                    org.quantsweep.proto.mil.TensorValue.newBuilder()
                        .setBools(
                            org.quantsweep.proto.mil.TensorValue.RepeatedBools.newBuilder()
                                .addValues(value))))
        .build();
  }

  /** Two functions that share one weight tensor, under two names. */
  static CoreMLModel shared() {
    Constants file = new Constants();
    Operation.Builder w = file.drawn("w", 16, 16);
    Operation.Builder same = w.clone().setOutputs(0, w.getOutputs(0).toBuilder().setName("same"));
    return read(
        model(
            9,
            Map.of(
                "main",
                function(
                        "CoreML8",
                        bias(),
                        w,
                        file.drawn("own", 16, 16),
                        linear("a", "x", "w"),
                        linear("z", "a", "own"))
                    .build(),
                "other",
                function("CoreML8", bias(), same, linear("z", "x", "same")).build())),
        file);
  }

  /** Two functions that share one weight tensor, each with one of its own behind it. */
  public static ModelFiles twoFunctionFiles() {
    Constants file = new Constants();
    Operation.Builder w = file.drawn("w", 16, 16);
    Map<String, Function> functions = new TreeMap<>();
    for (String name : List.of("main", "other")) {
      functions.put(
          name,
          function(
                  "CoreML8",
                  bias(),
                  w,
                  file.drawn("own", 16, 16),
                  linear("a", "x", "w"),
                  linear("z", "a", "own"))
              .build());
    }
    return files(model(9, functions), file);
  }

  /**
   * Two functions whose constants have the same codes in the file, and tables beside them.
   *
   * @param factor of the second table's entries
   */
  static CoreMLModel lookingUp(float factor) {
    Constants file = new Constants();
    byte[] indices = new byte[32];
    file.random.nextBytes(indices);
    long place = file.add(3, indices);
    Map<String, Function> functions = new TreeMap<>();
    for (String name : List.of("main", "other")) {
      float most = name.equals("main") ? 1 : factor;
      Operation.Builder w =
          operation("constexpr_lut_to_dense", "w", array(DataType.FLOAT32, 16, 16))
              .putAttributes("indices", Programs.blob(array(DataType.UINT8, 32), place))
              .putAttributes("lut", floats(array(DataType.FLOAT32, 2), -1, most))
              .putAttributes("shape", lengths());
      functions.put(name, function("CoreML6", bias(), w, linear("z", "x", "w")).build());
    }
    return read(model(9, functions), file);
  }

  /** Two functions, each as {@link #compressed(int, List)}. */
  static CoreMLModel compressed() {
    return compressed(9, List.of("main", "other"));
  }

  /**
   * Functions of CoreML6, each with a look-up table called p, of its own content, a sparse constant
   * and a cast, all in the old form; and a plain weight tensor. coremltools 9.0 reads such
   * functions in files of version 7 only, which hold one.
   */
  static CoreMLModel compressed(int version, List<String> names) {
    return read(compressedFiles(version, names));
  }

  /** The files of {@link #compressed(int, List)}. */
  public static ModelFiles compressedFiles(int version, List<String> names) {
    Constants file = new Constants();
    Map<String, Function> functions = new TreeMap<>();
    for (String name : names) {
      functions.put(
          name,
          function(
                  "CoreML6",
                  bias(),
                  table(file, "p"),
                  linear("a", "x", "p"),
                  sparse(file, "s"),
                  linear("b", "a", "s"),
                  cast(file, "h"),
                  linear("c", "b", "h"),
                  file.drawn("w", 16, 16),
                  linear("z", "c", "w"))
              .build());
    }
    return files(model(version, functions), file);
  }

  /** 16 entries. */
  static Operation.Builder table(Constants file, String name) {
    byte[] indices = new byte[128];
    file.random.nextBytes(indices);
    float[] entries = new float[16];
    for (int i = 0; i < 16; i++) {
      entries[i] = (float) file.random.nextGaussian();
    }
    return operation("constexpr_lut_to_dense", name, array(DataType.FLOAT32, 16, 16))
        .putAttributes("indices", Programs.blob(array(DataType.UINT8, 128), file.add(3, indices)))
        .putAttributes("lut", file.at(array(DataType.FLOAT32, 16), entries))
        .putAttributes("shape", lengths());
  }

  static Value lengths() {
    return bytes(array(DataType.UINT32, 2), 16, 0, 0, 0, 16, 0, 0, 0);
  }

  static Operation.Builder sparse(Constants file, String name) {
    byte[] mask = new byte[32];
    file.random.nextBytes(mask);
    int kept = java.util.BitSet.valueOf(mask).cardinality();
    float[] values = new float[kept];
    for (int i = 0; i < kept; i++) {
      values[i] = (float) file.random.nextGaussian();
    }
    return operation("constexpr_sparse_to_dense", name, array(DataType.FLOAT32, 16, 16))
        .putAttributes("mask", Programs.blob(array(DataType.UINT8, 32), file.add(3, mask)))
        .putAttributes("nonzero_data", file.at(array(DataType.FLOAT32, kept), values))
        .putAttributes("shape", lengths());
  }

  static Operation.Builder cast(Constants file, String name) {
    float[] values = new float[256];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) file.random.nextGaussian();
    }
    return operation("constexpr_cast", name, array(DataType.FLOAT32, 16, 16))
        .putAttributes(
            "source_val",
            Programs.blob(
                array(DataType.FLOAT16, 16, 16), file.add(1, HalfPrecisionCodec.encode(values))))
        .putAttributes("output_dtype", text("fp32"));
  }
}
