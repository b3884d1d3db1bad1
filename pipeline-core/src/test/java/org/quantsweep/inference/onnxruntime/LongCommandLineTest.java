package org.quantsweep.inference.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.inference.onnx.network.TinyModels;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * ONNX Runtime 1.29.0 kills a JVM whose command line is long, as Spark's always is; a version that
 * is fit for Spark opens a session there.
 */
class LongCommandLineTest {
  private static final int LENGTH = 100_000;

  @Test
  void opensASessionInAJvmWithALongCommandLine() throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dlong=" + "a/long.jar:".repeat(LENGTH / 11),
                "-cp",
                System.getProperty("java.class.path"),
                OneAnswer.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(child.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(child.exitValue()).as(output).isZero();
    assertThat(output).endsWith("answer 3.0" + System.lineSeparator());
  }

  /** What the child does. */
  static final class OneAnswer {
    private OneAnswer() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws PredictionException {
      Model.Builder model = Model.newBuilder().setSpecificationVersion(1);
      model.getDescriptionBuilder().addInput(TinyModels.array("x", 1));
      model.getDescriptionBuilder().addOutput(TinyModels.array("y", 1));
      model.getNeuralNetworkBuilder().addLayers(TinyModels.same("x", "y"));
      try (Predictor predictor = InferenceEngines.onnxRuntime().open(TinyModels.read(model))) {
        Map<String, Tensor> inputs = Map.of("x", Tensor.wrap(Shape.of(1), new float[] {3}));
        OutputValue.Array answer = (OutputValue.Array) predictor.predict(inputs).outputs().get("y");
        System.out.println("answer " + answer.values().get(0));
      }
    }
  }
}
