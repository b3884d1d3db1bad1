package org.quantsweep.encode;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.quantize.CalibratedWeights;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.NpzArrays;
import org.quantsweep.testing.SharedData;

/** Packages that we compress, against what coremltools 9.0 made of the same weights. */
class CompressedProgramsTest {
  @ParameterizedTest
  @CsvSource({
    "MnistCNN_f16_ios16, int8, MnistCNN_f16_ios16__int8sym_channel",
    "MnistCNN_f16_ios16, uint8@tensor, MnistCNN_f16_ios16__uint8asym_tensor",
    "MnistCNN_f16_ios16, lut-linear:4, MnistCNN_f16_ios16__paluniform4",
    "MnistCNN_f16_ios16, sparse:0.5, MnistCNN_f16_ios16__prune50",
    "MnistCNN_f16_ios16, sparse:0.75, MnistCNN_f16_ios16__prune75",
    "MnistCNN_f16_ios16, int8, MnistCNN_f16_ios18__int8sym_channel",
    "MnistCNN_f16_ios16, int8@block32, MnistCNN_f16_ios18__int8sym_block32",
    "MnistCNN_f16_ios16, int4, MnistCNN_f16_ios18__int4sym_channel",
    "MnistCNN_f16_ios16, int4@block32, MnistCNN_f16_ios18__int4sym_block32",
    "MnistCNN_f16_ios16, uint4@block16, MnistCNN_f16_ios18__uint4asym_block16",
    "MnistCNN_f16_ios16, sparse:0.6+int8, MnistCNN_f16_ios18__prune60_int8",
    "MnistCNN_f16_ios16, sparse:0.5, MnistCNN_f16_ios18__prune50",
    "MnistCNN_f16_ios16, sparse:2of4, MnistCNN_f16_ios18__prune_2of4",
    "MnistCNN_f16_ios16, sparse:0.5@block4, MnistCNN_f16_ios18__prune_block4",
    "MnistCNN_f32_ios15, int8, MnistCNN_f32_ios15__int8sym_channel",
    "MnistCNN_f32_ios15, sparse:0.5, MnistCNN_f32_ios15__prune50",
    "RxnAlbert_f16_ios18_sdpa, int8, RxnAlbert_f16_ios18_sdpa__int8sym_channel",
    "RxnAlbert_f16_ios18_sdpa, int4@block32, RxnAlbert_f16_ios18_sdpa__int4sym_block32",
    "SileroVAD_f16_ios17, int8, SileroVAD_f16_ios17__int8sym_channel",
    "SqueezeNet_f16_ios16, int8, SqueezeNet_f16_ios16__int8sym_channel",
    "SqueezeNet_f16_ios18, int4@block32, SqueezeNet_f16_ios18__int4sym_block32",
  })
  void givesTheWeightsOfCoremltools(String source, String scheme, String compressed)
      throws IOException {
    CoreMLModel model = ModelReader.read(SharedData.path("models/" + source + ".mlpackage"));
    ModelEncoder encoder = new ModelEncoder(model);
    Map<String, Tensor> expected =
        NpzArrays.read(SharedData.path("compressed/decoded/" + compressed + ".npz"));
    int compared = 0;
    for (Map.Entry<String, Tensor> array : expected.entrySet()) {
      WeightTensor tensor = taken(model, array.getKey());
      QuantizationPlan plan =
          new QuantizationPlan(new TreeMap<>(Map.of(tensor.identity(), Scheme.parse(scheme))));
      float[] ours = encoder.decoded(plan).get(tensor.identity()).sharedArray();
      assertThat(different(ours, array.getValue().sharedArray()))
          .as("weights of %s that differ", array.getKey())
          .isZero();
      compared++;
    }
    assertThat(compared).isPositive();
  }

