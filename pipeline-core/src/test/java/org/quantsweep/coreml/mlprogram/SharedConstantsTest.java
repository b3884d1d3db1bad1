package org.quantsweep.coreml.mlprogram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quantsweep.coreml.Programs.array;
import static org.quantsweep.coreml.Programs.blob;
import static org.quantsweep.coreml.Programs.constant;
import static org.quantsweep.coreml.Programs.integers;
import static org.quantsweep.coreml.Programs.literal;
import static org.quantsweep.coreml.Programs.name;
import static org.quantsweep.coreml.Programs.operation;

import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Programs;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.mil.Argument;
import org.quantsweep.proto.mil.Block;
import org.quantsweep.proto.mil.DataType;
import org.quantsweep.proto.mil.Operation;
import org.quantsweep.proto.mil.Value;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

class SharedConstantsTest {
  private static final Value ONE = integers(array(DataType.INT32), 1);
  private static final Value LIST_OF_ONE = integers(array(DataType.INT32, 1), 1);

  private static SharedConstants none(String... handedOut) {
    return SharedConstants.of(new ProgramBlock(List.of(), List.of(handedOut), List.of()));
  }

  private static Operation made(String constant, Value value) {
    return constant(constant, value).build();
  }

  private static Operation softmax(String output, String x, String axis) {
    return operation("softmax", output, MadePrograms.ROW, x, "axis", axis).build();
  }

  @Test
  void theFirstOfEqualConstantsStandsForTheOthers() {
    SharedConstants shared = none("handed_out");
    assertThat(shared.isKnown(made("a", ONE))).isFalse();
    assertThat(shared.isKnown(made("b", ONE))).isTrue();
    // Of another type; handed out by a block; in a file.
    assertThat(shared.isKnown(made("list", LIST_OF_ONE))).isFalse();
    assertThat(shared.isKnown(made("handed_out", ONE))).isFalse();
    Value stored = blob(array(DataType.INT32), 64);
    assertThat(shared.isKnown(made("file", stored))).isFalse();
    assertThat(shared.isKnown(made("same_place", stored))).isFalse();

    assertThat(shared.taking(softmax("y", "x", "b"))).isEqualTo(softmax("y", "x", "a"));
    Operation other = softmax("y", "x", "list");
    assertThat(shared.taking(other)).isSameAs(other);
    Argument several = name("b").toBuilder().mergeFrom(literal(ONE)).mergeFrom(name("x")).build();
    assertThat(
            shared
                .taking(other.toBuilder().putInputs("values", several).build())
                .getInputsOrThrow("values"))
        .isEqualTo(name("a").toBuilder().mergeFrom(literal(ONE)).mergeFrom(name("x")).build());
  }

  @Test
  void whatABlockInsideKnowsIsNotKnownOutside() {
    SharedConstants outside = none();
    assertThat(outside.isKnown(made("a", ONE))).isFalse();
    SharedConstants inside = outside.within();
    assertThat(inside.isKnown(made("b", ONE))).isTrue();
    assertThat(inside.isKnown(made("list", LIST_OF_ONE))).isFalse();
    assertThat(outside.isKnown(made("list_too", LIST_OF_ONE))).isFalse();
    assertThat(outside.taking(softmax("y", "x", "b"))).isEqualTo(softmax("y", "x", "b"));
  }

  @Test
  void aNameOfTwoMeaningsIsLeftAlone() {
    ProgramBlock inner =
        new ProgramBlock(
            List.of(
                new NamedType(
                    "a",
                    new ProgramType.Array(
                        org.quantsweep.coreml.mlprogram.DataType.INT32, Optional.empty()))),
            List.of(),
            List.of());
    NamedType a = inner.inputs().get(0);
    ProgramBlock body =
        new ProgramBlock(
            List.of(),
            List.of(),
            List.of(
                new org.quantsweep.coreml.mlprogram.Operation(
                    "const", Map.of(), Map.of(), List.of(a), List.of(inner))));
    SharedConstants shared = SharedConstants.of(body);
    assertThat(shared.isKnown(made("a", ONE))).isFalse();
    assertThat(shared.isKnown(made("b", ONE))).isFalse();
    assertThat(shared.isKnown(made("c", ONE))).isTrue();
    assertThat(shared.taking(softmax("y", "x", "c"))).isEqualTo(softmax("y", "x", "b"));
  }

  /** The codes hold the weights exactly, so that all answers must stay the same. */
  @Test
  void aPackageAnswersAsBeforeWithoutThem() throws Exception {
    MadePrograms.Constants file = new MadePrograms.Constants();
    float[] sixteen = new float[256];
    for (int i = 0; i < sixteen.length; i++) {
      sixteen[i] = (i * 7 % 16 - 5) / 8f;
    }
    Block.Builder yes =
        Block.newBuilder()
            .addOperations(constant("axis_3", ONE))
            .addOperations(softmax("yes", "b", "axis_3"))
            .addOutputs("yes");
    Block.Builder no =
        Block.newBuilder()
            .addOperations(constant("first", integers(array(DataType.INT32), 0)))
            .addOperations(softmax("no", "b", "first"))
            .addOutputs("no");
    CoreMLModel given =
        MadePrograms.read(
            MadePrograms.model(
                "CoreML6",
                7,
                MadePrograms.bias(),
                constant("w", file.at(array(DataType.FLOAT32, 16, 16), sixteen)),
                constant("axis_1", ONE),
                softmax("a", "x", "axis_1").toBuilder(),
                constant("axis_2", ONE),
                softmax("b", "a", "axis_2").toBuilder(),
                constant("pick", MadePrograms.truth(true)),
                operation("cond", "c", MadePrograms.ROW)
                    .putInputs("pred", name("pick"))
                    .addBlocks(yes)
                    .addBlocks(no),
                MadePrograms.linear("z", "c", "w")),
            file);
    ModelEncoder encoder = new ModelEncoder(given);
    QuantizationPlan plan = new QuantizationPlan(new TreeMap<>(Map.of("w", Scheme.parse("lut:4"))));
    ModelFiles files = encoder.encode(plan);

    assertThat(encoder.encodedSize(plan)).isEqualTo(files.size());
    Block main;
    try (InputStream in = files.files().get(Programs.MODEL).open()) {
      main =
          Model.parseFrom(in)
              .getMlProgram()
              .getFunctionsOrThrow("main")
              .getBlockSpecializationsOrThrow("CoreML6");
    }
    assertThat(names(main)).containsExactly("bias", "w", "axis_1", "a", "b", "pick", "c", "z");
    assertThat(names(main.getOperations(6).getBlocks(0))).containsExactly("yes");
    assertThat(names(main.getOperations(6).getBlocks(1))).containsExactly("first", "no");
    assertThat(main.getOperations(6).getBlocks(0).getOperations(0))
        .isEqualTo(softmax("yes", "b", "axis_1"));
    float[] row = new float[16];
    for (int i = 0; i < row.length; i++) {
      row[i] = i % 5 - 1.5f;
    }
    Map<String, Tensor> input = Map.of("x", Tensor.wrap(Shape.of(1, 16), row));
    try (Predictor before = InferenceEngines.onnxRuntime().open(given);
        Predictor after =
            InferenceEngines.onnxRuntime().open(ModelReader.read(files, "encoded.mlpackage"))) {
      assertThat(after.predict(input)).isEqualTo(before.predict(input));
    }
  }

  private static List<String> names(Block block) {
    return block.getOperationsList().stream().map(own -> own.getOutputs(0).getName()).toList();
  }
}
