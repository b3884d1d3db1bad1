package org.quantsweep.coreml.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Networks;
import org.quantsweep.coreml.Programs;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.proto.coreml.FunctionDescription;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.mil.Block;
import org.quantsweep.proto.mil.DataType;
import org.quantsweep.proto.mil.Function;
import org.quantsweep.proto.mil.Operation;
import org.quantsweep.proto.mil.TensorType;
import org.quantsweep.proto.mil.ValueType;

/** What a program may be, and what is said of one that cannot be. */
class ProgramReaderTest {
  private static final String CURE =
      "\nMaybe make the file again with the tool that wrote it, or ask whoever published it.";

  private static final String WEIGHT =
      "'w' (const): attribute 'val' (@model_path/weights/weight.bin at ";

  private static CoreMLModel read(Map<String, byte[]> parts) {
    return ModelReader.read(Programs.files(parts), "m.mlpackage");
  }

  private static void refuses(Map<String, byte[]> parts, String problem) {
    assertThatThrownBy(() -> read(parts))
        .isInstanceOf(BadInputException.class)
        .hasMessage("m.mlpackage: " + problem + CURE);
  }

  /** Refuses the small program changed in one way. */
  private static void refuses(Consumer<Model.Builder> change, String problem) {
    Model.Builder model = Programs.linear();
    change.accept(model);
    refuses(Programs.parts(model.build(), Programs.Blob.counting(64)), problem);
  }

  /** Refuses the small program with its constants changed in one way. */
  private static void refusesBlobs(byte[] blobs, String problem) {
    Map<String, byte[]> parts = Programs.parts();
    parts.put(Programs.WEIGHTS, blobs);
    refuses(parts, problem);
  }

  private static byte[] blobs(Consumer<ByteBuffer> change) {
    byte[] blobs = Programs.blobFile(Programs.Blob.counting(64));
    change.accept(ByteBuffer.wrap(blobs).order(ByteOrder.LITTLE_ENDIAN));
    return blobs;
  }

  private static String two(String first, String second) {
    return "the model has 2 problems:\n- " + first + "\n- " + second;
  }

  @Test
  void p01_control() {
    CoreMLModel model = read(Programs.parts());

    assertThat(model.warnings()).isEmpty();
    assertThat(model.weightTensors().stream().map(WeightTensor::identity))
        .containsExactly("b", "w");
    assertThat(model.weightTensors().get(1).values().get(63)).isEqualTo(63);
    assertThat(model.weightTensors().get(0).values().toArray()).containsExactly(1, 2, 3, 4);
  }

  @Test
  void p02_weight_file_cut_in_half() {
    refusesBlobs(
        Arrays.copyOf(blobs(bytes -> {}), 192),
        WEIGHT + "64): the blob says that it has 256 bytes from 128, but the file ends after 192.");
    refusesBlobs(
        Arrays.copyOf(blobs(bytes -> {}), 100),
        WEIGHT + "64): the file ends before it, after 100 bytes.");
    refusesBlobs(
        new byte[10], WEIGHT + "64): the file has 10 bytes, too few for its header of 64.");
  }

  @Test
  void p03_weight_file_missing() {
    Map<String, byte[]> parts = Programs.parts();
    parts.remove(Programs.WEIGHTS);

    refuses(parts, WEIGHT + "64): there is no such file.");
  }

  @Test
  void p04_blob_offset_wrong() {
    refuses(model -> Programs.change(model, "w", at(128)), WEIGHT + "128): no blob begins there.");
    refuses(
        model -> Programs.change(model, "w", at(65)),
        WEIGHT + "65): its offset must be a multiple of 64, behind the header of the file.");
    refuses(
        model -> Programs.change(model, "w", at(-64)),
        WEIGHT
            + "18446744073709551552): its offset must be a multiple of 64, behind the header of"
            + " the file.");
  }

  @Test
  void p05_blob_offset_outside() {
    refuses(
        model -> Programs.change(model, "w", at(1L << 40)),
        WEIGHT + "1099511627776): the file ends before it, after 384 bytes.");
  }

  private static Consumer<Operation.Builder> at(long offset) {
    return operation ->
        operation.putAttributes(
            "val", Programs.blob(Programs.array(DataType.FLOAT32, 4, 16), offset));
  }

