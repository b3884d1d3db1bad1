package org.quantsweep.coreml.mlprogram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quantsweep.coreml.Programs.array;
import static org.quantsweep.coreml.Programs.constant;
import static org.quantsweep.coreml.Programs.floats;
import static org.quantsweep.coreml.Programs.integers;
import static org.quantsweep.coreml.Programs.literal;
import static org.quantsweep.coreml.Programs.name;
import static org.quantsweep.coreml.Programs.operation;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.quantsweep.UsageException;
import org.quantsweep.coreml.ComputeUnit;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Deployment;
import org.quantsweep.coreml.DeploymentTarget;
import org.quantsweep.coreml.Guardrail;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.proto.mil.DataType;
import org.quantsweep.proto.mil.Operation;
import org.quantsweep.quantize.Scheme;

/** Which forms a program may take where it is to run. */
class ProgramDeploymentTest {
  private static Deployment on(String target, ComputeUnit unit) {
    return new Deployment(Optional.ofNullable(target).map(DeploymentTarget::parse), unit);
  }

  private static CoreMLModel model(String opset, int version, String target, ComputeUnit unit) {
    return MadePrograms.plain(opset, version).forDeployment(on(target, unit));
  }

  private static void refuses(CoreMLModel model, String scheme, String message) {
    TreeMap<String, Scheme> schemes = new TreeMap<>(Map.of("w", Scheme.parse(scheme)));
    assertThatThrownBy(() -> new ModelEncoder(model).encode(new QuantizationPlan(schemes)))
        .isInstanceOf(UsageException.class)
        .hasMessage(message);
  }

  /** x, then an operation that means something else under CoreML7, then a product with w. */
  private static CoreMLModel with(Operation.Builder... before) {
    MadePrograms.Constants file = new MadePrograms.Constants();
    Operation.Builder[] all = new Operation.Builder[before.length + 3];
    all[0] = MadePrograms.bias();
    System.arraycopy(before, 0, all, 1, before.length);
    all[before.length + 1] = file.drawn("w", 16, 16);
    all[before.length + 2] = MadePrograms.linear("z", "changed", "w");
    return MadePrograms.read(MadePrograms.model("CoreML6", 7, all), file);
  }

  private static void refusesToRaise(CoreMLModel model, String reason) {
    refuses(
        model,
        "int4",
        "made.mlpackage: weight tensor 'w' cannot be stored as int4: it needs opset CoreML8, under"
            + " which "
            + reason
            + ".\nMaybe list the weight tensors with quantsweep inspect.");
    // What CoreML6 has needs no other opset.
    TreeMap<String, Scheme> schemes = new TreeMap<>(Map.of("w", Scheme.parse("int8")));
    new ModelEncoder(model).encode(new QuantizationPlan(schemes));
  }

  @Test
  void aZeroInAShapeIsCountedFromTheOtherSide() {
    refusesToRaise(
        with(
            constant("shape", integers(array(DataType.INT32, 2), 0, 16)),
            operation("reshape", "changed", MadePrograms.ROW, "x", "shape", "shape")),
        "operation 'changed' (reshape) counts a 0 in its shape from the other side there");
  }

  @Test
  void negativeIndicesAreOutOfBounds() {
    refusesToRaise(
        with(
            constant("places", integers(array(DataType.INT32, 1), -1)),
            constant("axis", integers(array(DataType.INT32), 0)),
            operation("gather", "changed", MadePrograms.ROW, "x", "indices", "places")
                .putInputs("axis", name("axis"))),
        "operation 'changed' (gather) has negative indices, which are out of bounds there");
  }

  @Test
  void scatteredIndicesToo() {
    refusesToRaise(
        with(
            constant("data", floats(MadePrograms.ROW, new float[16])),
            constant("places", integers(array(DataType.INT32, 1), -1)),
            constant("axis", integers(array(DataType.INT32), 0)),
            operation("scatter", "changed", MadePrograms.ROW)
                .putInputs("data", name("data"))
                .putInputs("indices", name("places"))
                .putInputs("updates", name("x"))
                .putInputs("axis", name("axis"))),
        "operation 'changed' (scatter) has negative indices, which are out of bounds there");
  }

  @Test
  void operationsWithOtherParametersAreNamed() {
    for (String type : List.of("crop_resize", "non_maximum_suppression")) {
      refusesToRaise(
          with(operation(type, "changed", MadePrograms.ROW, "x", "boxes", "bias")),
          "operation 'changed' (" + type + ") has other parameters there");
    }
  }

