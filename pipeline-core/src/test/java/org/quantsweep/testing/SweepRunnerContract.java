package org.quantsweep.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.inference.EngineFaultException;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.run.LoweringEngine;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.ShardId;
import org.quantsweep.sweep.EvaluationTask;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.RankSet;
import org.quantsweep.sweep.ReferenceEvidence;
import org.quantsweep.sweep.SweepPlanner;
import org.quantsweep.sweep.SweepRunner;

/** What every sweep runner does, on the samples of {@link TinySweep}, judged by top-1. */
public abstract class SweepRunnerContract {
  /** What candidates are judged by. */
  protected static final Criterion CRITERION = Criteria.parse("top-1");

  private static final ModelFiles GIVEN = TinySweep.model(1);
  private static final CoreMLModel MODEL = ModelReader.read(GIVEN, "tiny");
  private static final SampleSource SAMPLES =
      TinySweep.withUnreadable(TinySweep.samples("judged", 40));

  /** A runner over some samples, as {@link TinySweep#preparation} makes inputs of them. */
  protected abstract SweepRunner open(
      ModelFiles reference, SampleSource samples, InferenceEngine engine);

  /** The engine that it runs models with. */
  protected abstract InferenceEngine engine();

  @Test
  void theReferenceAnswersEverySampleThatCanBeRead() {
    try (SweepRunner runner = open(GIVEN, SAMPLES, engine())) {
      ReferenceEvidence found = runner.runReference();
      int unreadable = SAMPLES.index().rank(Sha256Digest.ofText(TinySweep.UNREADABLE));
      assertThat(found.failures())
          .isEqualTo(new TreeMap<>(Map.of(unreadable, "unreadable: there is no array.")));
      assertThat(found.answered(SAMPLES.index())).isEqualTo(40);
      assertThat(found.isAnswered(unreadable)).isFalse();
      assertThat(found.covers(SAMPLES.index())).isTrue();
      assertThat(runner.runReference()).isEqualTo(found);
      assertThat(runner.cost().referenceInferences()).isEqualTo(40);
      assertThat(runner.cost().candidateInferences()).isZero();
    }
  }

  @Test
  void candidatesAreJudgedOnTheSamplesThatAreAskedFor() throws Exception {
    ModelFiles one = encoded("linear:1");
    ModelFiles four = encoded("linear:4");
    Map<Sha256Digest, List<Integer>> wave = new HashMap<>();
    wave.put(one.digest(), List.of(0, 3, 5, 17, 20, 21, 38, 40));
    wave.put(four.digest(), ranks(SAMPLES.index()));
    try (SweepRunner runner = open(GIVEN, SAMPLES, engine())) {
      Map<Sha256Digest, Evidence> found =
          runner.evaluate(
              SweepPlanner.tasks(SAMPLES.index(), ranks(wave)),
              Map.of(one.digest(), one, four.digest(), four));
      assertThat(found.get(one.digest())).isEqualTo(expected(one, wave.get(one.digest())));
      assertThat(found.get(four.digest())).isEqualTo(expected(four, wave.get(four.digest())));
      // Both differ from the reference somewhere, or this would show nothing.
      assertThat(found.get(one.digest()).counts(SAMPLES.index()).disagreeing()).isPositive();
      long judged =
          found.values().stream().mapToLong(each -> each.counts(SAMPLES.index()).judged()).sum();
      assertThat(runner.cost().candidateInferences()).isEqualTo(judged);
      assertThat(runner.evaluate(List.of(), Map.of())).isEmpty();
    }
  }

  @Test
  void theReferenceDoesNotRunWhereItsClassesAreKnown() {
    ModelFiles one = encoded("linear:1");
    Map<Sha256Digest, BitSet> wave = ranks(Map.of(one.digest(), ranks(SAMPLES.index())));
    List<EvaluationTask> tasks = SweepPlanner.tasks(SAMPLES.index(), wave);
    ReferenceEvidence known;
    Map<Sha256Digest, Evidence> expected;
    try (SweepRunner runner = open(GIVEN, SAMPLES, engine())) {
      known = runner.runReference();
      expected = runner.evaluate(tasks, Map.of(one.digest(), one));
    }
    try (SweepRunner continued = open(GIVEN, SAMPLES, engine())) {
      continued.know(known);
      assertThat(continued.evaluate(tasks, Map.of(one.digest(), one))).isEqualTo(expected);
      assertThat(continued.runReference()).isEqualTo(known);
      assertThat(continued.cost().referenceInferences()).isZero();
    }
    int first = known.answered().nextSetBit(0);
    assertThat(known.labels(first)).isPresent();
    assertThat(expected.get(one.digest()).counts(SAMPLES.index()).disagreeing()).isPositive();
  }

