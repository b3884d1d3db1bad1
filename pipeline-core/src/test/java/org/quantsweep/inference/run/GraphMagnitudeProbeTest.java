package org.quantsweep.inference.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.MagnitudeProbe;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.SharedData;

/** What would overflow on a device that computes in half precision. */
class GraphMagnitudeProbeTest {
  private static final InferenceEngine ENGINE = InferenceEngines.onnxRuntime();

  /** The change from call to call is twice what half precision holds of each. */
  @Test
  void tellsHowLargeEachHalfPrecisionValueBecomesOverAllCalls() throws PredictionException {
    CoreMLModel model = ModelReader.read(SharedData.path("models/StatefulAverage.mlpackage"));
    try (MagnitudeProbe probe = ENGINE.openProbe(model)) {
      SortedMap<String, Float> largest = probe.largest(List.of(of(40000), of(-40000)));

      assertThat(largest).containsEntry("x_to_fp16", 40000f);
      assertThat(largest).containsEntry("var_9_cast_fp16", 80000f);
      assertThat(largest.get("var_9_cast_fp16")).isGreaterThan(MagnitudeProbe.LARGEST_HALF);
    }
  }

  @Test
  void aModelInSinglePrecisionTellsNothing() throws PredictionException {
    CoreMLModel model =
        ModelReader.read(SharedData.path("models/OptionalInputWithDefault.mlpackage"));
    try (MagnitudeProbe probe = ENGINE.openProbe(model)) {
      assertThat(probe.largest(List.of(of(1e30f)))).isEmpty();
    }
  }

  private static Map<String, Tensor> of(float number) {
    float[] numbers = new float[4];
    Arrays.fill(numbers, number);
    return Map.of("x", Tensor.wrap(Shape.of(1, 4), numbers));
  }
}