  private static Operation.Builder clip(float beta) {
    return operation("clip", "changed", MadePrograms.ROW, "x", "alpha", "alpha")
        .putInputs("beta", literal(floats(array(DataType.FLOAT32), beta)));
  }

  /** From iOS 17 on alpha must be below beta. */
  @ParameterizedTest
  @CsvSource({"6, 0, 6.0, 0.0", "0.5, 0.5, 0.5, 0.5"})
  void aClipWithoutARangeIsNamed(float alpha, float beta, String least, String most) {
    refusesToRaise(
        with(constant("alpha", floats(array(DataType.FLOAT32), alpha)), clip(beta)),
        "operation 'changed' (clip) has an alpha ("
            + least
            + ") that is not below its beta ("
            + most
            + "), as it must be there");
  }

  @Test
  void aClipOfARangeIsRaised() {
    CoreMLModel model = with(constant("alpha", floats(array(DataType.FLOAT32), 0)), clip(6));
    TreeMap<String, Scheme> schemes = new TreeMap<>(Map.of("w", Scheme.parse("int4")));
    new ModelEncoder(model).encode(new QuantizationPlan(schemes));
  }

  /** Indices from 0 on and shapes without zeros mean the same. */
  @Test
  void whatMeansTheSameIsRaised() {
    CoreMLModel model =
        with(
            constant("shape", integers(array(DataType.INT32, 2), 1, -1)),
            operation("reshape", "same", MadePrograms.ROW, "x", "shape", "shape"),
            constant("places", integers(array(DataType.INT32, 1), 0)),
            constant("axis", integers(array(DataType.INT32), 0)),
            operation("gather", "changed", MadePrograms.ROW, "same", "indices", "places")
                .putInputs("axis", name("axis")));
    TreeMap<String, Scheme> schemes = new TreeMap<>(Map.of("w", Scheme.parse("int4")));
    new ModelEncoder(model).encode(new QuantizationPlan(schemes));
  }

  @Test
  void aProgramOfTheNewMeaningIsLeftAlone() {
    MadePrograms.Constants file = new MadePrograms.Constants();
    CoreMLModel model =
        MadePrograms.read(
            MadePrograms.model(
                "CoreML7",
                8,
                MadePrograms.bias(),
                constant("shape", integers(array(DataType.INT32, 2), 0, 16)),
                operation("reshape", "changed", MadePrograms.ROW, "x", "shape", "shape"),
                file.drawn("w", 16, 16),
                MadePrograms.linear("z", "changed", "w")),
            file);
    TreeMap<String, Scheme> schemes = new TreeMap<>(Map.of("w", Scheme.parse("int4")));
    new ModelEncoder(model).encode(new QuantizationPlan(schemes));
  }

