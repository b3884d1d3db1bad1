package org.quantsweep.inference.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.NetworkPart;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.TappedPredictor;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.inference.onnxruntime.OnnxRuntime;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.TinySweep;

/** What is open keeps the engine's weights, not the file that the engine took them from too. */
class OpenGraphMemoryTest {
  private final List<WeakReference<byte[]>> files = new ArrayList<>();

  private final class Remembering implements GraphEngine {
    private static final long serialVersionUID = 1L;
    private final transient GraphEngine engine = new OnnxRuntime(Duration.ofMinutes(1));

    @Override
    public OpenGraph open(LoweredModel graph, Use use) throws GraphEngineException {
      files.add(new WeakReference<>(graph.graph().sharedBytes()));
      return engine.open(graph, use);
    }

    @Override
    public String identity() {
      return engine.identity();
    }
  }

  @Test
  void theFilesOfOpenGraphsAreForgotten() throws Exception {
    CoreMLModel model = ModelReader.read(TinySweep.model(1), "tiny");
    InferenceEngine engine = new LoweringEngine(new Remembering());
    Map<String, Tensor> inputs = Map.of("x", Tensor.wrap(Shape.of(12), new float[12]));
    try (Predictor predictor = engine.open(model);
        TappedPredictor taps = engine.openTapped(model, new TreeSet<>(List.of(1)));
        NetworkPart part = engine.openPart(model, 1, model.layers().size(), Map.of())) {
      Map<String, Tensor> live = taps.run(inputs).boundaries().get(1);
      Prediction before = part.predict(live);
      assertThat(files).hasSize(3);

      for (int wait = 0;
          wait < 100 && files.stream().anyMatch(file -> !file.refersTo(null));
          wait++) {
        System.gc();
        Thread.sleep(20);
      }

      assertThat(files).allMatch(file -> file.refersTo(null));
      // They are still open.
      assertThat(part.predict(live)).isEqualTo(before);
      assertThat(taps.run(inputs).boundaries().get(1)).isEqualTo(live);
      assertThat(predictor.predict(inputs)).isEqualTo(before);
    }
  }
}
