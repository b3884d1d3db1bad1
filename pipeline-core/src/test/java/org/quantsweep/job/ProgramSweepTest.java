package org.quantsweep.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.ComputeUnit;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Deployment;
import org.quantsweep.coreml.DeploymentTarget;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.coreml.mlprogram.MadePrograms;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.report.SweepResult;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.ShardId;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.LargestSize;
import org.quantsweep.search.OptionRules;
import org.quantsweep.search.SearchListener;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.DrawnInputs;
import org.quantsweep.testing.SharedData;
import org.quantsweep.testing.TinySweep;

/** Packages through the whole procedure that are more than one function of plain weights. */
class ProgramSweepTest {
  private static final Criterion USUAL = Criteria.parse("snr:20");

  /** So strict that only a few forms meet it. */
  private static final Criterion STRICT = Criteria.parse("snr:40");

  private static final int SAMPLES = 60;

  private static SampleSource samples() {
    return TinySweep.samples("packages", SAMPLES);
  }

  private static SweepSettings.Builder settings(String agreement, DrawnInputs inputs) {
    return SweepSettings.builder("made.mlpackage", List.of("packages"), inputs, "out")
        .criterion(USUAL)
        .threshold(AgreementThreshold.parse(agreement))
        .deployment(new Deployment(Optional.of(DeploymentTarget.parse("iOS18")), ComputeUnit.CPU));
  }

  private static LocalSweep.Outcome run(ModelFiles model, SweepSettings settings) {
    InferenceEngine engine =
        InferenceEngines.onnxRuntime(InferenceEngine.RUN_LIMIT, false, settings.functions());
    try (LocalSweep sweep = new LocalSweep(model, Map.of(SampleSet.MAIN, samples()), engine, 2)) {
      return sweep.run(settings, SearchListener.SILENT);
    }
  }

  /** What the result says of its file, and how often it agrees on all samples, told again. */
  private static CoreMLModel requireTold(
      ModelFiles given, LocalSweep.Outcome outcome, DrawnInputs inputs, Criterion criterion)
      throws Exception {
    SweepResult.Chosen selected = outcome.result().selected();
    ModelFiles files = outcome.model().orElseThrow();
    assertThat(selected.encodedSize()).isEqualTo(files.size().bytes());
    assertThat(selected.sha256()).isEqualTo(files.digest().hex());
    CoreMLModel model = ModelReader.read(given, "made.mlpackage");
    CoreMLModel chosen = ModelReader.read(files, "selected.mlpackage");
    assertThat(chosen.functions()).isEqualTo(model.functions());
    BitSet disagreeing = new BitSet();
    for (String function : model.functions()) {
      disagreeing.or(
          disagreeing(model.asFunction(function), chosen.asFunction(function), inputs, criterion));
    }
    int agreeing = SAMPLES - disagreeing.cardinality();
    long counted = selected.agreement().agreeing();
    long judged = selected.agreement().samples();
    if (selected.confirmation() != null) {
      counted += selected.confirmation().agreeing();
      judged += selected.confirmation().samples();
    }
    // The samples that options were fitted to are not judged.
    assertThat((long) agreeing).isBetween(counted, counted + SAMPLES - judged);
    return chosen;
  }

  private static BitSet disagreeing(
      CoreMLModel model, CoreMLModel chosen, DrawnInputs inputs, Criterion criterion)
      throws Exception {
    BitSet disagreeing = new BitSet();
    int place = 0;
    try (Predictor one = InferenceEngines.onnxRuntime().open(model);
        Predictor other = InferenceEngines.onnxRuntime().open(chosen)) {
      for (int shard = 0; shard < samples().index().shards(); shard++) {
        for (Sample sample : samples().read(new ShardId(shard))) {
          List<SortedMap<String, Tensor>> calls = inputs.prepareCalls(sample, model.inputs());
          List<Prediction> expected = one.predictCalls(List.copyOf(calls));
          List<Prediction> found = other.predictCalls(List.copyOf(calls));
          for (int call = 0; call < calls.size(); call++) {
            if (!criterion.agrees(expected.get(call), found.get(call))) {
              disagreeing.set(place);
            }
          }
          place++;
        }
      }
    }
    return disagreeing;
  }

