package org.quantsweep.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.report.SweepResult;
import org.quantsweep.report.bundle.BundleFile;
import org.quantsweep.report.bundle.CandidateEvidence;
import org.quantsweep.report.bundle.EvidenceBundle;
import org.quantsweep.report.bundle.Explanations;
import org.quantsweep.report.bundle.NetworkEvidence;
import org.quantsweep.report.bundle.SampleEvidence;
import org.quantsweep.report.bundle.ShownSample;
import org.quantsweep.report.bundle.TensorEvidence;
import org.quantsweep.report.picture.PictureEncoder;
import org.quantsweep.report.picture.Pixels;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleContent;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.ShardId;
import org.quantsweep.search.LargestSize;
import org.quantsweep.search.SearchListener;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.TinySweep;

/** The evidence of whole sweeps in this process, held against their results and the engine. */
class EvidenceTest {
  private static final ModelFiles GIVEN = TinySweep.model(2);
  private static final SampleSource SAMPLES = TinySweep.samples("all", 300);

  private static SweepSettings.Builder settings() {
    return SweepSettings.builder("tiny", List.of("all"), TinySweep.preparation(), "out")
        .threshold(AgreementThreshold.parse("0.8"))
        .splits(SplitSettings.DEFAULT.withSeed(5));
  }

  private static LocalSweep.Outcome swept(SweepSettings settings, int threads) {
    try (LocalSweep sweep =
        new LocalSweep(
            GIVEN, Map.of(SampleSet.MAIN, SAMPLES), InferenceEngines.onnxRuntime(), threads)) {
      return sweep.run(settings, SearchListener.SILENT);
    }
  }

  private static EvidenceBundle elsewhere(EvidenceBundle own) {
    return new EvidenceBundle(
        own.schemaVersion(),
        own.sweepDigest(),
        own.runId(),
        new TreeMap<>(),
        own.network(),
        own.tensors(),
        own.parts(),
        own.candidates(),
        own.line(),
        own.shown(),
        own.explanations());
  }

  @Test
  void bitmapsMarginsAndClassesAreThoseOfTheResultAndTheEngine() throws Exception {
    LocalSweep.Outcome outcome = swept(settings().build(), 2);
    SweepResult result = outcome.result();
    EvidenceBundle evidence = outcome.evidence().orElseThrow();
    assertThat(evidence.sweepDigest()).isEqualTo(result.sweepDigest());
    assertThat(result.cost().reportSeconds()).isPositive();
    assertThat(BundleFile.fromJson(BundleFile.toJson(evidence), "e")).isEqualTo(evidence);
    requireCounts(result, evidence);
    Map<String, Sample> byPath = new HashMap<>();
    for (int shard = 0; shard < SAMPLES.index().shards(); shard++) {
      SAMPLES.read(new ShardId(shard)).forEach(own -> byPath.put(own.path(), own));
    }
    assertThat(evidence.parts().keySet()).containsExactly("confirmation", "selection");
    try (Predictor reference =
        InferenceEngines.onnxRuntime().open(ModelReader.read(GIVEN, "tiny"))) {
      for (SampleEvidence part : evidence.parts().values()) {
        requireAnswers(part, byPath, reference);
      }
      for (ShownSample shown : evidence.shown()) {
        Sample sample = byPath.get(shown.path());
        OutputValue.Probabilities answer = answer(reference, sample);
        ShownSample.ClassShare top = shown.answers().get(0).top().get(0);
        int best = largest(answer.values());
        assertThat(top.name()).isEqualTo("label " + best);
        assertThat(top.probability()).isEqualTo(answer.values().get(best));
        assertThat(shown.answers().get(0).top()).hasSize(5);
      }
    }
  }