  @Test
  void p06_const_shape_wrong() {
    refuses(
        model ->
            Programs.change(
                model,
                "w",
                operation ->
                    operation.putAttributes(
                        "val", Programs.blob(Programs.array(DataType.FLOAT32, 4, 17), 64))),
        WEIGHT + "64): the blob has 256 bytes, but shape [4, 17] needs 272.");
  }

  @Test
  void p07_const_dtype_wrong() {
    refuses(
        model ->
            Programs.change(
                model,
                "w",
                operation ->
                    operation.putAttributes(
                        "val", Programs.blob(Programs.array(DataType.FLOAT16, 4, 16), 64))),
        WEIGHT + "64): the blob holds float32, but the value is declared as float16.");
  }

  @Test
  void p08_unknown_op() {
    refuses(
        model -> Programs.change(model, "y", operation -> operation.setType("lineal")),
        "'y' (lineal) is of a type that no opset up to CoreML9 has.");
  }

  @Test
  void anOperationThatIsNewerThanTheOpset() {
    refuses(
        model -> Programs.change(model, "y", operation -> operation.setType("slice_update")),
        "'y' (slice_update) is of a type that opset CoreML7 has not: it came with CoreML8.");
  }

  @Test
  void p09_unknown_opset() {
    refuses(
        model -> Programs.changeMain(model, main -> main.setOpset("CoreML12")),
        two(
            "function 'main' has opset 'CoreML12', but only CoreML5 to CoreML9 are known.",
            "function 'main' has blocks for [CoreML7], but none for its opset 'CoreML12'."));
  }

  @Test
  void aBlockForAnotherOpset() {
    refuses(
        model -> Programs.changeMain(model, main -> main.setOpset("CoreML8")),
        "function 'main' has blocks for [CoreML7], but none for its opset 'CoreML8'.");
  }

  @Test
  void p10_no_main() {
    refuses(
        model -> {
          Function main = model.getMlProgram().getFunctionsOrThrow("main");
          model.getMlProgramBuilder().clearFunctions().putFunctions("other", main);
        },
        "the model describes function 'main', but its program has only [other].");
  }

  @Test
  void p11_block_output_unknown() {
    refuses(
        model -> Programs.changeBlock(model, block -> block.setOutputs(0, "nope")),
        "function 'main' answers 'nope', which nothing defines.");
  }

  @Test
  void p12_version1() {
    Model.Builder model = Programs.linear().setSpecificationVersion(1);

    CoreMLModel read = read(Programs.parts(model.build(), Programs.Blob.counting(64)));

    assertThat(read.warnings())
        .containsExactly(
            "function 'main' has opset CoreML7, which needs specificationVersion 8, but the model"
                + " says 1.");
  }

  @Test
  void p13_description_output_unknown() {
    refuses(
        model -> model.getDescriptionBuilder().setOutput(0, Networks.array("nope", 2, 2)),
        two(
            "output 'nope' is described, but function 'main' has only [z].",
            "output 'z' of function 'main' is not described."));
  }

  @Test
  void p14_empty_program() {
    refuses(model -> model.getMlProgramBuilder().clearFunctions(), "the program has no function.");
  }

  @Test
  void anotherVersionOfPrograms() {
    refuses(
        model -> model.getMlProgramBuilder().setVersion(2),
        "the program says version 2, but only version 1 is known.");
  }

  @Test
  void blobsThatCannotBe() {
    refusesBlobs(blobs(bytes -> bytes.putInt(64, 7)), WEIGHT + "64): no blob begins there.");
    refusesBlobs(
        blobs(bytes -> bytes.putInt(68, 99)), WEIGHT + "64): the blob's type 99 is not known.");
    refusesBlobs(
        blobs(bytes -> bytes.putInt(4, 1)),
        WEIGHT + "64): the file says version 1, but only version 2 is known.");
    refusesBlobs(
        blobs(bytes -> bytes.putLong(72, 252)),
        WEIGHT + "64): the blob has 252 bytes, but shape [4, 16] needs 256.");
    refusesBlobs(
        blobs(bytes -> bytes.putLong(80, 127)),
        WEIGHT + "64): the blob's bytes begin at 127, no multiple of 64.");
    refusesBlobs(
        blobs(bytes -> bytes.putLong(72, -1)),
        WEIGHT
            + "64): the blob says that it has 18446744073709551615 bytes from 128, but the file"
            + " ends after 384.");
  }