  @ParameterizedTest
  @CsvSource({
    "MnistCNN_f16_ios16, lut:1, MnistCNN_f16_ios16__pal1",
    "MnistCNN_f16_ios16, lut:2, MnistCNN_f16_ios16__pal2",
    "MnistCNN_f16_ios16, lut:4, MnistCNN_f16_ios16__pal4",
    "MnistCNN_f16_ios16, lut:6, MnistCNN_f16_ios16__pal6",
    "MnistCNN_f16_ios16, lut:8, MnistCNN_f16_ios16__pal8",
    "MnistCNN_f16_ios16, lut:3, MnistCNN_f16_ios18__pal3",
    "MnistCNN_f16_ios16, lut:4@group16, MnistCNN_f16_ios18__pal4_group16",
    "MnistCNN_f16_ios16, lut:4+int8, MnistCNN_f16_ios18__pal4_int8table",
    "MnistCNN_f16_ios16, lut:4@vector2, MnistCNN_f16_ios18__palvector4_dim2",
    "MnistCNN_f16_ios16, sparse:0.6+lut:4, MnistCNN_f16_ios18__prune60_pal4",
    "RxnAlbert_f16_ios18_sdpa, lut:4@group16, RxnAlbert_f16_ios18_sdpa__pal4_group16",
    "SqueezeNet_f16_ios18, lut:4@group16, SqueezeNet_f16_ios18__pal4_group16",
  })
  void isNoFartherFromTheWeightsThanCoremltools(String source, String scheme, String compressed)
      throws IOException {
    CoreMLModel model = ModelReader.read(SharedData.path("models/" + source + ".mlpackage"));
    ModelEncoder encoder = new ModelEncoder(model);
    Map<String, Tensor> expected =
        NpzArrays.read(SharedData.path("compressed/decoded/" + compressed + ".npz"));
    for (Map.Entry<String, Tensor> array : expected.entrySet()) {
      WeightTensor tensor = taken(model, array.getKey());
      if (model.format().refusal(tensor, Scheme.parse(scheme)).isPresent()) {
        // A table of positions, which both leave as it is.
        continue;
      }
      QuantizationPlan plan =
          new QuantizationPlan(new TreeMap<>(Map.of(tensor.identity(), Scheme.parse(scheme))));
      double ours = error(tensor.values(), encoder.decoded(plan).get(tensor.identity()));
      double theirs = error(tensor.values(), array.getValue());
      // Their vectors are one draw of k-means, and so are ours.
      double slack = scheme.contains("vector") ? 1.05 : 1 + 1e-3;
      assertThat(ours).as(array.getKey()).isLessThanOrEqualTo(theirs * slack);
    }
  }

