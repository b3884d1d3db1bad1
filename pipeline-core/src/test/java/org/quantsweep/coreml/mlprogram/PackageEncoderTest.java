package org.quantsweep.coreml.mlprogram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quantsweep.coreml.Programs.array;
import static org.quantsweep.coreml.Programs.constant;
import static org.quantsweep.coreml.Programs.floats;
import static org.quantsweep.coreml.Programs.function;
import static org.quantsweep.coreml.Programs.integers;
import static org.quantsweep.coreml.Programs.name;
import static org.quantsweep.coreml.Programs.operation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Networks;
import org.quantsweep.coreml.Programs;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.mil.DataType;
import org.quantsweep.proto.mil.Function;
import org.quantsweep.proto.mil.Operation;
import org.quantsweep.proto.mil.Value;
import org.quantsweep.proto.mil.ValueType;
import org.quantsweep.quantize.CalibratedWeights;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.tensor.Tensor;

/** Packages whose constants are stored otherwise, on programs that are made here. */
class PackageEncoderTest {
  private static Model message(ModelFiles files) throws IOException {
    return Model.parseFrom(bytesOf(files, Programs.MODEL));
  }

  private static byte[] bytesOf(ModelFiles files, String path) throws IOException {
    try (InputStream in = files.files().get(path).open()) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      in.transferTo(out);
      return out.toByteArray();
    }
  }

  private static QuantizationPlan plan(Map<String, String> schemes) {
    TreeMap<String, Scheme> parsed = new TreeMap<>();
    schemes.forEach((tensor, scheme) -> parsed.put(tensor, Scheme.parse(scheme)));
    return new QuantizationPlan(parsed);
  }

  private static Map<String, WeightTensor> tensors(CoreMLModel model) {
    return model.weightTensors().stream()
        .collect(Collectors.toMap(WeightTensor::identity, tensor -> tensor));
  }

  /** Encodes, and checks the size that was told before, and what a reader finds. */
  private static ModelFiles encoded(CoreMLModel model, QuantizationPlan plan) {
    ModelEncoder encoder = new ModelEncoder(model);
    ModelFiles files = encoder.encode(plan);
    assertThat(encoder.encodedSize(plan)).as("size of %s", plan).isEqualTo(files.size());
    Map<String, WeightTensor> found = tensors(ModelReader.read(files, "encoded.mlpackage"));
    Map<String, Tensor> meant = encoder.decoded(plan);
    assertThat(found.keySet()).isEqualTo(tensors(model).keySet());
    for (WeightTensor tensor : model.weightTensors()) {
      assertThat(found.get(tensor.identity()).values())
          .as("%s of %s", tensor.identity(), plan)
          .isEqualTo(meant.getOrDefault(tensor.identity(), tensor.values()));
    }
    return files;
  }

  @Property(tries = 120)
  void sizesAreKnownBeforeAndFilesDecodeToWhatWasMeant(@ForAll long seed) {
    Random random = new Random(seed);
    CoreMLModel model =
        switch (random.nextInt(5)) {
          case 0 -> MadePrograms.plain("CoreML5", 6);
          case 3 -> MadePrograms.twins();
          case 1 -> MadePrograms.nested();
          case 2 -> MadePrograms.shared();
          default -> MadePrograms.compressed();
        };
    TreeMap<String, Scheme> schemes = new TreeMap<>();
    for (WeightTensor tensor : model.weightTensors()) {
      Scheme drawn =
          Scheme.parse(MadePrograms.SCHEMES.get(random.nextInt(MadePrograms.SCHEMES.size())));
      if (random.nextInt(4) > 0 && model.format().refusal(tensor, drawn).isEmpty()) {
        schemes.put(tensor.identity(), drawn);
      }
    }
    QuantizationPlan plan = new QuantizationPlan(schemes);
    assertThat(encoded(model, plan).digest()).isEqualTo(encoded(model, plan).digest());
  }

  /** An encoder keeps what it knows of the plan before: its order must not show. */
  @Property(tries = 60)
  void sizesDoNotDependOnThePlansBefore(@ForAll long seed) {
    Random random = new Random(seed);
    CoreMLModel model =
        switch (random.nextInt(5)) {
          case 0 -> MadePrograms.plain("CoreML5", 6);
          case 3 -> MadePrograms.twins();
          case 1 -> MadePrograms.nested();
          case 2 -> MadePrograms.shared();
          default -> MadePrograms.compressed();
        };
    ModelEncoder encoder = new ModelEncoder(model);
    TreeMap<String, Scheme> schemes = new TreeMap<>();
    for (int step = 0; step < 12; step++) {
      for (WeightTensor tensor : model.weightTensors()) {
        Scheme drawn =
            Scheme.parse(MadePrograms.SCHEMES.get(random.nextInt(MadePrograms.SCHEMES.size())));
        switch (random.nextInt(3)) {
          case 0 -> schemes.remove(tensor.identity());
          case 1 -> {
            if (model.format().refusal(tensor, drawn).isEmpty()) {
              schemes.put(tensor.identity(), drawn);
            }
          }
          default -> {
            // It stays as it was.
          }
        }
      }
      QuantizationPlan plan = new QuantizationPlan(schemes);
      assertThat(encoder.encodedSize(plan))
          .as("size of %s", plan)
          .isEqualTo(encoder.encode(plan).size());
    }
  }

  @Test
  void everySchemeChangesTheModelsSomehow() {
    for (String scheme : MadePrograms.SCHEMES) {
      CoreMLModel model = MadePrograms.plain("CoreML5", 6);
      ModelFiles files = encoded(model, plan(Map.of("w", scheme)));
      // 256 weights have no room for 256 entries, nor for a scale of each: they stay as they are.
      boolean same = scheme.equals("full") || scheme.equals("lut:8");
      assertThat(files.digest().equals(encoded(model, plan(Map.of())).digest()))
          .as(scheme)
          .isEqualTo(same);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "full, CoreML5, 6",
    "half, CoreML6, 7",
    "int8, CoreML6, 7",
    "uint8@tensor, CoreML6, 7",
    "int8@block8, CoreML8, 9",
    "int4, CoreML8, 9",
    "uint4@tensor, CoreML8, 9",
    "lut:1, CoreML6, 7",
    "lut:2, CoreML6, 7",
    "lut:3, CoreML8, 9",
    "lut:4, CoreML6, 7",
    "lut-linear:6, CoreML6, 7",
    "lut:2@group16, CoreML6, 7",
    "lut:2@group8, CoreML8, 9",
    "lut:2@vector2, CoreML8, 9",
    "lut:2@channel, CoreML9, 10",
    "lut:1@block8, CoreML9, 10",
    "lut:4+int8, CoreML8, 9",
    "sparse:0.5, CoreML6, 7",
    "sparse:2of4, CoreML6, 7",
    "sparse:0.5+int8, CoreML8, 9",
    "sparse:0.75+lut:2, CoreML8, 9",
  })
  void aFormHasTheLeastOpsetAndVersionThatLoadIt(String scheme, String opset, int version)
      throws IOException {
    Model message = message(encoded(MadePrograms.plain("CoreML5", 6), plan(Map.of("v", scheme))));
    assertThat(message.getSpecificationVersion()).isEqualTo(version);
    Function main = message.getMlProgram().getFunctionsOrThrow("main");
    assertThat(main.getOpset()).isEqualTo(opset);
    assertThat(main.getBlockSpecializationsMap()).containsOnlyKeys(opset);
  }

  @Test
  void aLaterVersionIsKept() throws IOException {
    Model message = message(encoded(MadePrograms.plain("CoreML7", 8), plan(Map.of("w", "int8"))));
    assertThat(message.getSpecificationVersion()).isEqualTo(8);
    assertThat(message.getMlProgram().getFunctionsOrThrow("main").getOpset()).isEqualTo("CoreML7");
    assertThat(types(message, "main")).contains("constexpr_affine_dequantize");
  }

  /** One output channel in two blocks has two scales, as two channels would have. */
  @Test
  void blocksOfOneChannelAreNoChannels() throws IOException {
    CoreMLModel model = MadePrograms.wide("CoreML6", 7, 1);
    Model message = message(encoded(model, plan(Map.of("w", "int8@block32"))));
    assertThat(types(message, "main")).contains("constexpr_blockwise_shift_scale");
    assertThat(message.getSpecificationVersion()).isEqualTo(9);
  }

  private static List<String> types(Model message, String function) {
    Function own = message.getMlProgram().getFunctionsOrThrow(function);
    return own.getBlockSpecializationsOrThrow(own.getOpset()).getOperationsList().stream()
        .map(Operation::getType)
        .toList();
  }

  private static Operation made(Model message, String function, String output) {
    Function own = message.getMlProgram().getFunctionsOrThrow(function);
    return own.getBlockSpecializationsOrThrow(own.getOpset()).getOperationsList().stream()
        .filter(operation -> operation.getOutputs(0).getName().equals(output))
        .findFirst()
        .orElseThrow();
  }

  private static long offset(Operation operation, String input) {
    Value value = operation.getInputsOrThrow(input).getArguments(0).getValue();
    assertThat(value.hasBlobFileValue()).as("%s of %s", input, operation).isTrue();
    return value.getBlobFileValue().getOffset();
  }

  @Test
  void whatFunctionsShareIsCompressedOnceAndStaysShared() throws IOException {
    CoreMLModel model = MadePrograms.shared();
    assertThat(tensors(model).keySet())
        .containsExactlyInAnyOrder("main/w", "main/own", "main/bias", "other/bias");
    ModelFiles files = encoded(model, plan(Map.of("main/w", "lut:4@group8")));
    Model message = message(files);
    Operation one = made(message, "main", "w");
    Operation other = made(message, "other", "same");
    for (String input : List.of("indices", "lut")) {
      assertThat(offset(one, input)).isEqualTo(offset(other, input));
    }
    // Header; metadata and bytes of indices, tables and main/own, each from a multiple of 64 on.
    assertThat(bytesOf(files, Programs.WEIGHTS))
        .hasSize(64 + (64 + 128) + (64 + 2 * 16 * 4) + (64 + 16 * 16 * 4));
  }

  /** By hand: a header, then metadata and bytes of each blob, all of them multiples of 64. */
  @ParameterizedTest
  @CsvSource({
    // Unchanged floats of w and v; codes of u of up to 512 bytes stand in the program.
    "full, full, int8, 64 + 1024",
    // Codes of w and v, floats of u.
    "int4, int4, full, 64 + 128 + 64 + 1024",
    "lut:4, lut:4, full, 64 + 128 + 64 + 1024",
    "lut:2, lut:2, full, 64 + 64 + 64 + 1024",
    // And a zero point of less than a byte.
    "uint4@tensor, uint4@tensor, int8, 64 + 128 + 64 + 1",
    // Codes of two kinds, and of one that is not changed.
    "int4, lut:4, full, 64 + 128 + 64 + 128 + 64 + 1024",
    "full, int4, full, 64 + 1024 + 64 + 128 + 64 + 1024"
  })
  void equalConstantsOfOneSchemeAreStoredOnce(String w, String v, String u, String sum)
      throws IOException {
    ModelFiles files = encoded(MadePrograms.twins(), plan(Map.of("w", w, "v", v, "u", u)));
    int bytes = 64 + Stream.of(sum.split(" \\+ ")).mapToInt(Integer::parseInt).sum();
    assertThat(bytesOf(files, Programs.WEIGHTS)).hasSize(bytes);
  }

  /** Each is fitted to inputs of its own; here the codes of u stand for those of v. */
  @Test
  void fittedCodesOfEqualConstantsAreTwo() {
    CoreMLModel model = MadePrograms.twins();
    Map<String, WeightTensor> tensors = tensors(model);
    ModelEncoder encoder =
        new ModelEncoder(
            model,
            (identity, scheme) -> {
              WeightTensor own = tensors.get(identity.equals("v") ? "u" : identity);
              return new CalibratedWeights(
                  model.format().quantizer(own).quantize(scheme.plain()), Optional.empty());
            });
    QuantizationPlan fitted = plan(Map.of("w", "int4+calibrated", "v", "int4+calibrated"));
    ModelFiles files = encoder.encode(fitted);
    assertThat(encoder.encodedSize(fitted)).isEqualTo(files.size());
    Map<String, WeightTensor> found = tensors(ModelReader.read(files, "encoded.mlpackage"));
    for (String identity : List.of("w", "v")) {
      assertThat(found.get(identity).values()).isEqualTo(encoder.decoded(fitted).get(identity));
    }
    assertThat(found.get("w").values()).isNotEqualTo(found.get("v").values());
  }

  /** Codes in the file, with tables in the program itself. */
  @Test
  void whatLooksUpOtherTablesIsNotShared() {
    assertThat(tensors(MadePrograms.lookingUp(1)).keySet())
        .containsExactlyInAnyOrder("main/bias", "main/w", "other/bias");
    Map<String, WeightTensor> own = tensors(MadePrograms.lookingUp(2));
    assertThat(own.keySet())
        .containsExactlyInAnyOrder("main/bias", "main/w", "other/bias", "other/w");
    assertThat(own.get("main/w").values()).isNotEqualTo(own.get("other/w").values());
  }

  @Test
  void whatTwoOperationsTakeIsMadeOnce() throws IOException {
    Model message = message(encoded(MadePrograms.plain("CoreML8", 9), plan(Map.of("w", "int4"))));
    assertThat(types(message, "main"))
        .containsExactly(
            "const", "constexpr_blockwise_shift_scale", "linear", "linear", "const", "linear");
  }

  @Test
  void constantsInBlocksAreMadeThere() throws IOException {
    CoreMLModel model = MadePrograms.nested();
    assertThat(tensors(model).keySet())
        .containsExactlyInAnyOrder("bias", "w", "c[0]/v", "c[1]/v", "z[0]/limit", "z[1]/u");
    Model message =
        message(
            encoded(
                model, plan(Map.of("c[0]/v", "int8", "c[1]/v", "lut:2", "z[1]/u", "sparse:0.5"))));
    Operation cond = made(message, "main", "c");
    assertThat(cond.getBlocks(0).getOperations(0).getType())
        .isEqualTo("constexpr_affine_dequantize");
    assertThat(cond.getBlocks(1).getOperations(0).getType()).isEqualTo("constexpr_lut_to_dense");
    Operation loop = made(message, "main", "z");
    assertThat(loop.getBlocks(1).getOperations(0).getType()).isEqualTo("constexpr_sparse_to_dense");
    assertThat(made(message, "main", "w").getType()).isEqualTo("const");
  }

  @Test
  void compressedConstantsGoAlongToTheNextOpset() throws IOException {
    CoreMLModel model = MadePrograms.compressed();
    Model message =
        message(encoded(model, plan(Map.of("main/w", "int4", "other/w", "int4@block8"))));
    for (String function : List.of("main", "other")) {
      Operation table = made(message, function, "p");
      assertThat(table.getAttributesMap()).containsOnlyKeys("name");
      assertThat(table.getInputsMap()).containsOnlyKeys("indices", "lut");
      assertThat(type(table, "indices")).isEqualTo(array(DataType.UINT4, 16, 16));
      assertThat(type(table, "lut")).isEqualTo(array(DataType.FLOAT32, 1, 1, 16, 1));
      Operation sparse = made(message, function, "s");
      assertThat(sparse.getInputsMap()).containsOnlyKeys("mask", "nonzero_data");
      assertThat(type(sparse, "mask")).isEqualTo(array(DataType.UINT1, 16, 16));
      Operation cast = made(message, function, "h");
      assertThat(cast.getAttributesMap()).containsOnlyKeys("name");
      assertThat(cast.getInputsMap()).containsOnlyKeys("source_val", "output_dtype");
    }
    assertThat(offset(made(message, "main", "p"), "indices"))
        .isNotEqualTo(offset(made(message, "other", "p"), "indices"));
  }

  private static ValueType type(Operation operation, String input) {
    return operation.getInputsOrThrow(input).getArguments(0).getValue().getType();
  }

  /** The other function needs nothing new: it keeps its opset and its constants. */
  @Test
  void onlyTheFunctionThatNeedsItIsRaised() throws IOException {
    Model message = message(encoded(MadePrograms.compressed(), plan(Map.of("other/w", "uint4"))));
    assertThat(message.getMlProgram().getFunctionsOrThrow("main").getOpset()).isEqualTo("CoreML6");
    assertThat(message.getMlProgram().getFunctionsOrThrow("other").getOpset()).isEqualTo("CoreML8");
    assertThat(made(message, "main", "p").getAttributesMap()).containsKey("shape");
    assertThat(made(message, "other", "p").getAttributesMap()).containsOnlyKeys("name");
  }

  @Test
  void whatIsCompressedCanBeStoredOtherwiseOrPlain() throws IOException {
    CoreMLModel model = MadePrograms.compressed();
    Model message =
        message(
            encoded(
                model,
                plan(
                    Map.of(
                        "main/p", "full", "main/s", "lut:2", "main/h", "half", "other/p", "half",
                        "other/s", "int8", "other/h", "full"))));
    assertThat(made(message, "main", "p").getType()).isEqualTo("const");
    assertThat(made(message, "main", "s").getType()).isEqualTo("constexpr_lut_to_dense");
    assertThat(made(message, "main", "h").getType()).isEqualTo("constexpr_cast");
    assertThat(made(message, "other", "p").getType()).isEqualTo("constexpr_cast");
    assertThat(made(message, "other", "h").getType()).isEqualTo("const");
  }

  /** An input, a computed value and another constant have the names that would be chosen. */
  @Test
  void namesThatAreTakenAreLeftAlone() throws IOException {
    MadePrograms.Constants file = new MadePrograms.Constants();
    Function.Builder main =
        function(
            "CoreML8",
            MadePrograms.bias(),
            file.drawn("w", 16, 16),
            MadePrograms.linear("w_mask", "x", "w"),
            file.drawn("w_lut", 16, 16),
            MadePrograms.linear("b", "w_mask", "w_lut"),
            operation("add", "z", MadePrograms.ROW, "b", "y", "w_nonzero"));
    main.addInputs(Programs.named("w_nonzero", MadePrograms.ROW));
    Model.Builder model = MadePrograms.model(9, Map.of("main", main.build()));
    model.getDescriptionBuilder().addInput(Networks.array("w_nonzero", 1, 16));
    String scheme = "sparse:0.5+lut:4+int8";
    Model message =
        message(
            encoded(MadePrograms.read(model, file), plan(Map.of("w", scheme, "w_lut", scheme))));
    Function encoded = message.getMlProgram().getFunctionsOrThrow("main");
    List<String> names = new ArrayList<>();
    encoded.getInputsList().forEach(input -> names.add(input.getName()));
    encoded
        .getBlockSpecializationsOrThrow("CoreML8")
        .getOperationsList()
        .forEach(
            operation -> operation.getOutputsList().forEach(output -> names.add(output.getName())));
    assertThat(names).doesNotHaveDuplicates();
    assertThat(names)
        .contains("w_lut_", "w_mask_", "w_nonzero_", "w_lut_lut", "w_lut_mask", "w_lut_nonzero");
  }

  /** Two scales stand in the operation; ten and more elements, and parts of bytes, in the file. */
  @Test
  void shortArraysStandInTheProgram() throws IOException {
    ModelFiles files = encoded(MadePrograms.wide("CoreML8", 9, 2), plan(Map.of("w", "uint4")));
    Operation w = made(message(files), "main", "w");
    assertThat(w.getInputsOrThrow("scale").getArguments(0).getValue().hasImmediateValue()).isTrue();
    assertThat(offset(w, "data")).isEqualTo(64);
    assertThat(offset(w, "offset")).isEqualTo(448);
    // Codes of 320 bytes from 128 on, then two zero points in one byte.
    assertThat(bytesOf(files, Programs.WEIGHTS)).hasSize(448 + 64 + 1);
  }

  /** One weight that is not zero is left, whatever share is asked for. */
  @Test
  void fewWeightsThatAreLeftStandInTheProgram() throws IOException {
    MadePrograms.Constants file = new MadePrograms.Constants();
    float[] values = new float[320];
    values[3] = 1;
    CoreMLModel model =
        MadePrograms.read(
            MadePrograms.model(
                "CoreML6",
                7,
                constant("often", integers(array(DataType.INT32, 2), 1, 20)),
                operation("tile", "wide", array(DataType.FLOAT32, 1, 320), "x", "reps", "often"),
                constant("w", file.at(array(DataType.FLOAT32, 1, 320), values)),
                constant("b", floats(array(DataType.FLOAT32, 1), 0)),
                operation("linear", "y", array(DataType.FLOAT32, 1, 1), "wide", "weight", "w")
                    .putInputs("bias", name("b")),
                constant("times", integers(array(DataType.INT32, 2), 1, 16)),
                operation("tile", "z", MadePrograms.ROW, "y", "reps", "times")),
            file);
    Operation w = made(message(encoded(model, plan(Map.of("w", "sparse:0.5")))), "main", "w");
    assertThat(w.getAttributesOrThrow("nonzero_data").hasImmediateValue()).isTrue();
    assertThat(w.getAttributesOrThrow("mask").hasImmediateValue()).isTrue();
    encoded(model, plan(Map.of("w", "sparse:0.5+lut:2")));
  }

  /** coremltools leaves them dense: it has these forms for conv and linear alone. */
  @Test
  void constantsOfOtherOperationsTakeStructuredSparseFormsToo() {
    MadePrograms.Constants file = new MadePrograms.Constants();
    CoreMLModel model =
        MadePrograms.read(
            MadePrograms.model(
                "CoreML6",
                7,
                file.drawn("w", 16, 16),
                operation("matmul", "z", MadePrograms.ROW, "x", "y", "w")),
            file);
    // Inputs lie along the first axis here, and outputs along the second.
    float[] ofFour = read(model, "sparse:2of4");
    float[] blocks = read(model, "sparse:0.5@block4");
    int empty = 0;
    for (int i = 0; i < 16; i++) {
      for (int four = 0; four < 16; four += 4) {
        int zeros = 0;
        int left = 0;
        for (int k = four; k < four + 4; k++) {
          zeros += ofFour[k * 16 + i] == 0 ? 1 : 0;
          left += blocks[i * 16 + k] == 0 ? 0 : 1;
        }
        assertThat(zeros).isEqualTo(2);
        assertThat(left).isIn(0, 4);
        empty += left == 0 ? 1 : 0;
      }
    }
    assertThat(empty).isEqualTo(32);
  }

  private static float[] read(CoreMLModel model, String scheme) {
    ModelFiles files = encoded(model, plan(Map.of("w", scheme)));
    return tensors(ModelReader.read(files, "encoded.mlpackage")).get("w").values().toArray();
  }
}