  private static void requireCounts(SweepResult result, EvidenceBundle evidence) {
    Map<String, CandidateEvidence> candidates = new HashMap<>();
    evidence
        .candidates()
        .forEach(own -> candidates.put(own.plan() == null ? own.scheme() : own.plan(), own));
    int compared = 0;
    for (SweepResult.Row row : result.candidates()) {
      CandidateEvidence own = candidates.get(row.plan() == null ? row.scheme() : row.plan());
      if (row.agreement() != null) {
        CandidateEvidence.Judged judged = own.parts().get("selection");
        assertThat(judged.judged().toBitSet().cardinality()).isEqualTo(row.agreement().samples());
        assertThat(judged.agreed().toBitSet().cardinality()).isEqualTo(row.agreement().agreeing());
        compared++;
      } else if (row.judged() != null) {
        assertThat(own.parts().get("selection").judged().toBitSet().cardinality())
            .isGreaterThanOrEqualTo(row.judged().intValue());
      }
    }
    assertThat(compared).isGreaterThan(3);
    CandidateEvidence chosen = candidates.get(result.selected().plan());
    assertThat(chosen.sha256()).isEqualTo(result.selected().sha256());
    assertThat(chosen.downloadSize()).isBetween(1L, chosen.encodedSize() + 100);
    CandidateEvidence.Judged confirmed = chosen.parts().get("confirmation");
    assertThat(confirmed.agreed().toBitSet().cardinality())
        .isEqualTo(result.selected().confirmation().agreeing());
    BitSet outside = confirmed.agreed().toBitSet();
    outside.andNot(confirmed.judged().toBitSet());
    assertThat(outside.isEmpty()).isTrue();
  }

  private static void requireAnswers(
      SampleEvidence part, Map<String, Sample> byPath, Predictor reference) throws Exception {
    assertThat(part.paths()).hasSize(part.count());
    ByteBuffer margins = numbers(part.margins());
    ByteBuffer classes = numbers(part.classOf());
    for (int rank = 0; rank < part.count(); rank++) {
      OutputValue.Probabilities answer = answer(reference, byPath.get(part.paths().get(rank)));
      int best = largest(answer.values());
      assertThat(part.classes().get(classes.getInt())).isEqualTo("label " + best);
      float second = 0;
      for (int i = 0; i < answer.values().size(); i++) {
        second = i == best ? second : Math.max(second, answer.values().get(i));
      }
      assertThat(margins.getFloat())
          .isEqualTo((float) ((double) answer.values().get(best) - second));
    }
  }

