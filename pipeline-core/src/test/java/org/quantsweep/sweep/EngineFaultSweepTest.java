package org.quantsweep.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.EngineFaultException;
import org.quantsweep.inference.run.GraphEngineException.Fault;
import org.quantsweep.inference.run.LoweringEngine;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.FaultyEngine;
import org.quantsweep.testing.TinySweep;

/** An engine's troubles are evidence of nothing, in whatever part of a sweep they come. */
class EngineFaultSweepTest {
  private static final ModelFiles GIVEN = TinySweep.model(2);
  private static final CoreMLModel MODEL = ModelReader.read(GIVEN, "tiny");
  private static final SampleSource SAMPLES = TinySweep.samples("all", 20);
  private static final Criterion CRITERION = Criteria.parse("top-1");

  private final FaultyEngine engine = new FaultyEngine();

  private LocalSweepRunner sweepRunner() {
    return new LocalSweepRunner(
        MODEL, SAMPLES, TinySweep.preparation(), CRITERION, new LoweringEngine(engine), 2);
  }

  private LocalOptionRunner optionRunner() {
    return new LocalOptionRunner(
        MODEL,
        SAMPLES,
        SAMPLES,
        TinySweep.preparation(),
        CRITERION,
        new LoweringEngine(engine),
        CalibrationSettings.DEFAULT,
        2);
  }

  @Test
  void aSampleOnWhichTheEngineFailsIsNotQuarantined() {
    try (LocalSweepRunner runner = sweepRunner()) {
      engine.after(7);
      assertThatThrownBy(runner::runReference).isInstanceOf(EngineFaultException.class);
      engine.after(Long.MAX_VALUE);
      ReferenceEvidence found = runner.runReference();
      assertThat(found.failures()).isEmpty();
      assertThat(found.covers(SAMPLES.index())).isTrue();
    }
  }

  @Test
  void aSampleThatTheReferenceRefusesIsQuarantinedAsEver() {
    try (LocalSweepRunner runner = sweepRunner()) {
      engine.whenRun(Fault.DATA);
      ReferenceEvidence found = runner.runReference();
      assertThat(found.failures().values())
          .singleElement()
          .asString()
          .endsWith(": the engine failed: made to fail");
      assertThat(found.answered(SAMPLES.index())).isEqualTo(19);
    }
  }

  @Test
  void aCandidateOnWhichTheEngineFailsDoesNotDisagree() {
    try (LocalSweepRunner runner = sweepRunner()) {
      BitSet ranks = runner.runReference().answered();
      List<EvaluationTask> tasks =
          SweepPlanner.tasks(SAMPLES.index(), Map.of(GIVEN.digest(), ranks));
      Map<Sha256Digest, ModelFiles> models = Map.of(GIVEN.digest(), GIVEN);
      engine.after(7);
      assertThatThrownBy(() -> runner.evaluate(tasks, models))
          .isInstanceOf(EngineFaultException.class);
      engine.after(Long.MAX_VALUE);
      assertThat(runner.evaluate(tasks, models).get(GIVEN.digest()).counts(SAMPLES.index()))
          .hasToString("AgreementCounts[agreeing=20, judged=20]");
      engine.whenRun(Fault.DATA);
      assertThat(runner.evaluate(tasks, models).get(GIVEN.digest()).counts(SAMPLES.index()))
          .hasToString("AgreementCounts[agreeing=19, judged=20]");
    }
  }

  @Test
  void neitherStatisticsNorSensitivitiesComeFromAFaultyEngine() {
    TensorOption option = new TensorOption("one/weights", Scheme.parse("linear:4+calibrated"));
    Tensor values = MODEL.weightTensors().get(0).values();
    OptionWeights weights = new OptionWeights(new TreeMap<>(Map.of("one/weights", values)));
    try (LocalOptionRunner runner = optionRunner()) {
      engine.after(5);
      assertThatThrownBy(() -> runner.fit(List.of(option)))
          .isInstanceOf(EngineFaultException.class);
      engine.after(5);
      assertThatThrownBy(() -> runner.measure(Map.of(option, weights)))
          .isInstanceOf(EngineFaultException.class);
      engine.after(Long.MAX_VALUE);
      assertThat(runner.measure(Map.of(option, weights)).get(option).samples()).isEqualTo(20);
    }
  }
}
