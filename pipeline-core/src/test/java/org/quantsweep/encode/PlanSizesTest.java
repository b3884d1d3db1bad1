package org.quantsweep.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.quantsweep.UsageException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.LinearUse;
import org.quantsweep.coreml.Networks;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.quantize.CalibratedWeights;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.testing.SharedData;

/** Sizes that follow one plan after the other, against the files that the plans give. */
class PlanSizesTest {
  private static final List<String> NETWORK =
      List.of(
          "full",
          "half",
          "linear:1",
          "linear:4",
          "linear:8@tensor",
          "lut-kmeans:2",
          "lut-kmeans:6",
          "lut-kmeans:3+calibrated",
          "linear:5+calibrated",
          "lut-kmeans:6+bytewise",
          "linear:5@tensor+bytewise+calibrated",
          "linear:2+bias+calibrated",
          "lut-kmeans:5+bias+calibrated",
          "linear:3@tensor+bytewise+bias+calibrated");

  private static final List<String> PROGRAM =
      List.of(
          "full",
          "half",
          "int8",
          "int4@block32",
          "lut:4",
          "int8+calibrated",
          "lut:4+calibrated",
          "lut:5+bytewise",
          "uint6@tensor+bytewise",
          "int8+bias+calibrated",
          "lut:3+bias+calibrated");

  /** Plain codes stand for fitted ones, and the layer's own bias for a corrected one. */
  private static ModelEncoder encoder(CoreMLModel model) {
    Map<String, WeightTensor> tensors =
        model.weightTensors().stream()
            .collect(Collectors.toMap(WeightTensor::identity, tensor -> tensor));
    return new ModelEncoder(
        model,
        (identity, scheme) -> {
          WeightTensor tensor = tensors.get(identity);
          Optional<WeightTensor> bias =
              scheme.addsBias()
                  ? model.format().addableBias(tensor)
                  : model.format().linearUse(tensor).flatMap(LinearUse::bias);
          return new CalibratedWeights(
              model.format().quantizer(tensor).quantize(scheme.plain()),
              bias.map(WeightTensor::values));
        });
  }

  private static void walk(CoreMLModel model, List<String> texts, int steps, Random random) {
    ModelEncoder encoder = encoder(model);
    TreeMap<String, Scheme> schemes = new TreeMap<>();
    for (int step = 0; step < steps; step++) {
      for (WeightTensor tensor : model.weightTensors()) {
        Scheme drawn = Scheme.parse(texts.get(random.nextInt(texts.size())));
        int what = random.nextInt(4);
        boolean fitted =
            drawn instanceof Scheme.Compression compression && compression.calibrated();
        if (what == 0) {
          schemes.remove(tensor.identity());
        } else if (what == 1
            && model.format().refusal(tensor, drawn).isEmpty()
            && (!fitted || model.format().linearUse(tensor).isPresent())) {
          schemes.put(tensor.identity(), drawn);
        }
      }
      QuantizationPlan plan = new QuantizationPlan(schemes);
      assertThat(encoder.encodedSize(plan)).as("%s", plan).isEqualTo(encoder.encode(plan).size());
    }
  }

  @Property(tries = 30)
  void sizesOfANetworkAreThoseOfItsFiles(@ForAll long seed) {
    walk(Networks.read(Networks.innerProducts(9)), NETWORK, 20, new Random(seed));
  }

  @Property(tries = 30)
  void biasesComeAndGoInANetwork(@ForAll long seed) {
    walk(Networks.read(AddedBiasFilesTest.innerProducts()), NETWORK, 20, new Random(seed));
  }

  @Property(tries = 20)
  void biasesComeAndGoInAProgram(@ForAll long seed) {
    walk(AddedBiasFilesTest.program(), PROGRAM, 20, new Random(seed));
  }

  @Property(tries = 20)
  void stagesOfAPipelineHaveTheirVersionsRaised(@ForAll long seed) {
    Model.Builder first = Networks.innerProducts(2);
    Model.Builder second = Networks.innerProducts(3);
    Model.Builder pipeline = Model.newBuilder().setDescription(second.getDescription());
    first.getDescriptionBuilder().getOutputBuilder(0).setName("m");
    first.getNeuralNetworkBuilder().getLayersBuilder(1).setOutput(0, "m");
    second.getDescriptionBuilder().getInputBuilder(0).setName("m");
    second.getNeuralNetworkBuilder().getLayersBuilder(0).setInput(0, "m");
    pipeline.setSpecificationVersion(1).getPipelineBuilder().addModels(first).addModels(second);
    walk(Networks.read(pipeline), NETWORK.subList(0, 7), 12, new Random(seed));
  }

  @Test
  void sizesOfARealProgramAreThoseOfItsPackages() {
    CoreMLModel model = ModelReader.read(SharedData.path("models/MnistCNN_f16_ios16.mlpackage"));
    walk(model, PROGRAM, 24, new Random(7));
  }

  /** A plan that is refused is no part of what comes after. */
  @Test
  void aRefusedPlanLeavesNothingBehind() {
    ModelEncoder encoder = encoder(Networks.read(Networks.innerProducts(4)));
    TreeMap<String, Scheme> schemes =
        new TreeMap<>(Map.of("ip0/weights", Scheme.parse("linear:4")));
    QuantizationPlan legal = new QuantizationPlan(schemes);
    schemes.put("ip1/weights", Scheme.parse("linear:2"));
    schemes.put("ip9/weights", Scheme.parse("linear:2"));
    assertThatThrownBy(() -> encoder.encodedSize(new QuantizationPlan(schemes)))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "test.mlmodel: there is no weight tensor 'ip9/weights'.\n"
                + "Maybe list the weight tensors with quantsweep inspect.");
    assertThat(encoder.encodedSize(legal)).isEqualTo(encoder.encode(legal).size());
    assertThat(encoder.encodedSize(new QuantizationPlan(new TreeMap<>())))
        .isEqualTo(encoder.encode(new QuantizationPlan(new TreeMap<>())).size());
  }
}