  @Test
  void unusedBitsThatDoNotFit() {
    Model.Builder model = Programs.linear();
    Programs.changeBlock(
        model,
        block ->
            block.addOperations(
                0, Programs.constant("c", Programs.blob(Programs.array(DataType.UINT4, 3), 384))));
    Programs.changeMain(
        model,
        main -> {
          Block block = main.getBlockSpecializationsOrThrow("CoreML7");
          main.setOpset("CoreML8").clearBlockSpecializations();
          main.putBlockSpecializations("CoreML8", block);
        });
    Programs.Blob good = new Programs.Blob(11, new byte[] {0x21, 0x03}, 4);
    Programs.Blob bad = new Programs.Blob(11, new byte[] {0x21, 0x03}, 0);

    assertThat(read(Programs.parts(model.build(), Programs.Blob.counting(64), good)).warnings())
        .hasSize(1);
    refuses(
        Programs.parts(model.build(), Programs.Blob.counting(64), bad),
        "'c' (const): attribute 'val' (@model_path/weights/weight.bin at 384): the blob says that 0"
            + " bits of its last byte are unused, but shape [3] leaves 4.");
  }

  @Test
  void filesOfBlobsThatLieElsewhere() {
    refuses(
        model -> Programs.change(model, "w", in("weights/weight.bin")),
        "'w' (const): attribute 'val' (weights/weight.bin at 64): the file's name must begin with"
            + " '@model_path/'.");
    refuses(
        model -> Programs.change(model, "w", in("@model_path/../../Manifest.json")),
        "'w' (const): attribute 'val' (@model_path/../../Manifest.json at 64): the file's name"
            + " leads out of the package.");
  }

  private static Consumer<Operation.Builder> in(String file) {
    return operation -> {
      org.quantsweep.proto.mil.Value.Builder value =
          operation.getAttributesOrThrow("val").toBuilder();
      value.getBlobFileValueBuilder().setFileName(file);
      operation.putAttributes("val", value.build());
    };
  }

  @Test
  void aNameThatNothingDefines() {
    refuses(
        model ->
            Programs.change(
                model, "y", operation -> operation.putInputs("x", Programs.name("nope"))),
        "'y' (linear): parameter 'x' takes 'nope', which nothing before it defines.");
  }

  @Test
  void aParameterThatIsBoundToNothing() {
    refuses(
        model ->
            Programs.change(
                model,
                "y",
                operation ->
                    operation.putInputs(
                        "x",
                        org.quantsweep.proto.mil.Argument.newBuilder()
                            .addArguments(
                                org.quantsweep.proto.mil.Argument.Binding.getDefaultInstance())
                            .build())),
        "'y' (linear): parameter 'x' is bound to nothing.");
  }

  @Test
  void aValueThatIsMadeTwice() {
    refuses(
        model ->
            Programs.changeBlock(
                model,
                block ->
                    block.addOperations(
                        1,
                        Programs.constant(
                            "w", Programs.floats(Programs.array(DataType.FLOAT32), 1)))),
        "function 'main': value 'w' is made more than once in its block.");
    refuses(
        model ->
            Programs.changeMain(
                model,
                main ->
                    main.addInputs(Programs.named("x", Programs.array(DataType.FLOAT32, 1, 16)))),
        "function 'main': input 'x' is declared more than once.");
  }

