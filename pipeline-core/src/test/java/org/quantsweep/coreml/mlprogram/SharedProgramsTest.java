package org.quantsweep.coreml.mlprogram;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.NpzArrays;
import org.quantsweep.testing.SharedData;

/** Real packages: as people publish them, and compressed by coremltools 9.0 in every form. */
class SharedProgramsTest {
  /** In all files of decoded values together. */
  private static final int ARRAYS = 89;

  static List<Path> packages(String folder) throws IOException {
    try (Stream<Path> files = Files.list(SharedData.path(folder))) {
      return files.filter(file -> file.toString().endsWith(".mlpackage")).sorted().toList();
    }
  }

  /** The decoded arrays are named after the operation that takes them, and its parameter. */
  @Test
  void everyCompressedTensorDecodesToTheBitsOfCoremltools() throws IOException {
    int compared = 0;
    int compressed = 0;
    for (Path file : packages("compressed")) {
      CoreMLModel model = ModelReader.read(file);
      String name = file.getFileName().toString().replace(".mlpackage", ".npz");
      Map<String, Tensor> expected = NpzArrays.read(SharedData.path("compressed/decoded/" + name));
      for (Map.Entry<String, Tensor> array : expected.entrySet()) {
        WeightTensor tensor = taken(model, array.getKey());

        compressed += tensor.storage().isQuantized() ? 1 : 0;
        assertThat(tensor.values().shape()).isEqualTo(array.getValue().shape());
        assertThat(bits(tensor.values()))
            .as(name + ", " + array.getKey())
            .isEqualTo(bits(array.getValue()));
        compared++;
      }
    }

    // Pruning by a threshold left one as it was, and grouping another whose channels do not divide.
    assertThat(compared).isEqualTo(ARRAYS);
    assertThat(compressed).isEqualTo(ARRAYS - 2);
  }

  /** A constant that several operations take is a weight tensor of the first one. */
  private static WeightTensor taken(CoreMLModel model, String operationAndParameter) {
    int dot = operationAndParameter.lastIndexOf('.');
    String parameter = operationAndParameter.substring(dot + 1);
    Operation operation =
        ProgramFormat.function(model).body().operations().stream()
            .filter(each -> !each.outputs().isEmpty())
            .filter(
                each ->
                    each.outputs().get(0).name().equals(operationAndParameter.substring(0, dot)))
            .findFirst()
            .orElseThrow();
    Binding.Name constant = (Binding.Name) operation.inputs().get(parameter).get(0);
    return model.weightTensors().stream()
        .filter(tensor -> tensor.identity().equals(constant.name()))
        .findFirst()
        .orElseThrow();
  }

  private static int[] bits(Tensor tensor) {
    float[] values = tensor.toArray();
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }
}
