package org.quantsweep.encode;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Networks;
import org.quantsweep.coreml.Rewrite;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.coreml.neuralnetwork.NetworkWeights;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.NpzArrays;
import org.quantsweep.testing.PythonEnvironment;
import org.quantsweep.testing.PythonEnvironment.Outcome;
import org.quantsweep.testing.SharedData;

/**
 * The real coremltools 9.0 opens every file that we write and decodes the weights that we decode,
 * bit for bit ({@code check_with_coremltools.py}).
 */
class CoremltoolsIT {
  private static final WeightSelection WITH_VECTORS =
      new WeightSelection(List.of(), List.of(), 0, true);

  private static PythonEnvironment python;

  @TempDir private Path folder;

  @BeforeAll
  static void makeTheEnvironment() {
    python =
        PythonEnvironment.of("coremltools", "the check of our files against the real coremltools");
  }

  @Test
  void coremltoolsDecodesEveryLayerTypeInEverySchemeAsWeDo() throws IOException {
    Path resources = PythonEnvironment.repository("pipeline-core/src/test/resources/coremltools");
    List<Path> models =
        List.of(
            PythonEnvironment.repository("datasets/src/main/sample/shapes.mlmodel"),
            resources.resolve("five.full.mlmodel"),
            resources.resolve("exact.full.mlmodel"));
    for (Path model : models) {
      write(model, WITH_VECTORS, NetworkWeights.uniformSchemes());
    }

    assertEqualToCoremltools(models.size() * NetworkWeights.uniformSchemes().size());
  }

  @Test
  void coremltoolsDecodesRealModelsInEverySchemeAsWeDo() throws IOException {
    List<Path> models = new ArrayList<>();
    for (String name : List.of("mnistCNN", "Cifar10", "StyleRigid")) {
      models.add(SharedData.path("models/" + name + ".mlmodel"));
    }
    for (Path model : models) {
      write(model, WeightSelection.DEFAULT, NetworkWeights.uniformSchemes());
    }
    // Large, with deconvolutions: a scheme of each kind.
    List<Scheme> someSchemes = new ArrayList<>();
    for (String scheme :
        List.of(
            "half",
            "linear:3",
            "linear:8",
            "linear:5@tensor",
            "linear-symmetric:8",
            "lut-linear:6",
            "lut-kmeans:4")) {
      someSchemes.add(Scheme.parse(scheme));
    }
    write(SharedData.path("models/HairSegmentation.mlmodel"), WeightSelection.DEFAULT, someSchemes);

    assertEqualToCoremltools(
        models.size() * NetworkWeights.uniformSchemes().size() + someSchemes.size());
  }

  /** Layers without a bias: depthwise, inner products, and convolutions before batch norms. */
  @Test
  void coremltoolsFindsTheBiasesThatSchemesAdd() throws IOException {
    CoreMLModel shapes =
        ModelReader.read(PythonEnvironment.repository("datasets/src/main/sample/shapes.mlmodel"));
    int added = 0;
    for (CoreMLModel model :
        List.of(
            shapes,
            AddedBiasFilesTest.depthwise(),
            Networks.read(AddedBiasFilesTest.innerProducts()))) {
      TreeMap<String, Scheme> schemes = new TreeMap<>();
      for (WeightTensor tensor : model.weightTensors()) {
        if (model.format().addableBias(tensor).isPresent()) {
          String form = schemes.size() % 2 == 0 ? "linear:4" : "lut-kmeans:3";
          schemes.put(tensor.identity(), Scheme.parse(form + "+bias+calibrated"));
        }
      }
      assertThat(schemes).isNotEmpty();
      ModelFiles files = AddedBiasFilesTest.encoder(model).encode(new QuantizationPlan(schemes));
      String name = "added" + added++;
      try (InputStream in = files.content().open()) {
        Files.copy(in, folder.resolve(name + ".mlmodel"));
      }
      CoreMLModel written = ModelReader.read(files, name);
      assertThat(written.weightTensors()).hasSize(model.weightTensors().size() + schemes.size());
      NpzArrays.write(folder.resolve(name + ".weights.npz"), weights(written));
    }

    assertEqualToCoremltools(added);
  }

  @Test
  void theCheckFindsOneWeightThatIsOneUnitInTheLastPlaceOff() throws IOException {
    Path model =
        PythonEnvironment.repository(
            "pipeline-core/src/test/resources/coremltools/five.linear-3.mlmodel");
    Path copy = Files.copy(model, folder.resolve("five.mlmodel"));
    Map<String, Tensor> weights = weights(ModelReader.read(model));
    Tensor right = weights.get("conv/weights");
    float[] values = right.toArray();
    values[7] = Math.nextUp(values[7]);
    weights.put("conv/weights", Tensor.wrap(right.shape(), values));
    NpzArrays.write(folder.resolve("five.weights.npz"), weights);

    Outcome outcome = check();

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.errors())
        .startsWith(
            copy
                + ": conv/weights: 1 of 216 weights differ from coremltools'; the first at flat"
                + " index 7: ours ")
        .hasLineCount(1);
  }

  private void write(Path file, WeightSelection selection, List<Scheme> schemes)
      throws IOException {
    CoreMLModel model = Rewrite.FOLD_BATCH_NORM.apply(ModelReader.read(file));
    ModelEncoder encoder = new ModelEncoder(model);
    List<String> identities = selection.of(model).stream().map(WeightTensor::identity).toList();
    String stem = file.getFileName().toString().replace(".mlmodel", "");
    for (Scheme scheme : schemes) {
      String name = stem + "." + scheme.toString().replace(':', '-').replace('@', '-');
      ModelFiles files = encoder.encode(QuantizationPlan.uniform(scheme, identities));
      try (InputStream in = files.content().open()) {
        Files.copy(in, folder.resolve(name + ".mlmodel"));
      }
      NpzArrays.write(
          folder.resolve(name + ".weights.npz"), weights(ModelReader.read(files, name)));
    }
  }

  private static Map<String, Tensor> weights(CoreMLModel model) {
    Map<String, Tensor> weights = new TreeMap<>();
    for (WeightTensor tensor : model.weightTensors()) {
      weights.put(tensor.identity(), tensor.values());
    }
    return weights;
  }

  private void assertEqualToCoremltools(int models) {
    Outcome outcome = check();
    assertThat(outcome.errors()).isEmpty();
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.output().lines().reduce("", (one, last) -> last))
        .isEqualTo(models + " models equal to coremltools 9.0.");
  }

  private Outcome check() {
    return python.run(
        PythonEnvironment.repository("pipeline-core/src/test/python/check_with_coremltools.py"),
        folder.toString());
  }
}