  @Test
  void constantsThatContradictTheirTypes() {
    ValueType two = Programs.array(DataType.FLOAT32, 2);
    refusesConstant(
        Programs.floats(two, 1),
        "'c' (const): attribute 'val' (float32 [2]) has 1 elements, but needs 2.");
    refusesConstant(
        Programs.bytes(Programs.array(DataType.FLOAT16, 2), 0, 0, 0),
        "'c' (const): attribute 'val' (float16 [2]) has 3 bytes, but needs 4.");
    refusesConstant(
        Programs.bytes(Programs.array(DataType.UINT3, 5), 0xd1),
        "'c' (const): attribute 'val' (uint3 [5]) has 1 bytes, but needs 2.");
    refusesConstant(
        Programs.floats(Programs.array(DataType.FLOAT32, -1), 1),
        "'c' (const): attribute 'val' is constant, but its type (float32 [?]) is open.");
    refusesConstant(
        Programs.floats(Programs.array(DataType.FLOAT32, 1L << 40), 1),
        two(
            "'c' (const): attribute 'val' has an axis of length 1099511627776, more than"
                + " 2147483631.",
            "'c' (const): value 'c' has an axis of length 1099511627776, more than 2147483631."));
    refusesConstant(
        Programs.floats(Programs.array(DataType.FLOAT32, 1 << 30, 1 << 30, 1 << 30, 1 << 30), 1),
        "'c' (const): attribute 'val' (float32 [1073741824, 1073741824, 1073741824, 1073741824])"
            + " has more than 2147483631 elements.");
    refusesConstant(
        org.quantsweep.proto.mil.Value.newBuilder().setType(two).build(),
        "'c' (const): attribute 'val' has no value.");
    refusesConstant(
        Programs.floats(ValueType.getDefaultInstance(), 1),
        two(
            "'c' (const): attribute 'val' is an array, but its type is none.",
            "'c' (const): value 'c' has no type."));
    refusesConstant(
        Programs.floats(
            ValueType.newBuilder()
                .setTensorType(TensorType.newBuilder().setDataTypeValue(77).setRank(0))
                .build(),
            1),
        two(
            "'c' (const): attribute 'val' has elements of type 77, which is not known here.",
            "'c' (const): value 'c' has elements of type 77, which is not known here."));
    refusesConstant(
        Programs.floats(
            ValueType.newBuilder()
                .setTensorType(TensorType.newBuilder().setDataType(DataType.FLOAT32).setRank(3))
                .build(),
            1),
        two(
            "'c' (const): attribute 'val' has rank 3, but 0 dimensions.",
            "'c' (const): value 'c' has rank 3, but 0 dimensions."));
    refusesConstant(
        Programs.blob(Programs.array(DataType.BOOL, 64), 64),
        "'c' (const): attribute 'val' (@model_path/weights/weight.bin at 64): bool cannot lie in a"
            + " file of blobs.");
  }

  private static void refusesConstant(org.quantsweep.proto.mil.Value value, String problem) {
    refuses(
        model ->
            Programs.changeBlock(
                model, block -> block.addOperations(0, Programs.constant("c", value))),
        problem);
  }

  /** A program whose weight is one compressed constant. */
  private static Model.Builder compressed(Operation.Builder constant) {
    Model.Builder model = Programs.linear().setSpecificationVersion(9);
    model
        .getMlProgramBuilder()
        .putFunctions(
            "main",
            Programs.function(
                    "CoreML8",
                    constant,
                    Programs.operation(
                        "linear", "z", Programs.array(DataType.FLOAT32, 1, 4), "x", "weight", "w"))
                .build());
    model.getDescriptionBuilder().setOutput(0, Networks.array("z", 1, 4));
    return model;
  }

  private static Operation.Builder constexpr(String type) {
    return Programs.operation(type, "w", Programs.array(DataType.FLOAT32, 4, 16));
  }

  private static void refusesConstexpr(Operation.Builder constant, String problem) {
    refuses(
        Programs.parts(compressed(constant).build()),
        "'w' (" + constant.getType() + "): " + problem);
  }

