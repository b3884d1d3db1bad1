package org.quantsweep.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Times two models that hold the same network, run by run in turn, on the same engine.
 *
 * <pre>benchmarks/twin_speed.sh MODEL TWIN [RUNS]</pre>
 */
final class TwinSpeed {
  private static final int WARM_UP = 5;

  private TwinSpeed() {}

  public static void main(String[] arguments) throws PredictionException {
    int runs = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 60;
    CoreMLModel model = ModelReader.read(Path.of(arguments[0]));
    CoreMLModel twin = ModelReader.read(Path.of(arguments[1]));
    try (Predictor one = InferenceEngines.onnxRuntime().open(model);
        Predictor other = InferenceEngines.onnxRuntime().open(twin)) {
      List<Double> ratios = new ArrayList<>();
      Map<String, Tensor> inputs = noise(one);
      Map<String, Tensor> twinInputs = noise(other);
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
          twin.name(),
          runs,
          ratios.get(runs / 4),
          ratios.get(3 * runs / 4));
    }
  }

  private static double seconds(Predictor predictor, Map<String, Tensor> inputs)
      throws PredictionException {
    long start = System.nanoTime();
    predictor.predict(inputs);
    return (System.nanoTime() - start) / 1e9;
  }

  /** The same numbers for every model with inputs of the same sizes. */
  private static Map<String, Tensor> noise(Predictor predictor) {
    Random random = new Random(0);
    Map<String, Tensor> inputs = new TreeMap<>();
    for (InputDescription input : predictor.inputs()) {
      Shape shape =
          input instanceof InputDescription.Picture picture
              ? Shape.of(picture.colorSpace().channels(), picture.height(), picture.width())
              : ((InputDescription.Array) input).shape();
      float[] numbers = new float[Math.toIntExact(shape.elementCount())];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = random.nextInt(256);
      }
      inputs.put(input.name(), Tensor.wrap(shape, numbers));
    }
    return inputs;
  }
}
