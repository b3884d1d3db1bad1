package org.quantsweep.coreml.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quantsweep.coreml.Clipping;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.LinearUse;
import org.quantsweep.coreml.Rewrite;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.testing.SharedData;

/** What clips the outputs of layers of real models; counts are those of clipped_layers.py. */
class ClippingTest {
  private static final Clipping RELU = new Clipping(0, Double.POSITIVE_INFINITY);

  @ParameterizedTest
  @CsvSource({
    "SqueezeNet.mlmodel, 26, 0, 0",
    "EfficientNetLite0.mlmodel, 0, 33, 17",
    "mnistCNN.mlmodel, 4, 0, 1",
    "SqueezeNet_f16_ios18.mlpackage, 26, 0, 0",
    "EfficientNetLite0_f16_ios18.mlpackage, 0, 33, 17",
    "MnistCNN_f16_ios16.mlpackage, 4, 0, 1"
  })
  void isWhatFollowsALayerAlone(String name, int relu, int relu6, int none) {
    assumeThat(SharedData.isPresent()).isTrue();
    CoreMLModel read = ModelReader.read(SharedData.path("models/" + name));
    CoreMLModel model = Rewrite.FOLD_BATCH_NORM.apply(read);
    Map<Clipping, Integer> counts = new TreeMap<>(Comparator.comparing(Clipping::toString));
    for (WeightTensor tensor : model.weightTensors()) {
      Optional<LinearUse> use = model.format().linearUse(tensor);
      use.ifPresent(own -> counts.merge(own.clipping(), 1, Integer::sum));
    }
    Map<Clipping, Integer> wanted = new TreeMap<>(Comparator.comparing(Clipping::toString));
    wanted.put(RELU, relu);
    wanted.put(new Clipping(0, 6), relu6);
    wanted.put(Clipping.NONE, none);
    wanted.values().removeIf(count -> count == 0);
    assertThat(counts).isEqualTo(wanted);
  }

  @Test
  void intervalsAreThoseOfTheOutput() {
    // A ReLU6 as converters write it: max(-max(y, 0), -6) is clipped where y is not in (0, 6).
    Clipping six = RELU.then(-1, 0, -6, Double.POSITIVE_INFINITY);
    assertThat(six).isEqualTo(new Clipping(0, 6));
    assertThat(six.passes(0)).isFalse();
    assertThat(six.passes(6)).isFalse();
    assertThat(six.passes(5.9)).isTrue();
    // 2 y + 1 in [0, 3].
    assertThat(Clipping.NONE.then(2, 1, 0, 3)).isEqualTo(new Clipping(-0.5, 1));
    assertThat(Clipping.NONE.then(0, 1, 0, 3)).isEqualTo(Clipping.NONE);
  }
}