  @Test
  void compressedConstantsThatCannotBe() {
    ValueType scalar = Programs.array(DataType.FLOAT32);
    ValueType codes = Programs.array(DataType.UINT8, 2);
    refusesConstexpr(
        constexpr("constexpr_blockwise_shift_scale"), "its parameter 'data' is missing.");
    refusesConstexpr(
        constexpr("constexpr_blockwise_shift_scale")
            .putInputs("data", Programs.literal(Programs.bytes(codes, 1, 2)))
            .putInputs("scale", Programs.literal(Programs.floats(scalar, 1))),
        "its scales [] do not have the rank of its data [2].");
    refusesConstexpr(
        constexpr("constexpr_blockwise_shift_scale")
            .putInputs("data", Programs.literal(Programs.bytes(codes, 1, 2)))
            .putInputs(
                "scale",
                Programs.literal(Programs.floats(Programs.array(DataType.FLOAT32, 3), 1, 2, 3))),
        "its scales [3] do not divide its data [2].");
    refusesConstexpr(
        constexpr("constexpr_blockwise_shift_scale")
            .putInputs("data", Programs.literal(Programs.text("codes")))
            .putInputs("scale", Programs.literal(Programs.floats(scalar, 1))),
        "its parameter 'data' is text.");
    refusesConstexpr(
        constexpr("constexpr_affine_dequantize")
            .putAttributes("quantized_data", Programs.bytes(codes, 1, 2))
            .putAttributes("scale", Programs.floats(scalar, 1))
            .putAttributes("zero_point", Programs.bytes(Programs.array(DataType.UINT8), 1))
            .putAttributes("axis", Programs.integers(Programs.array(DataType.INT32, 0))),
        "its parameter 'axis' has 0 elements, not 1.");
    refusesConstexpr(
        constexpr("constexpr_affine_dequantize")
            .putAttributes("quantized_data", Programs.bytes(codes, 1, 2))
            .putAttributes("scale", Programs.floats(scalar, 1))
            .putAttributes("zero_point", Programs.bytes(Programs.array(DataType.UINT8), 1))
            .putAttributes("axis", Programs.integers(Programs.array(DataType.INT32), 3)),
        "its axis 3 is not one of rank 1.");
    refusesConstexpr(
        constexpr("constexpr_lut_to_dense")
            .putAttributes("indices", Programs.bytes(codes, 1, 2))
            .putAttributes("lut", Programs.floats(Programs.array(DataType.FLOAT32, 2), 1, 2))
            .putAttributes(
                "shape",
                Programs.bytes(
                    Programs.array(DataType.UINT32, 2), 255, 255, 255, 255, 255, 255, 255, 255)),
        "its shape [4294967295, 4294967295] has lengths below 0, or more than 2147483631"
            + " elements.");
    refusesConstexpr(
        constexpr("constexpr_lut_to_dense")
            .putAttributes("indices", Programs.bytes(codes, 1, 2))
            .putAttributes("lut", Programs.floats(Programs.array(DataType.FLOAT32, 2), 1, 2))
            .putAttributes(
                "shape", Programs.bytes(Programs.array(DataType.UINT32, 1), 0, 0, 0, 64)),
        "it has 2 packed bytes, but its shape [1073741824] needs 134217728.");
    refusesConstexpr(
        constexpr("constexpr_lut_to_dense")
            .putAttributes("indices", Programs.bytes(codes, 1, 2))
            .putAttributes("lut", Programs.floats(Programs.array(DataType.FLOAT32, 3), 1, 2, 3))
            .putAttributes(
                "shape", Programs.bytes(Programs.array(DataType.UINT32, 1), 16, 0, 0, 0)),
        "its table has 3 entries, no power of two from 2 to 256.");
    refusesConstexpr(
        constexpr("constexpr_lut_to_dense")
            .putInputs("indices", Programs.literal(Programs.bytes(codes, 1, 2)))
            .putInputs(
                "lut",
                Programs.literal(Programs.floats(Programs.array(DataType.FLOAT32, 2), 1, 2))),
        "its tables [2] do not fit its indices [2].");
    refusesConstexpr(
        constexpr("constexpr_cast")
            .putInputs("source_val", Programs.literal(Programs.floats(scalar, 1)))
            .putInputs("output_dtype", Programs.literal(Programs.text("fp64"))),
        "it casts to 'fp64', not to 'fp32'.");
  }