  @Test
  void aTargetBelowTheProgramIsRefused() {
    assertThatThrownBy(() -> model("CoreML8", 9, "macOS14", ComputeUnit.ALL))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "an ML Program of opset CoreML8 loads on iOS 18, macOS 15 and later, not on macOS14.\n"
                + "Maybe write --deployment-target iOS18, or convert the model again for an earlier"
                + " system.");
    assertThatThrownBy(() -> model("CoreML5", 6, "iOS13", ComputeUnit.ALL))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "an ML Program of opset CoreML5 loads on iOS 15, macOS 12 and later, not on iOS13.\n"
                + "Maybe write --deployment-target iOS15, or convert the model again for an earlier"
                + " system.");
  }

  @ParameterizedTest
  @CsvSource({", CoreML5, 6", "iOS15, CoreML5, 6", "watchOS8, CoreML5, 6"})
  void nothingIsCompressedBeforeIos16(String target, String opset, int version) {
    CoreMLModel model = model(opset, version, target, ComputeUnit.ALL);
    assertThatThrownBy(model::requireCompressible)
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "made.mlpackage: an ML Program for iOS 15 cannot be compressed: iOS 16, macOS 13 are"
                + " the first that load compressed constants.\nMaybe write --deployment-target"
                + " iOS16, which raises what the model needs.");
  }

  @ParameterizedTest
  @CsvSource({
    "int4, int4",
    "lut-kmeans:3, lut:3",
    "int8@block4, int8@block4",
    "sparse:0.5+lut:4," + " sparse:0.5+lut:4",
    "lut:4+int8, lut:4+int8",
    "lut:4@vector2, lut:4@vector2",
    "lut-unique:4@vector16, lut-unique:4@vector16"
  })
  void aFormThatTheTargetCannotLoadIsRefused(String scheme, String spelled) {
    for (String target : List.of("iOS16", "macOS14")) {
      String system = target.equals("iOS16") ? "iOS 16, macOS 13" : "iOS 17, macOS 14";
      refuses(
          model("CoreML6", 7, target, ComputeUnit.ALL),
          scheme,
          "scheme ("
              + spelled
              + ") needs iOS 18, macOS 15, but the model is to load on "
              + system
              + ".\nMaybe write --deployment-target iOS18.");
    }
  }

  @ParameterizedTest
  @CsvSource({"lut:4@channel", "lut:6@block32"})
  void aTableWithScalesNeedsIos26(String scheme) {
    refuses(
        model("CoreML6", 7, "iOS18", ComputeUnit.CPU),
        scheme,
        "scheme ("
            + scheme
            + ") needs iOS 26, macOS 26, but the model is to load on iOS 18, macOS 15.\n"
            + "Maybe write --deployment-target iOS26.");
  }

  /** Tables with scales end the process of whoever loads them for the GPU or the Neural Engine. */
  @ParameterizedTest
  @EnumSource(ComputeUnit.class)
  void tablesWithScalesAreOfferedForTheProcessorAlone(ComputeUnit unit) {
    CoreMLModel model = model("CoreML6", 7, "iOS26", unit);
    assertThat(options(model).contains("lut:4@channel")).isEqualTo(unit == ComputeUnit.CPU);
    assertThat(options(model).contains("lut:6@channel+calibrated"))
        .isEqualTo(unit == ComputeUnit.CPU);
    TreeMap<String, Scheme> schemes = new TreeMap<>(Map.of("w", Scheme.parse("lut:2@channel")));
    new ModelEncoder(model).encode(new QuantizationPlan(schemes));
  }

  /** The flag is the permission: without it the package's own system is the limit. */
  @Test
  void withoutATargetTheProgramsOwnSystemIsTheLimit() {
    assertThat(texts(model("CoreML6", 7, null, ComputeUnit.CPU)))
        .contains("int8", "uint8@tensor", "lut:6", "lut-linear:4")
        .doesNotContain("int4", "lut:3", "lut:4@group16", "int8@block32");
    assertThat(texts(model("CoreML6", 7, "iOS18", ComputeUnit.CPU)))
        .contains("int4", "uint4@block32", "lut:3", "lut:4@group16", "int8@block32");
    assertThat(texts(model("CoreML8", 9, null, ComputeUnit.CPU))).contains("int4");
  }

  private static List<String> texts(CoreMLModel model) {
    return model.format().uniformSchemes().stream().map(model.format()::spelled).toList();
  }

  private static List<String> options(CoreMLModel model) {
    return options(model, "w");
  }

  private static List<String> options(CoreMLModel model, String identity) {
    WeightTensor w =
        model.weightTensors().stream()
            .filter(tensor -> tensor.identity().equals(identity))
            .findFirst()
            .orElseThrow();
    return model.format().options(w).stream().map(model.format()::spelled).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "ANE, false, false, false, true",
    "GPU, true, true, false, true",
    "CPU, true, true, true, true",
    "ALL, false, false, false, true",
  })
  void whatIsReportedBadlyOnAUnitIsNotOffered(
      ComputeUnit unit, boolean blocks8, boolean blocks4, boolean tables4, boolean others) {
    CoreMLModel model = model("CoreML6", 7, "iOS18", unit);
    List<String> uniform = texts(model);
    assertThat(uniform.contains("int8@block32")).isEqualTo(blocks8);
    assertThat(uniform.contains("uint4@block32")).isEqualTo(blocks4);
    assertThat(uniform.contains("lut:4")).isEqualTo(tables4);
    assertThat(uniform.contains("lut:4@group16")).isEqualTo(tables4);
    assertThat(uniform.containsAll(List.of("int8", "int4", "lut:3", "lut:6"))).isEqualTo(others);
    List<String> options = options(model);
    assertThat(options.contains("lut:4")).isEqualTo(tables4);
    assertThat(options).doesNotContain("lut:4@channel");
    assertThat(options.contains("sparse:0.5+lut:4")).isEqualTo(tables4);
    assertThat(options).contains("int8", "lut:6", "sparse:0.5+lut:6", "lut:6+calibrated");
    // Nobody reports anything against these.
    assertThat(options).contains("sparse:0.5+int8", "lut:6@vector2", "lut:8@vector2+calibrated");
    // Whoever names it gets it.
    TreeMap<String, Scheme> schemes = new TreeMap<>(Map.of("w", Scheme.parse("lut:4@group8")));
    new ModelEncoder(model).encode(new QuantizationPlan(schemes));
  }

  /** At equal bytes leaving weights out never won there. Whoever names it gets it. */
  @Test
  void sparseFormsAreNoOptionsOfConvolutions() {
    float[] kernel = new float[256];
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] = i - 99.5f;
    }
    CoreMLModel model =
        with(
                constant("deep", integers(array(DataType.INT32, 3), 1, 16, 1)),
                operation("reshape", "r", array(DataType.FLOAT32, 1, 16, 1), "x", "shape", "deep"),
                constant("kernel", floats(array(DataType.FLOAT32, 16, 16, 1), kernel)),
                operation("conv", "c", array(DataType.FLOAT32, 1, 16, 1), "r", "weight", "kernel"),
                constant("flat", integers(array(DataType.INT32, 2), 1, 16)),
                operation("reshape", "changed", MadePrograms.ROW, "c", "shape", "flat"))
            .forDeployment(on("iOS18", ComputeUnit.CPU));
    assertThat(options(model, "w")).contains("int8", "sparse:0.5+int8", "sparse:0.5+lut:4");
    assertThat(options(model, "kernel"))
        .contains("int8", "lut:4+calibrated")
        .noneMatch(scheme -> scheme.startsWith("sparse:"));
    TreeMap<String, Scheme> schemes =
        new TreeMap<>(Map.of("kernel", Scheme.parse("sparse:0.5+lut:4")));
    new ModelEncoder(model).encode(new QuantizationPlan(schemes));
  }

  @Test
  void guardrailsAreToldWithTheirSources() {
    assertThat(model("CoreML6", 7, "iOS26", ComputeUnit.ALL).format().guardrails())
        .extracting(Guardrail::toString)
        .containsExactly(
            "8-bit codes in blocks are silently wrong on the Neural Engine"
                + " (apple/coreai-models#279)",
            "4-bit codes in blocks are for the GPU; the Neural Engine prefers a scale for each"
                + " channel (coremltools guide, opt-quantization-perf)",
            "4-bit look-up tables turn wrong or crash on the Neural Engine after some calls"
                + " (apple/coremltools#2716)",
            "look-up tables with scales end the process while macOS 26 loads them for the Neural"
                + " Engine (apple/coremltools#2688)",
            "look-up tables with scales fail the verification of MPSGraph, the GPU's compiler, on"
                + " macOS 26 (apple/coremltools#2688)",
            "4-bit look-up tables are reported to crash on the GPU of macOS 26 while they are"
                + " loaded (apple/coremltools#2688, #2716)");
    assertThat(model("CoreML6", 7, "iOS18", ComputeUnit.CPU).format().guardrails()).isEmpty();
    assertThat(model("CoreML6", 7, "iOS18", ComputeUnit.ALL).format().guardrails()).hasSize(4);
    // They speak of programs for iOS 18.
    assertThat(model("CoreML6", 7, "iOS17", ComputeUnit.ALL).format().guardrails()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lut:5|lut:5|its tables have 1, 2, 3, 4, 6 or 8 bits|lut:6",
        "lut-linear:7|lut-linear:7|its tables have 1, 2, 3, 4, 6 or 8 bits|lut:8",
        "linear:5|uint5|its linear codes have 4 or 8 bits|uint8",
        "int3|int3|its linear codes have 4 or 8 bits|int4",
        "lut-linear:4@channel|lut-linear:4@channel|tables with a scale for each channel or block"
            + " are lut-kmeans, of floats and of all weights|lut:4@channel",
        "lut-unique:4@block32|lut-unique:4@block32|tables with a scale for each channel or block"
            + " are lut-kmeans, of floats and of all weights|lut:4@block32",
        "lut:4@channel+int8|lut:4@channel+int8|tables with a scale for each channel or block are"
            + " lut-kmeans, of floats and of all weights|lut:4@channel",
        "sparse:0.5+lut:4@channel|sparse:0.5+lut:4@channel|tables with a scale for each channel or"
            + " block are lut-kmeans, of floats and of all weights|lut:4@channel",
        "lut:5@channel|lut:5@channel|its tables have 1, 2, 3, 4, 6 or 8 bits|lut:6",
        "lut-linear:4@vector2|lut-linear:4@vector2|tables of vectors are lut-kmeans or"
            + " lut-unique, of all weights|lut:4@vector2",
        "sparse:0.5+lut:4@vector2|sparse:0.5+lut:4@vector2|tables of vectors are lut-kmeans or"
            + " lut-unique, of all weights|lut:4@vector2",
        "int4@group16|int4@group16|a scale is the whole weight tensor's, an output channel's or a"
            + " block's|int4@block32",
      })
  void whatProgramsDoNotHaveIsRefused(String scheme, String spelled, String reason, String cure) {
    refuses(
        MadePrograms.plain("CoreML8", 9),
        scheme,
        "scheme ("
            + spelled
            + ") cannot be stored in an ML Program: "
            + reason
            + ".\nMaybe write "
            + cure
            + ".");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "int4@block7|its 16 input channels cannot be cut into blocks of 7",
        "int4@block32|its 16 input channels cannot be cut into blocks of 32",
        "lut:4@group5|its 16 output channels cannot be cut into groups of 5",
        "lut:4@vector3|its 16 output channels cannot be cut into vectors of 3",
        "sparse:0.5@block9|its 16 output channels are not two blocks of 9",
        "sparse:4of9|its 16 input channels are not two groups of 9",
      })
  void whatDoesNotFitAWeightTensorIsRefused(String scheme, String reason) {
    refuses(
        MadePrograms.plain("CoreML8", 9),
        scheme,
        "made.mlpackage: weight tensor 'w' cannot be stored as "
            + scheme
            + ": "
            + reason
            + ".\nMaybe list the weight tensors with quantsweep inspect.");
  }

  @Test
  void vectorsHaveNoCodes() {
    TreeMap<String, Scheme> schemes = new TreeMap<>(Map.of("bias", Scheme.parse("int8")));
    assertThatThrownBy(
            () ->
                new ModelEncoder(MadePrograms.plain("CoreML8", 9))
                    .encode(new QuantizationPlan(schemes)))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "made.mlpackage: weight tensor 'bias' cannot be stored as int8: only weight tensors of"
                + " rank 2 and more have codes.\nMaybe list the weight tensors with quantsweep"
                + " inspect.");
  }

  @Test
  void aSparseFormKeepsAtLeastOneWeight() {
    ModelEncoder encoder = new ModelEncoder(MadePrograms.plain("CoreML8", 9));
    for (String scheme : List.of("sparse:below9", "sparse:below9+int4", "sparse:below9+lut:2")) {
      assertThat(encoder.unstorable("w", Scheme.parse(scheme)).orElseThrow().reason())
          .isEqualTo("none of its 256 weights would be left");
    }
    assertThat(encoder.unstorable("w", Scheme.parse("sparse:0.9+int4"))).isEmpty();
  }

  /** What is printed of a program is read again. */
  @Test
  void shortSpellingsAreReadAsWhatTheyStandFor() {
    CoreMLModel model = model("CoreML8", 9, null, ComputeUnit.CPU);
    for (String scheme : MadePrograms.SCHEMES) {
      Scheme parsed = Scheme.parse(scheme);
      assertThat(model.format().spelled(parsed)).isEqualTo(scheme);
      if (parsed instanceof Scheme.Compression compression) {
        assertThat(model.format().spelled(compression.fitted())).isEqualTo(scheme + "+calibrated");
        assertThat(Scheme.parse(scheme + "+calibrated")).isEqualTo(compression.fitted());
      }
    }
    assertThat(model.format().spelled(Scheme.parse("lut-custom:mine:4")))
        .isEqualTo("lut-custom:mine:4");
  }

  @Test
  void schemesOfOneFormAreOneOption() {
    List<String> options = options(model("CoreML8", 9, null, ComputeUnit.CPU));
    // One group of sixteen channels is the whole; blocks of 32 do not fit.
    assertThat(options)
        .contains("lut:4", "lut:4@vector2", "int8", "int4", "uint4")
        .doesNotContain("lut:4@group16", "int4@block32");
    assertThat(options.get(0)).isEqualTo("full");
    assertThat(options).doesNotHaveDuplicates();
  }
}
