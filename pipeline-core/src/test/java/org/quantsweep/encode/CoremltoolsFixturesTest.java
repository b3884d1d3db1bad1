package org.quantsweep.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.coreml.neuralnetwork.NetworkWeights;
import org.quantsweep.quantize.Grouping;
import org.quantsweep.quantize.Method;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.NpzArrays;

/**
 * Networks of every layer type that coremltools 9.0 quantized ({@code
 * make_coremltools_fixtures.py}): we decode them as it does, and where a scheme leaves no choice
 * our encoder writes the very same message.
 */
class CoremltoolsFixturesTest {
  private static final Path FOLDER = Path.of("src/test/resources/coremltools");
  private static final Set<String> ONE_CHANNEL =
      Set.of("scale", "bias", "loadConstant", "loadConstantND");

  /** One of the models that coremltools wrote. */
  record Fixture(String file, String network, String scheme, String array, JsonNode tensors) {
    @Override
    public String toString() {
      return file;
    }

    private CoreMLModel read() {
      return ModelReader.read(FOLDER.resolve(file));
    }
  }

  static List<Fixture> all() throws IOException {
    JsonNode index = new ObjectMapper().readTree(FOLDER.resolve("index.json").toFile());
    List<Fixture> fixtures = new ArrayList<>();
    for (JsonNode model : index.get("models")) {
      String network = model.get("network").textValue();
      fixtures.add(
          new Fixture(
              model.get("file").textValue(),
              network,
              model.get("scheme").textValue(),
              model.get("array").textValue(),
              index.get("networks").get(network)));
    }
    return fixtures;
  }

  static List<Fixture> withOneWayToEncode() throws IOException {
    return all().stream().filter(fixture -> !fixture.scheme().startsWith("lut-kmeans")).toList();
  }

  static List<Fixture> withOptimalTables() throws IOException {
    return all().stream().filter(fixture -> fixture.scheme().startsWith("lut-kmeans")).toList();
  }

  @ParameterizedTest
  @MethodSource("all")
  void decodesTheWeightsThatCoremltoolsDecodes(Fixture fixture) throws IOException {
    Map<String, Tensor> expected = NpzArrays.read(FOLDER.resolve("expected.npz"));
    float[] values = expected.get(fixture.array()).toArray();
    List<WeightTensor> tensors = fixture.read().weightTensors();

    assertThat(tensors).hasSize(fixture.tensors().size());
    int position = 0;
    for (int i = 0; i < tensors.size(); i++) {
      WeightTensor tensor = tensors.get(i);
      JsonNode described = fixture.tensors().get(i);
      assertThat(tensor.identity()).isEqualTo(described.get("tensor").textValue());
      assertThat(tensor.channelAxis()).isEqualTo(described.get("axis").intValue());
      assertThat(tensor.shape().rank())
          .as(tensor.identity())
          .isEqualTo(described.get("shape").size());
      for (int axis = 0; axis < tensor.shape().rank(); axis++) {
        assertThat(tensor.shape().length(axis)).isEqualTo(described.get("shape").get(axis).asInt());
      }
      float[] theirs = new float[tensor.values().size()];
      System.arraycopy(values, position, theirs, 0, theirs.length);
      assertThat(tensor.values().toArray()).as(tensor.identity()).isEqualTo(theirs);
      position += theirs.length;
    }
    assertThat(position).isEqualTo(values.length);
  }

  @ParameterizedTest
  @MethodSource("withOneWayToEncode")
  void writesTheBytesScalesBiasesAndTablesThatCoremltoolsWrites(Fixture fixture) {
    CoreMLModel original = ModelReader.read(FOLDER.resolve(fixture.network() + ".full.mlmodel"));
    List<WeightTensor> sources = original.weightTensors();
    CoreMLModel theirModel = fixture.read();
    List<WeightTensor> written = theirModel.weightTensors();

    assertThat(written).hasSameSizeAs(sources);
    for (int i = 0; i < sources.size(); i++) {
      if (fixture.scheme().startsWith("linear-symmetric")
          && ONE_CHANNEL.contains(sources.get(i).layer().type())) {
        continue; // We write a scale for each channel here and have no other symmetric form.
      }
      Scheme scheme = asCoremltoolsTakesIt(Scheme.parse(fixture.scheme()), sources.get(i));
      assertThat(NetworkWeights.message(original, sources.get(i), scheme))
          .as(sources.get(i).identity())
          .isEqualTo(NetworkWeights.stored(theirModel, written.get(i)));
    }
  }

  @ParameterizedTest
  @MethodSource("withOptimalTables")
  void findsTablesAsGoodAsTheOptimalOnesOfKmeans1d(Fixture fixture) {
    CoreMLModel original = ModelReader.read(FOLDER.resolve(fixture.network() + ".full.mlmodel"));
    List<WeightTensor> sources = original.weightTensors();
    CoreMLModel theirModel = fixture.read();
    List<WeightTensor> written = theirModel.weightTensors();
    Scheme.Quantization scheme = (Scheme.Quantization) Scheme.parse(fixture.scheme());

    for (int i = 0; i < sources.size(); i++) {
      WeightTensor source = sources.get(i);
      Tensor ours = original.format().quantizer(source).quantize(scheme).dequantize();
      double theirs = squaredError(source.values(), written.get(i).values());
      // Entries are float32 on both sides: means are rounded, so the last digits differ.
      assertThat(squaredError(source.values(), ours))
          .as(source.identity())
          .isCloseTo(theirs, within(1e-6 * theirs + 1e-12));
    }
  }

  /**
   * Constants are one channel to coremltools; the format allows, and we use, one for each slice.
   */
  private static Scheme asCoremltoolsTakesIt(Scheme scheme, WeightTensor tensor) {
    return scheme instanceof Scheme.Quantization quantization
            && quantization.method() == Method.Plain.LINEAR
            && ONE_CHANNEL.contains(tensor.layer().type())
        ? new Scheme.Quantization(quantization.method(), quantization.bits(), Grouping.WHOLE)
        : scheme;
  }

  private static double squaredError(Tensor weights, Tensor stored) {
    double sum = 0;
    for (int i = 0; i < weights.size(); i++) {
      double difference = (double) weights.get(i) - stored.get(i);
      sum += difference * difference;
    }
    return sum;
  }
}
