package org.quantsweep.coreml.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.neuralnetwork.ModelWriter;
import org.quantsweep.coreml.neuralnetwork.NetworkFormat;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.testing.SharedData;

/** Real models, as people publish them. */
class SharedModelsTest {
  private static List<Path> models() throws IOException {
    try (Stream<Path> files = Files.list(SharedData.path("models"))) {
      return files.filter(file -> file.toString().endsWith(".mlmodel")).sorted().toList();
    }
  }

  @Test
  void everyFileIsWrittenBackWithTheSameMessage() throws IOException {
    for (Path file : models()) {
      CoreMLModel model = ModelReader.read(file);

      byte[] written = ModelWriter.toBytes(NetworkFormat.message(model));

      assertThat(Model.parseFrom(written))
          .as(file.toString())
          .isEqualTo(NetworkFormat.message(model));
      assertThat(NetworkFormat.message(model)).isEqualTo(Model.parseFrom(Files.readAllBytes(file)));
      assertThat(ModelWriter.toBytes(NetworkFormat.message(model))).isEqualTo(written);
    }
  }

  @Test
  void everyWeightTensorOfEveryFileDecodes() throws IOException {
    for (Path file : models()) {
      CoreMLModel model = ModelReader.read(file);

      assertThat(model.weightTensors()).as(file.toString()).isNotEmpty();
      assertThat(model.weightTensors().stream().map(WeightTensor::identity))
          .doesNotHaveDuplicates();
      for (WeightTensor tensor : model.weightTensors()) {
        assertThat(tensor.values().shape()).as(tensor.identity()).isEqualTo(tensor.shape());
      }
    }
  }
}
