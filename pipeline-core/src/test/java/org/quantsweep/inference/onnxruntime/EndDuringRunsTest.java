package org.quantsweep.inference.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.inference.onnx.network.TinyModels;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** A program that ends while other threads still run a network, as one does at SIGTERM. */
class EndDuringRunsTest {
  private static final int CODE = 7;

  @Test
  void theProgramEndsWithItsOwnCode() throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=/dev/null",
                "-cp",
                System.getProperty("java.class.path"),
                EndsDuringRuns.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(child.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(child.exitValue()).as(output).isEqualTo(CODE);
    assertThat(output).isEmpty();
  }

  /** The engine's library has what keeps its environment. */
  @Test
  void theEnvironmentIsKeptByAReferenceOfOurOwn() throws ReflectiveOperationException {
    assertThat(EngineEnvironment.get()).isNotNull();
    EngineEnvironment.addReference();
  }

  /** What the child does. */
  static final class EndsDuringRuns {
    private static final int THREADS = 4;

    private EndsDuringRuns() {}

    public static void main(String[] arguments) throws InterruptedException {
      Model.Builder model = Model.newBuilder().setSpecificationVersion(1);
      model.getDescriptionBuilder().addInput(TinyModels.array("x", 1));
      model.getDescriptionBuilder().addOutput(TinyModels.array("y", 1));
      model.getNeuralNetworkBuilder().addLayers(TinyModels.same("x", "y"));
      CountDownLatch running = new CountDownLatch(THREADS);
      for (int i = 0; i < THREADS; i++) {
        Thread thread = new Thread(() -> openAndRun(model, running));
        thread.setDaemon(true);
        thread.start();
      }
      running.await();
      System.exit(CODE);
    }

    /** Over and over: the environment is used most when sessions open. */
    private static void openAndRun(Model.Builder model, CountDownLatch running) {
      Map<String, Tensor> inputs = Map.of("x", Tensor.wrap(Shape.of(1), new float[] {3}));
      while (true) {
        try (Predictor predictor = InferenceEngines.onnxRuntime().open(TinyModels.read(model))) {
          predictor.predict(inputs);
          running.countDown();
        } catch (PredictionException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }
}
