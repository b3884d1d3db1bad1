package org.quantsweep.inference.onnx.program;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Networks;
import org.quantsweep.coreml.Programs;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.onnx.FloatPrecision;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.mil.Argument;
import org.quantsweep.proto.mil.DataType;
import org.quantsweep.proto.mil.Operation;
import org.quantsweep.tensor.Shape;

/** A few bytes that ask for gigabytes are refused before anything is made. */
class HostileSizesTest {
  private static final String CURE =
      "). A model is judged by running all of it.\nMaybe convert the model again without it.";

  private static void refuses(String problem, Operation.Builder... operations) {
    Model.Builder model = Programs.linear();
    model
        .getMlProgramBuilder()
        .putFunctions("main", Programs.function("CoreML7", operations).build());
    model.getDescriptionBuilder().setOutput(0, Networks.array("z", 1, 16));
    CoreMLModel read =
        ModelReader.read(Programs.files(Programs.parts(model.build())), "m.mlpackage");
    ProgramFrontEnd lowering =
        new ProgramFrontEnd(
            read,
            FloatPrecision.FLOAT32,
            graph -> {
              throw new AssertionError("nothing may be computed.");
            });

    assertThatThrownBy(() -> lowering.lower(Map.of("x", Shape.of(1, 16)), List.of()))
        .isInstanceOf(BadInputException.class)
        .hasMessage("m.mlpackage: 1 operation cannot run here: " + problem + CURE);
  }

  private static Argument lengths(int... lengths) {
    return Programs.literal(
        Programs.integers(Programs.array(DataType.INT32, lengths.length), lengths));
  }

  private static Operation.Builder operation(String type, String output) {
    return Programs.operation(type, output, Programs.array(DataType.FLOAT32, -1, -1));
  }

  private static Operation.Builder filled(String output, int... lengths) {
    return operation("fill", output)
        .putInputs("shape", lengths(lengths))
        .putInputs("value", Programs.literal(Programs.floats(Programs.array(DataType.FLOAT32), 1)));
  }

  @Test
  void oneValueOfMoreThanTwoGigabytes() {
    refuses(
        "'z' (tile: it makes 4294967296 numbers, more than 536870912",
        operation("tile", "z")
            .putInputs("x", Programs.name("x"))
            .putInputs("reps", lengths(16384, 16384)));
    refuses(
        "'z' (fill: its parameters do not fit its inputs, long overflow",
        filled("z", Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE));
  }

  @Test
  void constantsThatAreTooLargeTogether() {
    refuses(
        "'z' (fill: the constants that it and those before make are 805306368 numbers, more than"
            + " 536870912",
        filled("a", 16384, 16384),
        filled("b", 16384, 16384),
        filled("z", 16384, 16384));
  }

  @Test
  void parametersThatAreTooMany() {
    refuses(
        "'z' (reshape: it takes 4194305 numbers as parameters, more than 4194304",
        filled("a", 4_194_305),
        operation("reshape", "z")
            .putInputs("x", Programs.name("x"))
            .putInputs("shape", Programs.name("a")));
  }
}
