package org.quantsweep.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quantsweep.UsageException;
import org.quantsweep.artifact.DownloadSize;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.testing.SharedData;

/** Codes that take a byte each: the same weights in other files. */
class BytewiseCodesTest {
  private static CoreMLModel read(ModelFiles files) {
    return ModelReader.read(files, "bytewise");
  }

  private static void requireSameWeights(CoreMLModel model, String packed) {
    ModelEncoder encoder = new ModelEncoder(model);
    for (WeightTensor tensor : model.weightTensors()) {
      Scheme wide = Scheme.parse(packed + "+bytewise");
      if (tensor.isVector() || encoder.refusal(tensor.identity(), wide).isPresent()) {
        continue;
      }
      QuantizationPlan plan = new QuantizationPlan(new TreeMap<>(Map.of(tensor.identity(), wide)));
      QuantizationPlan narrow =
          new QuantizationPlan(
              new TreeMap<>(Map.of(tensor.identity(), ((Scheme.Compression) wide).packed())));
      if (!encoder.decoded(plan).containsKey(tensor.identity())) {
        // Plain floats are smaller than its table.
        continue;
      }
      ModelFiles files = encoder.encode(plan);
      assertThat(files.size()).isEqualTo(encoder.encodedSize(plan));
      CoreMLModel again = read(files);
      WeightTensor stored = tensor(again, tensor.identity());
      assertThat(stored.values().toArray())
          .as("%s of %s", wide, tensor.identity())
          .isEqualTo(encoder.decoded(plan).get(tensor.identity()).toArray());
      if (model.format().refusal(((Scheme.Compression) wide).packed()).isEmpty()) {
        assertThat(stored.values().toArray())
            .isEqualTo(encoder.decoded(narrow).get(tensor.identity()).toArray());
        assertThat(files.size().bytes()).isGreaterThan(encoder.encode(narrow).size().bytes());
      }
    }
  }

  private static WeightTensor tensor(CoreMLModel model, String identity) {
    return model.weightTensors().stream()
        .filter(own -> own.identity().equals(identity))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aNetworkHasTheWeightsOfThePackedForm() {
    CoreMLModel model = ModelReader.read(SharedData.path("models/mnistCNN.mlmodel"));
    for (String scheme : List.of("lut-kmeans:3", "lut-linear:6", "linear:5", "linear:7@tensor")) {
      requireSameWeights(model, scheme);
    }
  }

  @Test
  void aProgramHasTheWeightsOfThePackedForm() {
    CoreMLModel model = ModelReader.read(SharedData.path("models/Cifar10_f16_ios18.mlpackage"));
    for (String scheme :
        List.of("lut:3", "lut:4@group16", "lut:5", "lut:4+int8", "lut:6@vector2", "uint6@tensor")) {
      requireSameWeights(model, scheme);
    }
    requireSameWeights(model, "int5");
  }

  /** The option's own arrays are what a file holds besides names and the rest of the network. */
  @Test
  void theArraysOfOptionsAddUpToTheDeflatedFile() {
    CoreMLModel model = ModelReader.read(SharedData.path("models/SqueezeNet.mlmodel"));
    ModelEncoder encoder = new ModelEncoder(model);
    long rest = 0;
    for (String text : List.of("linear:8", "linear:7@tensor+bytewise", "linear:4")) {
      TreeMap<String, Scheme> schemes = new TreeMap<>();
      long sum = 0;
      for (WeightTensor tensor : model.weightTensors()) {
        if (!tensor.isVector()) {
          schemes.put(tensor.identity(), Scheme.parse(text));
          sum += encoder.deflatedBytes(tensor.identity(), Scheme.parse(text));
        }
      }
      long whole = DownloadSize.of(encoder.encode(new QuantizationPlan(schemes))).bytes();
      rest = rest == 0 ? whole - sum : rest;
      assertThat((double) (whole - sum - rest) / whole).as(text).isBetween(-0.01, 0.01);
    }
  }

  @Test
  void whatTakesAByteAnywayIsRefused() {
    assertThatThrownBy(() -> Scheme.parse("linear:8+bytewise"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "scheme (linear:8+bytewise) cannot be bytewise: codes of 8 bits take a byte each"
                + " anyway.\nMaybe write linear:8.");
    assertThatThrownBy(() -> Scheme.parse("sparse:0.5+lut:4+bytewise"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("sparse weights have packed codes.\nMaybe write sparse:0.5+");
  }
}
