package org.quantsweep.coreml.mlprogram;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.ModelKind;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.NpzArrays;
import org.quantsweep.testing.SharedData;

/** Real packages: as people publish them, and compressed by coremltools 9.0 in every form. */
class SharedProgramsTest {
  /** Whose files of constants we write otherwise. */
  private static final List<String> OTHERWISE =
      List.of(
          // Equal blobs lie there more than once.
          "BasicPitch.mlpackage",
          // Their reserved bytes hold what memory held.
          "EmotionClassifier.mlpackage",
          "MNIST_dhruvweaver.mlpackage",
          // Equal codes and scales of different layers.
          "RxnAlbert_f16_ios18_sdpa__prune60_pal4.mlpackage",
          "SileroVAD_f16_ios17__int8sym_channel.mlpackage",
          "SqueezeNet_f16_ios16__int8sym_channel.mlpackage");

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

  /** Reading and writing gives the same files; nothing of a model is lost or made up. */
  @Test
  void everyPackageIsWrittenBackAsItWas() throws IOException {
    for (Path file : all()) {
      CoreMLModel model = ModelReader.read(file);
      if (model.kind() != ModelKind.ML_PROGRAM) {
        continue;
      }
      ModelFiles files = model.format().encode(Map.of());

      assertThat(files).as(file.toString()).isEqualTo(FilesOf.folder(file));
      assertThat(files.files().keySet()).isEqualTo(FilesOf.folder(file).files().keySet());
    }
  }

  /**
   * All constants written anew: the same values, and where coremltools wrote them the same file.
   */
  @Test
  void everyPackageWithItsConstantsWrittenAnewHoldsTheSameValues() throws IOException {
    List<String> otherwise = new ArrayList<>();
    for (Path file : all()) {
      ModelFiles given = FilesOf.folder(file);
      ModelFiles rewritten = rewritten(given);

      CoreMLModel before = ModelReader.read(given, file.getFileName().toString());
      CoreMLModel after = ModelReader.read(rewritten, file.getFileName().toString());
      assertThat(identities(after)).isEqualTo(identities(before));
      for (int i = 0; i < before.weightTensors().size(); i++) {
        assertThat(bits(after.weightTensors().get(i).values()))
            .as(file + ", " + before.weightTensors().get(i))
            .isEqualTo(bits(before.weightTensors().get(i).values()));
      }
      assertThat(rewritten(rewritten)).isEqualTo(rewritten);
      if (!weights(rewritten).equals(weights(given))) {
        otherwise.add(file.getFileName().toString());
      }
    }

    assertThat(otherwise).isEqualTo(OTHERWISE);
  }

  private static List<Path> all() throws IOException {
    List<Path> all = new ArrayList<>(packages("models"));
    all.addAll(packages("compressed"));
    return all;
  }

  private static List<String> identities(CoreMLModel model) {
    return model.weightTensors().stream().map(WeightTensor::identity).toList();
  }

  private static ModelFiles rewritten(ModelFiles given) throws IOException {
    return FilesOf.rewritten(given);
  }

  private static Map<String, Sha256Digest> weights(ModelFiles files) {
    Map<String, Sha256Digest> weights = new TreeMap<>();
    files
        .files()
        .forEach(
            (path, content) -> {
              if (path.contains("/weights/")) {
                weights.put(path, content.digest());
              }
            });
    return weights;
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
