package org.quantsweep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quantsweep.BadInputException;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.report.ResultTable;
import org.quantsweep.report.SweepResult;
import org.quantsweep.search.LeftOut;
import org.quantsweep.search.OptionRules;
import org.quantsweep.search.SearchListener;
import org.quantsweep.testing.TinySweep;

/** A sweep of a network with weights that schemes cannot hold, and inputs that nothing fits. */
class UnstorableSweepTest {
  private static final String NOT_FINITE =
      "weight (NaN) at place 5 of [16, 12] is not a finite number";
  private static final String TOO_LARGE =
      "weight (70000.0) at place 0 of [24, 12] is beyond 65504, the largest number of half"
          + " precision";
  private static final String FED_WITH =
      "the inputs of its layer on the calibration samples are not all finite numbers";

  /** The tiny classifier; nothing reads what two more layers answer, the first NaN. */
  private static ModelFiles model() throws IOException {
    Model.Builder model = parsed();
    var network = model.getNeuralNetworkClassifierBuilder();
    network
        .getLayersBuilder(0)
        .getInnerProductBuilder()
        .getWeightsBuilder()
        .setFloatValue(0, 70000);
    network.addLayers(0, product("dead", "x", "d", 12, 5));
    network.addLayers(1, product("after", "d", "e", 16, -1));
    return ModelFiles.lone(model.build().toByteArray());
  }

  private static Model.Builder parsed() throws IOException {
    try (var stream = TinySweep.model(2).content().open()) {
      return Model.parseFrom(stream).toBuilder();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private static NeuralNetworkLayer.Builder product(
      String name, String input, String output, int inputs, int broken) {
    NeuralNetworkLayer.Builder layer =
        NeuralNetworkLayer.newBuilder().setName(name).addInput(input).addOutput(output);
    var product = layer.getInnerProductBuilder();
    product.setInputChannels(inputs).setOutputChannels(16);
    for (int i = 0; i < inputs * 16; i++) {
      product.getWeightsBuilder().addFloatValue(i == broken ? Float.NaN : i % 7 - 3);
    }
    return layer;
  }

  private static SweepSettings.Builder settings() {
    return SweepSettings.builder("tiny", List.of("all"), TinySweep.preparation(), "out")
        .threshold(AgreementThreshold.parse("0.8"))
        .splits(SplitSettings.DEFAULT.withSeed(5));
  }

  private static LocalSweep sweep() throws IOException {
    return new LocalSweep(
        model(),
        Map.of(SampleSet.MAIN, TinySweep.samples("all", 300)),
        InferenceEngines.onnxRuntime(),
        2);
  }

  @Test
  void theOptionIsLeftOutAndTheSweepGoesOn() throws IOException {
    List<String> heard = new ArrayList<>();
    SearchListener listener =
        new SearchListener() {
          @Override
          public void leftOut(List<LeftOut> options) {
            heard.addAll(LeftOut.lines(options));
          }
        };
    try (LocalSweep sweep = sweep()) {
      SweepResult result = sweep.run(settings().build(), listener).result();
      assertThat(result.decision()).isEqualTo(SweepResult.SELECTED);
      assertThat(result.leftOut())
          .extracting(SweepResult.LeftOut::tensor, SweepResult.LeftOut::reason)
          .containsExactly(
              tuple("dead/weights", NOT_FINITE),
              tuple("one/weights", TOO_LARGE),
              tuple("after/weights", FED_WITH));
      assertThat(result.leftOut().get(1).schemes()).containsExactly("half");
      assertThat(result.leftOut().get(0).schemes())
          .contains("half", "linear:1", "linear:8@tensor", "linear-symmetric:8", "lut-kmeans:4");
      assertThat(result.leftOut().get(2).schemes())
          .hasSize(32)
          .allMatch(scheme -> scheme.endsWith("+calibrated"));
      assertThat(result.leftOut().get(2).schemes().stream().filter(own -> own.contains("+bias")))
          .hasSize(16);
      assertThat(heard)
          .contains("weight tensor 'one/weights' is not stored as half: " + TOO_LARGE)
          .anyMatch(
              line ->
                  line.startsWith("weight tensor 'after/weights' is not stored as")
                      && line.endsWith(" and 29 more: " + FED_WITH));
      assertThat(ResultTable.toText(result))
          .contains("Weight tensor 'one/weights' could not have 1 scheme: " + TOO_LARGE + ".\n");
    }
  }

  @Test
  void aUniformCandidateLeavesSuchATensorAsItIs() throws IOException {
    try (LocalSweep sweep = sweep()) {
      SweepResult result =
          sweep
              .run(
                  settings().uniform().schemes(List.of("half", "linear:8")).build(),
                  SearchListener.SILENT)
              .result();
      assertThat(result.candidates())
          .extracting(SweepResult.Row::scheme)
          .containsExactly("linear:8", "half");
      assertThat(result.selected().scheme()).isEqualTo("linear:8");
    }
  }

  @Test
  void whoKeepsATensorInSuchASchemeIsToldBeforeTheWork() throws IOException {
    OptionRules rules =
        new OptionRules(
            Set.of(4),
            true,
            true,
            true,
            new TreeMap<>(Map.of("dead/weights", Scheme.parse("linear:4"))));
    SweepSettings kept =
        settings().perTensor(PerTensorSettings.DEFAULT.toBuilder().rules(rules).build()).build();
    try (LocalSweep sweep = sweep()) {
      assertThatThrownBy(() -> sweep.run(kept, SearchListener.SILENT))
          .isInstanceOf(BadInputException.class)
          .hasMessage(
              "tiny: weight tensor 'dead/weights' of layer 'dead' cannot be stored as linear:4: "
                  + NOT_FINITE
                  + ".\nMaybe leave the layer's weights in full precision: --keep"
                  + " dead/weights=full.");
    }
  }
}