  /** Of each kind one; PackageEncoderTest has every form on programs that are made there. */
  private static final List<String> KINDS =
      List.of(
          "half",
          "int8",
          "int4@block32",
          "uint4",
          "lut:2",
          "lut:3@group16",
          "lut-linear:6",
          "lut:4+int8",
          "lut:4@channel",
          "lut:6@block16",
          "sparse:0.5",
          "sparse:1of2",
          "sparse:0.3+uint8@block32",
          "sparse:0.25+lut:4");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "MnistCNN_f16_ios16",
        "MnistCNN_f32_ios15",
        "SileroVAD_f16_ios17",
        "MultiFunctionMnist",
        "WhileLoop",
        "Condition",
      })
  void sizesAreKnownBeforeAndFilesDecodeToWhatWasMeant(String source) throws IOException {
    CoreMLModel model = ModelReader.read(SharedData.path("models/" + source + ".mlpackage"));
    ModelEncoder encoder = new ModelEncoder(model);
    List<Scheme> schemes = new ArrayList<>();
    KINDS.forEach(kind -> schemes.add(Scheme.parse(kind)));
    if (source.equals("MnistCNN_f16_ios16")) {
      List.of("lut:6@vector4", "lut:6@group8", "sparse:0.5+lut:6+int8")
          .forEach(other -> schemes.add(Scheme.parse(other)));
      schemes.addAll(model.format().uniformSchemes());
    }
    int changed = 0;
    for (Scheme scheme : schemes) {
      List<String> able =
          model.weightTensors().stream()
              .filter(tensor -> model.format().isQuantizable(tensor))
              .filter(tensor -> model.format().refusal(tensor, scheme).isEmpty())
              .map(WeightTensor::identity)
              .toList();
      QuantizationPlan plan = QuantizationPlan.uniform(scheme, able);
      ModelFiles files = encoder.encode(plan);
      assertThat(encoder.encodedSize(plan)).as("size of %s", scheme).isEqualTo(files.size());
      CoreMLModel read = ModelReader.read(files, source + " as " + scheme);
      Map<String, Tensor> meant = encoder.decoded(plan);
      Map<String, WeightTensor> found =
          read.weightTensors().stream()
              .collect(Collectors.toMap(WeightTensor::identity, tensor -> tensor));
      assertThat(found.keySet())
          .containsAll(model.weightTensors().stream().map(WeightTensor::identity).toList());
      for (WeightTensor tensor : model.weightTensors()) {
        float[] wanted = meant.getOrDefault(tensor.identity(), tensor.values()).sharedArray();
        float[] stored = found.get(tensor.identity()).values().sharedArray();
        assertThat(different(stored, wanted)).as("%s as %s", tensor, scheme).isZero();
        changed += found.get(tensor.identity()).storage().isQuantized() ? 1 : 0;
      }
      if (scheme.toString().contains("lut")) {
        assertThat(encoder.encode(plan).digest()).isEqualTo(files.digest());
      }
    }
    if (!List.of("WhileLoop", "Condition").contains(source)) {
      assertThat(changed).isPositive();
    }
  }

  /** Corrected biases are stored apart, also where they lay in one blob before. */
  @Test
  void sizesOfCalibratedPlansAreKnownBeforeToo() throws IOException {
    CoreMLModel model = ModelReader.read(SharedData.path("models/MnistCNN_f16_ios16.mlpackage"));
    Map<String, WeightTensor> tensors =
        model.weightTensors().stream()
            .collect(Collectors.toMap(WeightTensor::identity, tensor -> tensor));
    CalibratedOptions options =
        (identity, scheme) -> {
          WeightTensor tensor = tensors.get(identity);
          Tensor bias =
              model.format().linearUse(tensor).orElseThrow().bias().orElseThrow().values();
          float[] raised = bias.toArray();
          raised[0] += 1;
          return new CalibratedWeights(
              model.format().quantizer(tensor).quantize(scheme.plain()),
              Optional.of(Tensor.wrap(bias.shape(), raised)));
        };
    ModelEncoder encoder = new ModelEncoder(model, options);
    List<String> all =
        WeightSelection.DEFAULT.of(model).stream().map(WeightTensor::identity).toList();
    for (String scheme : List.of("lut:4+calibrated", "int8+calibrated", "int4+calibrated")) {
      QuantizationPlan plan = QuantizationPlan.uniform(Scheme.parse(scheme), all);
      ModelFiles files = encoder.encode(plan);
      assertThat(encoder.encodedSize(plan)).as(scheme).isEqualTo(files.size());
      Map<String, Tensor> meant = encoder.decoded(plan);
      assertThat(meant).hasSize(2 * all.size());
      for (WeightTensor read : ModelReader.read(files, scheme).weightTensors()) {
        if (meant.containsKey(read.identity())) {
          assertThat(read.values()).isEqualTo(meant.get(read.identity()));
        }
      }
    }
  }

  @Test
  void theSmallestFormOfARealNetworkIsASixthOfIt() throws IOException {
    CoreMLModel model = ModelReader.read(SharedData.path("models/SqueezeNet_f16_ios16.mlpackage"));
    ModelEncoder encoder = new ModelEncoder(model);
    List<String> all =
        WeightSelection.DEFAULT.of(model).stream().map(WeightTensor::identity).toList();
    QuantizationPlan plan = QuantizationPlan.uniform(Scheme.parse("lut:2"), all);
    assertThat(encoder.encodedSize(plan).bytes()).isLessThan(model.size().bytes() / 6);
  }

  private static WeightTensor taken(CoreMLModel model, String key) {
    int dot = key.lastIndexOf('.');
    return model.weightTensors().stream()
        .filter(tensor -> tensor.field().equals(key.substring(dot + 1)))
        .filter(
            tensor ->
                tensor.layer().path().equals(key.substring(0, dot))
                    || tensor.layer().outputs().contains(key.substring(0, dot)))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no weight tensor is taken as " + key));
  }

  private static int different(float[] one, float[] other) {
    assertThat(one).hasSameSizeAs(other);
    int different = 0;
    for (int i = 0; i < one.length; i++) {
      different += one[i] == other[i] ? 0 : 1;
    }
    return different;
  }

  private static double error(Tensor exact, Tensor decoded) {
    double error = 0;
    for (int i = 0; i < exact.size(); i++) {
      double difference = (double) exact.get(i) - decoded.get(i);
      error += difference * difference;
    }
    return error;
  }
}
