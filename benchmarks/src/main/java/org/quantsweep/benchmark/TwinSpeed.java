package org.quantsweep.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.inference.onnxruntime.OnnxRuntime;
import org.quantsweep.inference.run.GraphEngine;
import org.quantsweep.inference.run.GraphEngineException;
import org.quantsweep.inference.run.OpenGraph;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Times two models that hold the same network, run by run in turn, on the same engine. The twin may
 * be an ONNX file that {@code onnx_twin.py} has made: its inputs and outputs have the model's names
 * and shapes.
 *
 * <pre>benchmarks/twin_speed.sh MODEL TWIN [RUNS]</pre>
 */
final class TwinSpeed {
  private static final int WARM_UP = 5;

  private TwinSpeed() {}

  /** One of the two. */
  private interface Runner extends AutoCloseable {
    void run(Map<String, Tensor> inputs) throws Exception;

    @Override
    void close();
  }

  public static void main(String[] arguments) throws Exception {
    int runs = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 60;
    CoreMLModel model = ModelReader.read(Path.of(arguments[0]));
    Path second = Path.of(arguments[1]);
    boolean isGraph = arguments[1].endsWith(".onnx");
    CoreMLModel twin = isGraph ? model : ModelReader.read(second);
    Map<String, Tensor> inputs = noise(model);
    Map<String, Tensor> twinInputs = noise(twin);
    try (Runner one = predictor(model);
        Runner other = isGraph ? graph(second, model) : predictor(twin)) {
      List<Double> ratios = new ArrayList<>();
      for (int run = 0; run < WARM_UP + runs; run++) {
        double ratio = seconds(one, inputs) / seconds(other, twinInputs);
        if (run >= WARM_UP) {
          ratios.add(ratio);
        }
      }
      ratios.sort(null);
      System.out.printf(
          "%s takes %.3f of the time of %s (median of %d; quartiles %.3f and %.3f)%n",
          model.name(),
          ratios.get(runs / 2),
          second.getFileName(),
          runs,
          ratios.get(runs / 4),
          ratios.get(3 * runs / 4));
    }
  }

  private static double seconds(Runner runner, Map<String, Tensor> inputs) throws Exception {
    long start = System.nanoTime();
    runner.run(inputs);
    return (System.nanoTime() - start) / 1e9;
  }

  private static Runner predictor(CoreMLModel model) {
    Predictor opened = InferenceEngines.onnxRuntime().open(model);
    return new Runner() {
      @Override
      public void run(Map<String, Tensor> inputs) throws PredictionException {
        opened.predict(inputs);
      }

      @Override
      public void close() {
        opened.close();
      }
    };
  }

  private static Runner graph(Path file, CoreMLModel model) throws Exception {
    Map<String, Shape> inputs = new TreeMap<>();
    noise(model).forEach((name, tensor) -> inputs.put(name, tensor.shape()));
    Map<String, Shape> outputs = new LinkedHashMap<>();
    for (OutputDescription output : model.outputs()) {
      outputs.put(output.name(), ((OutputDescription.Array) output).shape());
    }
    LoweredModel.OnnxBytes bytes = new LoweredModel.OnnxBytes(Files.readAllBytes(file));
    OpenGraph opened =
        new OnnxRuntime(InferenceEngine.RUN_LIMIT)
            .open(
                new LoweredModel(bytes, inputs, List.copyOf(outputs.keySet()), outputs),
                GraphEngine.Use.WHOLE);
    return new Runner() {
      @Override
      public void run(Map<String, Tensor> given) throws GraphEngineException {
        opened.run(given);
      }

      @Override
      public void close() {
        opened.close();
      }
    };
  }

  /**
   * The same numbers for every model with inputs of the same sizes: values of a picture, or zeros
   * and ones, which may be tokens and masks. Others would overflow, and what overflows is slow.
   */
  private static Map<String, Tensor> noise(CoreMLModel model) {
    Random random = new Random(0);
    Map<String, Tensor> inputs = new TreeMap<>();
    for (InputDescription input : model.inputs()) {
      Shape shape =
          input instanceof InputDescription.Picture picture
              ? Shape.of(picture.colorSpace().channels(), picture.height(), picture.width())
              : ((InputDescription.Array) input).shape();
      boolean isWhole = input instanceof InputDescription.Array array && array.integer();
      float[] numbers = new float[Math.toIntExact(shape.elementCount())];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = random.nextInt(isWhole ? 2 : 256);
      }
      inputs.put(input.name(), Tensor.wrap(shape, numbers));
    }
    return inputs;
  }
}