  @Test
  void whatOnlyDecodingFindsNamesTheConstant() {
    Operation.Builder constant =
        constexpr("constexpr_lut_to_dense")
            .putInputs(
                "indices",
                Programs.literal(Programs.bytes(Programs.array(DataType.UINT8, 1, 2), 1, 2)))
            .putInputs(
                "lut",
                Programs.literal(
                    Programs.floats(Programs.array(DataType.FLOAT32, 1, 1, 2, 1), 1, 2)));
    CoreMLModel model = read(Programs.parts(compressed(constant).build()));

    assertThatThrownBy(() -> model.weightTensors().get(0).values())
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "m.mlpackage: weight tensor 'w' cannot be decoded: constant 'w'"
                + " (constexpr_lut_to_dense): its index 2 is not in a table of 2.\nMaybe make the"
                + " file again with the tool that wrote it, or copy it again.");
  }

  @Test
  void constantsThatAreDecodedFromOneAnotherTooDeep() {
    Model.Builder model = compressed(constexpr("constexpr_cast"));
    Programs.changeBlock(
        model,
        block -> {
          Operation last = block.getOperations(1);
          block.clearOperations();
          block.addOperations(
              Programs.constant("c0", Programs.floats(Programs.array(DataType.FLOAT32, 1), 1)));
          for (int i = 1; i <= 9; i++) {
            block.addOperations(
                Programs.operation(
                        "constexpr_blockwise_shift_scale",
                        i == 9 ? "w" : "c" + i,
                        Programs.array(DataType.FLOAT32, 1))
                    .putInputs("data", Programs.name("c" + (i - 1)))
                    .putInputs("scale", Programs.name("c" + (i - 1)))
                    .putInputs("offset", Programs.name("c" + (i - 1))));
          }
          block.addOperations(last);
        });

    refuses(
        Programs.parts(model.build()),
        "'w' (constexpr_blockwise_shift_scale): it is decoded from constants that are decoded from"
            + " others, more than 8 deep.");
  }

  @Test
  void operationsWithTheWrongNumberOfBlocksOrOutputs() {
    refuses(
        model ->
            Programs.change(
                model, "y", operation -> operation.addBlocks(Block.getDefaultInstance())),
        "'y' (linear) has 1 blocks, but needs 0.");
    refuses(
        model -> Programs.change(model, "z", Operation.Builder::clearOutputs),
        two("'z' (reshape) has no output.", "function 'main' answers 'z', which nothing defines."));
  }

  @Test
  void blocksTooDeepInEachOther() {
    Block block = Block.getDefaultInstance();
    for (int i = 0; i < 60; i++) {
      block =
          Block.newBuilder()
              .addOperations(Operation.newBuilder().setType("cond").addBlocks(block))
              .build();
    }
    Block deep = block;
    Model.Builder model = Programs.linear();
    Programs.changeMain(model, main -> main.putBlockSpecializations("CoreML7", deep));

    assertThatThrownBy(() -> read(Programs.parts(model.build())))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "m.mlpackage: its parts lie deeper in each other than those of any model.\nMaybe name a"
                + " model file, such as MobileNet.mlmodel.");
  }

  private static Consumer<Model.Builder> functions(String chosen, String... names) {
    return model -> {
      model.setSpecificationVersion(9);
      for (String name : names) {
        model
            .getDescriptionBuilder()
            .addFunctions(
                FunctionDescription.newBuilder()
                    .setName(name)
                    .addInput(Networks.array("x", 1, 16))
                    .addOutput(Networks.array("z", 2, 2)));
      }
      model.getDescriptionBuilder().clearInput().clearOutput().setDefaultFunctionName(chosen);
    };
  }

  @Test
  void aDefaultFunctionThatIsNotDescribed() {
    refuses(
        functions("other", "main"),
        "the model has defaultFunctionName 'other', which is none of its functions [main].");
    refuses(
        functions("", "main"),
        "the model has defaultFunctionName '', which is none of its functions [main].");
  }

  @Test
  void aDescribedFunctionThatTheProgramHasNot() {
    refuses(
        functions("main", "main", "other"),
        "the model describes function 'other', but its program has only [main].");
    refuses(
        functions("main", "main", "main"), "the model describes function 'main' more than once.");
  }

  @Test
  void inputsThatAreNotDescribed() {
    refuses(
        model -> model.getDescriptionBuilder().addInput(Networks.array("x", 1, 16)),
        "input 'x' of function 'main' is described more than once.");
    refuses(
        model -> model.getDescriptionBuilder().addInput(Networks.array("a", 1)),
        "input 'a' is described, but function 'main' has only [x].");
    refuses(
        model ->
            Programs.changeMain(
                model,
                main -> main.addInputs(Programs.named("a", Programs.array(DataType.FLOAT32, 1)))),
        "input 'a' of function 'main' is not described.");
  }

  @Test
  void classesThatNothingMakes() {
    refuses(
        model ->
            model
                .getDescriptionBuilder()
                .getOutputBuilder(0)
                .setType(
                    org.quantsweep.proto.coreml.FeatureType.newBuilder()
                        .setInt64Type(
                            org.quantsweep.proto.coreml.Int64FeatureType.getDefaultInstance())),
        "output 'z' of function 'main' is described as a class, but no operation 'classify' makes"
            + " it.");
    refuses(
        model ->
            model
                .getDescriptionBuilder()
                .getOutputBuilder(0)
                .setType(
                    org.quantsweep.proto.coreml.FeatureType.newBuilder()
                        .setDictionaryType(
                            org.quantsweep.proto.coreml.DictionaryFeatureType.newBuilder()
                                .setStringKeyType(
                                    org.quantsweep.proto.coreml.StringFeatureType
                                        .getDefaultInstance()))),
        "output 'z' of function 'main' is described as probabilities, but no operation 'classify'"
            + " makes it.");
  }

  @Test
  void nothingThatIsAnswered() {
    refuses(
        model ->
            model
                .getDescriptionBuilder()
                .getOutputBuilder(0)
                .setType(
                    org.quantsweep.proto.coreml.FeatureType.newBuilder()
                        .setSequenceType(
                            org.quantsweep.proto.coreml.SequenceFeatureType.getDefaultInstance())),
        "function 'main' answers no array, picture, number or class.");
  }

  @Test
  void inputsThatNoMemoryHolds() {
    refuses(
        model -> model.getDescriptionBuilder().setInput(0, Networks.array("x", 65536, 65536)),
        "input 'x' has shape [65536, 65536], more than 536870912 elements.");
    refuses(
        model ->
            Programs.changeMain(
                model,
                main ->
                    main.setInputs(
                        0, Programs.named("x", Programs.array(DataType.FLOAT32, 65536, 65536)))),
        "input 'x' of function 'main' (float32 [65536, 65536]) has more than 536870912 elements.");
  }

  @Test
  void aProgramWithoutItsPackage() {
    byte[] lone = Programs.parts().get(Programs.MODEL);

    assertThatThrownBy(() -> ModelReader.read(lone, "m.mlmodel"))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "m.mlmodel: this is an ML Program without its weights, which lie in files beside"
                + " it.\nMaybe name the .mlpackage folder that it comes from.");
  }

  @Test
  void manyProblemsAreCounted() {
    Model.Builder model = Programs.linear();
    Programs.changeBlock(
        model,
        block -> {
          for (int i = 0; i < 30; i++) {
            block.addOperations(
                0, Programs.operation("nope", "n" + i, Programs.array(DataType.FLOAT32)));
          }
        });

    assertThatThrownBy(() -> read(Programs.parts(model.build(), Programs.Blob.counting(64))))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("m.mlpackage: the model has 30 problems:\n- 'n29' (nope) is of a")
        .hasMessageEndingWith("\n- and 10 more." + CURE);
  }

  @Test
  void aTransposeThatOnlyARunTells() {
    Model.Builder model = Programs.linear();
    Programs.changeBlock(
        model,
        block ->
            block
                .addOperations(
                    1,
                    Programs.operation("identity", "t", Programs.array(DataType.BOOL))
                        .putInputs("x", Programs.name("x")))
                .addOperations(
                    2,
                    Programs.operation(
                            "matmul", "m", Programs.array(DataType.FLOAT32, 1, 4), "x", "y", "w")
                        .putInputs("transpose_y", Programs.name("t"))));

    assertThat(
            read(Programs.parts(model.build(), Programs.Blob.counting(64))).weightTensors().stream()
                .map(WeightTensor::identity)
                .toList())
        .isEqualTo(List.of("w", "b"));
  }

  /** A constant is one weight tensor, named by the block that makes it, whoever takes it. */
  @Test
  void aConstantThatSeveralBlocksTake() {
    Operation.Builder inside =
        Programs.operation(
            "linear", "q", Programs.array(DataType.FLOAT32, 1, 4), "x", "weight", "w");
    Block first =
        Block.newBuilder()
            .addOperations(
                Programs.constant("v", Programs.floats(Programs.array(DataType.FLOAT32, 2), 1, 2)))
            .addOperations(
                Programs.operation("identity", "p", Programs.array(DataType.FLOAT32, 2))
                    .putInputs("x", Programs.name("v")))
            .addOperations(inside)
            .addOutputs("q")
            .build();
    Block second = Block.newBuilder().addOperations(inside).addOutputs("q").build();
    Model.Builder model = Programs.linear();
    Programs.changeBlock(
        model,
        block ->
            block.addOperations(
                2,
                Programs.operation("cond", "c", Programs.array(DataType.FLOAT32, 1, 4))
                    .putInputs("pred", Programs.name("x"))
                    .addBlocks(first)
                    .addBlocks(second)));

    assertThat(
            read(Programs.parts(model.build(), Programs.Blob.counting(64))).weightTensors().stream()
                .map(WeightTensor::identity)
                .toList())
        .isEqualTo(List.of("c[0]/v", "w", "b"));
  }
}