  private static ByteBuffer numbers(String base64) {
    return ByteBuffer.wrap(Base64.getDecoder().decode(base64)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static OutputValue.Probabilities answer(Predictor reference, Sample sample)
      throws Exception {
    SortedMap<String, Tensor> arrays = ((SampleContent.NamedArrays) sample.content()).arrays();
    return (OutputValue.Probabilities) reference.predict(arrays).outputs().get("p");
  }

  private static int largest(Tensor values) {
    int best = 0;
    for (int i = 1; i < values.size(); i++) {
      best = values.get(i) > values.get(best) ? i : best;
    }
    return best;
  }

  @Test
  void itIsTheSameForAnyNumberOfTasksAndFoundAgain() {
    EvidenceBundle one = swept(settings().build(), 1).evidence().orElseThrow();
    EvidenceBundle seven = swept(settings().build(), 7).evidence().orElseThrow();
    assertThat(BundleFile.toJson(elsewhere(seven))).isEqualTo(BundleFile.toJson(elsewhere(one)));
    try (LocalSweep sweep =
        new LocalSweep(GIVEN, Map.of(SampleSet.MAIN, SAMPLES), InferenceEngines.onnxRuntime(), 2)) {
      // The second one takes options and sensitivities from the first.
      sweep.run(settings().build(), SearchListener.SILENT);
      EvidenceBundle again =
          sweep.run(settings().build(), SearchListener.SILENT).evidence().orElseThrow();
      assertThat(elsewhere(again)).isEqualTo(elsewhere(one));
    }
  }

  @Test
  void theGraphAndTheTensorsAreTheModels() {
    EvidenceBundle evidence = swept(settings().build(), 2).evidence().orElseThrow();
    NetworkEvidence network = evidence.network();
    assertThat(network.kind()).isEqualTo("neuralNetworkClassifier");
    assertThat(network.nodes().stream().map(NetworkEvidence.Node::name))
        .containsExactly("x", "one", "relu", "two", "softmax", "label", "p");
    assertThat(network.nodes().get(1).shapes()).containsExactly(List.of(1L, 24L, 1L, 1L));
    assertThat(network.nodes().get(3).tensors()).containsExactly("two/weights", "two/bias");
    assertThat(network.edges())
        .containsExactly(
            new NetworkEvidence.Edge(0, 1, "x"),
            new NetworkEvidence.Edge(1, 2, "h"),
            new NetworkEvidence.Edge(2, 3, "r"),
            new NetworkEvidence.Edge(3, 4, "z"),
            new NetworkEvidence.Edge(4, 5, "label"),
            new NetworkEvidence.Edge(4, 6, "p"));
    assertThat(network.omitted()).isZero();
    TensorEvidence tensor = evidence.tensors().get(0);
    assertThat(tensor.identity()).isEqualTo("one/weights");
    assertThat(tensor.shape()).containsExactly(24L, 12L);
    // 288 floats and the messages around them.
    assertThat(tensor.bytesGiven()).isBetween(1152L, 1160L);
    assertThat(tensor.values().weightsPerChannel()).isEqualTo(12);
    assertThat(tensor.options().stream().map(TensorEvidence.Option::state))
        .contains("measured", "dominated")
        .isSubsetOf(
            "measured", "predicted", "dominated", "narrowed", "refused", "not-fitted", "offered");
    TensorEvidence.Option chosen =
        tensor.options().stream()
            .filter(option -> option.scheme().equals(tensor.chosen()))
            .findFirst()
            .orElseThrow();
    assertThat(chosen.bytes()).isEqualTo(tensor.bytesChosen());
    assertThat(chosen.loss()).isNotNull();
    assertThat(evidence.tensors().get(1).identity()).isEqualTo("one/bias");
    assertThat(evidence.tensors().get(1).options()).isEmpty();
  }

  @Test
  void whatDisagreesIsShownFirstAndNoMoreThanWasAskedFor() {
    ReportSettings few = new ReportSettings(true, 6, ReportSettings.DEFAULT.pictures());
    EvidenceBundle evidence = swept(settings().report(few).build(), 2).evidence().orElseThrow();
    List<ShownSample> shown = evidence.shown();
    assertThat(shown.stream().map(ShownSample::agrees))
        .containsExactly(false, false, false, false, true, true);
    for (int i = 1; i < 4; i++) {
      assertThat(shown.get(i).margin()).isLessThanOrEqualTo(shown.get(i - 1).margin());
    }
    for (ShownSample sample : shown) {
      assertThat(sample.input()).as("no input is a picture").isNull();
      List<ShownSample.Answer> answers = sample.answers();
      assertThat(answers.get(0).model()).isEqualTo("reference");
      assertThat(answers.get(0).encodedSize()).isEqualTo(GIVEN.size().bytes());
      assertThat(answers.get(1).model()).isEqualTo("chosen");
      assertThat(answers.get(1).agrees()).isEqualTo(sample.agrees());
      boolean same = answers.get(0).top().get(0).name().equals(answers.get(1).top().get(0).name());
      assertThat(same).isEqualTo(sample.agrees());
      assertThat(answers).allSatisfy(answer -> assertThat(answer.dense()).isEmpty());
    }
    ReportSettings none = new ReportSettings(true, 0, ReportSettings.DEFAULT.pictures());
    assertThat(swept(settings().report(none).build(), 2).evidence().orElseThrow().shown())
        .isEmpty();
    LocalSweep.Outcome without = swept(settings().report(ReportSettings.NONE).build(), 2);
    assertThat(without.evidence()).isEmpty();
    assertThat(without.result().cost().reportSeconds()).isNull();
  }

  @Test
  void refusalsAndStepsHaveTheNumbersOfTheResult() {
    LocalSweep.Outcome outcome = swept(settings().build(), 2);
    SweepResult result = outcome.result();
    Explanations own = outcome.evidence().orElseThrow().explanations();
    assertThat(own.sentences().get(0)).startsWith("Selected plan ").endsWith("at 95 %).");
    assertThat(own.refused()).isNotEmpty();
    Map<String, SweepResult.Row> rows = new HashMap<>();
    result.candidates().forEach(row -> rows.put("plan:" + row.plan(), row));
    long n = result.samples().n();
    for (Explanations.Refused refused : own.refused()) {
      assertThat(refused.saves())
          .isEqualTo(result.selected().encodedSize() - refused.encodedSize());
      SweepResult.Row row = rows.get(refused.name());
      if (refused.part().equals("selection") && row != null) {
        String told =
            row.agreement() == null
                ? "Disagrees on " + row.disagreeing() + " of the first " + row.judged() + " "
                : "Agrees on " + row.agreement().agreeing() + " of " + n + " ";
        assertThat(refused.reason()).startsWith(told + "selection samples; ");
        assertThat(refused.changes()).isNotEmpty();
      }
    }
    assertThat(own.tensors().stream().map(Explanations.TensorSteps::tensor))
        .containsExactly("one/weights", "two/weights");
    for (Explanations.TensorSteps steps : own.tensors()) {
      if (steps.larger() != null) {
        assertThat(steps.larger().bytes()).isPositive();
      }
      if (steps.smaller() != null) {
        assertThat(steps.smaller().bytes()).isNegative();
      }
    }
  }

  @Test
  void aFaultOfTheEngineCostsTheReportItsSamplesOnly() {
    List<String> remarks = new ArrayList<>();
    EndingSource source = new EndingSource(TinySweep.samples("all", 300));
    SearchListener listener =
        new SearchListener() {
          @Override
          public void remarked(String remark) {
            remarks.add(remark);
          }

          @Override
          public void phaseStarted(String phase, long inferences) {
            if (phase.equals("shown samples")) {
              source.end();
            }
          }
        };
    try (LocalSweep sweep =
        new LocalSweep(GIVEN, Map.of(SampleSet.MAIN, source), InferenceEngines.onnxRuntime(), 1)) {
      LocalSweep.Outcome outcome = sweep.run(settings().build(), listener);
      assertThat(outcome.result().decision()).isEqualTo(SweepResult.SELECTED);
      assertThat(remarks)
          .containsExactly(
              "the report shows no samples, because they cannot be run again: the disk is gone.");
      assertThat(outcome.evidence().orElseThrow().shown()).isEmpty();
      assertThat(outcome.evidence().orElseThrow().candidates()).isNotEmpty();
    }
  }

  @Test
  void picturesHaveRoomForAllOfThemTogether() {
    PictureRoom room =
        new PictureRoom(
            new PictureEncoder() {
              @Override
              public Optional<byte[]> png(Pixels pixels) {
                return Optional.of(new byte[100]);
              }

              @Override
              public Optional<byte[]> jpeg(Pixels pixels) {
                return Optional.of(new byte[60]);
              }
            },
            new LargestSize(new ByteSize(260)).bytes().bytes());
    var small = new Pixels(64, 64, 1, new byte[64 * 64]);
    var large = new Pixels(65, 64, 1, new byte[65 * 64]);
    assertThat(room.photograph(small).type()).isEqualTo("image/png");
    assertThat(room.photograph(large).type()).isEqualTo("image/jpeg");
    assertThat(room.drawing(large).type()).isEqualTo("image/png");
    assertThat(room.photograph(large)).as("all 260 bytes are taken").isNull();
  }

  @Test
  void explanationsOfUniformSweepsNameTheSmallerOnes() {
    LocalSweep.Outcome outcome =
        swept(
            settings()
                .uniform()
                .schemes(List.of("linear:1", "linear:2", "linear:8"))
                .threshold(AgreementThreshold.parse("0.95"))
                .build(),
            2);
    EvidenceBundle evidence = outcome.evidence().orElseThrow();
    assertThat(outcome.result().selected().scheme()).isEqualTo("linear:8");
    assertThat(
            new TreeSet<>(
                evidence.explanations().refused().stream()
                    .map(Explanations.Refused::name)
                    .toList()))
        .isEqualTo(new TreeSet<>(List.of("linear:1", "linear:2")));
    assertThat(evidence.explanations().tensors()).isEmpty();
    assertThat(evidence.line()).isEmpty();
    assertThat(evidence.tensors().get(0).chosen()).isEqualTo("linear:8");
    assertThat(evidence.tensors().get(0).options())
        .allSatisfy(option -> assertThat(option.state()).isEqualTo("offered"));
  }
}