  @Test
  void aPackageOfSeveralFunctionsIsSweptAsAllOfThem() throws Exception {
    DrawnInputs inputs = new DrawnInputs(1);
    ModelFiles given = MadePrograms.twoFunctionFiles();
    // One weight tensor is kept so, which leaves no scheme for all: a plan is the answer.
    OptionRules all = OptionRules.ALL;
    TreeMap<String, Scheme> kept = new TreeMap<>(Map.of("main/w", Scheme.parse("int8+calibrated")));
    OptionRules rules = new OptionRules(all.bits(), true, true, true, kept);
    SweepSettings.Builder settings =
        settings("0.9", inputs)
            .perTensor(PerTensorSettings.DEFAULT.toBuilder().rules(rules).build());
    LocalSweep.Outcome outcome = run(given, settings.build());
    assertThat(outcome.recipe().orElseThrow().tensors())
        .containsOnlyKeys("main/w", "main/own", "other/own");
    CoreMLModel chosen = requireTold(given, outcome, inputs, USUAL);
    assertThat(outcome.result().selected().ratio()).isLessThan(0.7);
    // What they share stays one weight tensor.
    assertThat(chosen.weightTensors())
        .extracting(WeightTensor::identity)
        .containsExactlyElementsOf(
            ModelReader.read(given, "made.mlpackage").weightTensors().stream()
                .map(WeightTensor::identity)
                .toList());
    // A function less to agree with, and its weights stay as they are.
    SweepResult other = run(given, settings.functions(List.of("other")).build()).result();
    assertThat(other.selected().encodedSize())
        .isGreaterThan(outcome.result().selected().encodedSize());
  }

  @Test
  void aStatefulPackageIsSweptCallByCall() throws Exception {
    DrawnInputs inputs = new DrawnInputs(3);
    // So strict that later calls, whose states were computed too, agree less often than first ones.
    Criterion criterion = Criteria.parse("snr:55");
    Path file = SharedData.path("models/StatefulKeyValueCache.mlpackage");
    ModelFiles given = ModelReader.files(file);
    LocalSweep.Outcome outcome = run(given, settings("0.9", inputs).criterion(criterion).build());
    requireTold(given, outcome, inputs, criterion);
    assertThat(outcome.result().selected().ratio()).isLessThan(1);
  }

  /** As given it is a candidate; other forms are of what it decodes to. */
  @Test
  void aCompressedPackageIsSmallerOnlyWhereItAgrees() throws Exception {
    DrawnInputs inputs = new DrawnInputs(1);
    ModelFiles given = MadePrograms.compressedFiles(7, List.of("main"));
    LocalSweep.Outcome outcome = run(given, settings("0.9", inputs).build());
    requireTold(given, outcome, inputs, USUAL);
    SweepResult result = outcome.result();
    assertThat(result.candidates())
        .filteredOn(row -> Candidate.AS_GIVEN.equals(row.scheme()))
        .singleElement()
        .satisfies(row -> assertThat(row.encodedSize()).isEqualTo(given.size().bytes()));
    assertThat(result.candidates())
        .allSatisfy(row -> assertThat(row.encodedSize()).isLessThanOrEqualTo(given.size().bytes()));
    assertThat(result.selected().ratio()).isLessThan(1);
  }

  @Test
  void theMostAgreeingPackageUpToASizeIsFound() throws Exception {
    DrawnInputs inputs = new DrawnInputs(1);
    ModelFiles given = MadePrograms.plainFiles("CoreML6", 7);
    long limit = given.size().bytes() * 6 / 10;
    SweepSettings settings =
        SweepSettings.builder("made.mlpackage", List.of("packages"), inputs, "out")
            .criterion(STRICT)
            .largestSize(LargestSize.parse(limit + "B"))
            .deployment(
                new Deployment(Optional.of(DeploymentTarget.parse("iOS18")), ComputeUnit.CPU))
            .build();
    LocalSweep.Outcome outcome = run(given, settings);
    requireTold(given, outcome, inputs, STRICT);
    SweepResult result = outcome.result();
    assertThat(result.threshold()).isNull();
    assertThat(result.selected().encodedSize()).isLessThanOrEqualTo(limit);
    assertThat(result.bestUniform().encodedSize()).isLessThanOrEqualTo(limit);
    assertThat(result.selected().agreement().agreeing())
        .isGreaterThanOrEqualTo(result.bestUniform().agreement().agreeing());
  }
}