  @Test
  void whatTheReferencePassHandedOverBeforeItEndedIsNotRunAgain() {
    List<ReferenceEvidence> parts = new ArrayList<>();
    ReferenceEvidence whole;
    try (SweepRunner runner = open(GIVEN, SAMPLES, engine())) {
      whole = runner.runReference(parts::add);
    }
    assertThat(parts).hasSizeGreaterThan(4);
    assertThat(united(parts)).isEqualTo(whole);

    ReferenceEvidence stored = united(parts.subList(0, 4));
    List<ReferenceEvidence> others = new ArrayList<>();
    try (SweepRunner continued = open(GIVEN, SAMPLES, engine())) {
      continued.know(stored);
      assertThat(continued.runReference(others::add)).isEqualTo(whole);
      assertThat(continued.cost().referenceInferences())
          .isEqualTo(40 - stored.answered(SAMPLES.index()))
          .isPositive();
    }
    assertThat(others).hasSize(parts.size() - 4);
    assertThat(united(others).plus(stored)).isEqualTo(whole);
  }

  private static ReferenceEvidence united(List<ReferenceEvidence> parts) {
    return parts.stream().reduce(ReferenceEvidence.none(), ReferenceEvidence::plus);
  }

  @Test
  void anEngineThatFailsGivesNoEvidence() {
    InferenceEngine failing = new LoweringEngine(new FailingEngine());
    try (SweepRunner runner = open(GIVEN, SAMPLES, failing)) {
      assertThatThrownBy(runner::runReference)
          .satisfies(
              failure -> {
                Throwable cause = failure;
                while (cause != null && !(cause instanceof EngineFaultException)) {
                  cause = cause.getCause();
                }
                assertThat(cause)
                    .as("the last of %s", failure)
                    .isNotNull()
                    .hasMessageContaining("the engine failed twice (made to fail)");
              });
    }
  }

  /** One sample after the other, without a runner. */
  private Evidence expected(ModelFiles candidate, List<Integer> ranks) throws Exception {
    BitSet judged = new BitSet();
    BitSet agreed = new BitSet();
    try (Predictor reference = engine().open(MODEL);
        Predictor other = engine().open(ModelReader.read(candidate, "candidate"))) {
      for (Sample sample : all()) {
        int rank = SAMPLES.index().rank(sample.digest());
        if (ranks.contains(rank) && !sample.path().equals(TinySweep.UNREADABLE)) {
          var inputs = TinySweep.preparation().prepare(sample, MODEL.inputs());
          judged.set(rank);
          agreed.set(rank, CRITERION.agrees(reference.predict(inputs), other.predict(inputs)));
        }
      }
    }
    return Evidence.of(judged, agreed);
  }

  private static List<Sample> all() {
    List<Sample> all = new ArrayList<>();
    for (int shard = 0; shard < SAMPLES.index().shards(); shard++) {
      all.addAll(SAMPLES.read(new ShardId(shard)));
    }
    return all;
  }

  private static Map<Sha256Digest, BitSet> ranks(Map<Sha256Digest, List<Integer>> wave) {
    Map<Sha256Digest, BitSet> ranks = new HashMap<>();
    wave.forEach((candidate, own) -> ranks.put(candidate, RankSet.of(own).toBitSet()));
    return ranks;
  }

  private static List<Integer> ranks(SampleIndex index) {
    List<Integer> ranks = new ArrayList<>();
    for (int rank = 0; rank < index.size(); rank++) {
      ranks.add(rank);
    }
    return ranks;
  }

  private static ModelFiles encoded(String scheme) {
    return new ModelEncoder(MODEL)
        .encode(
            QuantizationPlan.uniform(Scheme.parse(scheme), List.of("one/weights", "two/weights")));
  }
}
