package org.quantsweep.encode;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.quantize.QuantizedWeights;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.testing.SharedData;

class ModelEncoderTest {
  static List<Path> models() throws IOException {
    if (!SharedData.isPresent()) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(SharedData.path("models"))) {
      return files.filter(file -> file.toString().endsWith(".mlmodel")).sorted().toList();
    }
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("models")
  void encodedSizeIsTheSizeOfTheFileForEveryScheme(Path file) {
    CoreMLModel model = ModelReader.read(file);
    ModelEncoder encoder = new ModelEncoder(model);
    List<String> identities =
        WeightSelection.DEFAULT.of(model).stream().map(WeightTensor::identity).toList();
    for (Scheme scheme : model.format().uniformSchemes()) {
      QuantizationPlan plan = QuantizationPlan.uniform(scheme, identities);
      ModelFiles encoded = encoder.encode(plan);
      assertThat(encoder.encodedSize(plan)).as(scheme.toString()).isEqualTo(encoded.size());
    }
  }

  @Test
  void whatIsReadBackIsWhatTheCodesStandFor() {
    CoreMLModel model = ModelReader.read(SharedData.path("models/mnistCNN.mlmodel"));
    ModelEncoder encoder = new ModelEncoder(model);
    List<WeightTensor> selected = WeightSelection.DEFAULT.of(model);
    List<String> identities = selected.stream().map(WeightTensor::identity).toList();
    for (String text : List.of("linear:3", "linear:5@tensor", "lut-kmeans:4", "lut-linear:7")) {
      Scheme.Quantization scheme = (Scheme.Quantization) Scheme.parse(text);
      ModelFiles encoded = encoder.encode(QuantizationPlan.uniform(scheme, identities));
      CoreMLModel read = ModelReader.read(encoded, "encoded");
      assertThat(read.specificationVersion()).isEqualTo(3);
      for (int i = 0; i < selected.size(); i++) {
        WeightTensor source = selected.get(i);
        QuantizedWeights expected = model.format().quantizer(source).quantize(scheme);
        WeightTensor stored = WeightSelection.DEFAULT.of(read).get(i);
        assertThat(stored.identity()).isEqualTo(source.identity());
        assertThat(stored.values()).as(text + " " + source).isEqualTo(expected.dequantize());
      }
    }
  }
}
