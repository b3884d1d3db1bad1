package org.quantsweep.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.ShardId;
import org.quantsweep.sweep.EvaluationTask.CandidateSamples;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.TinySweep;

class ShardEvaluatorTest {
  private static final int N = 40;
  private static final Sha256Digest FIRST = Sha256Digest.of(new byte[] {1});
  private static final Sha256Digest SECOND = Sha256Digest.of(new byte[] {2});

  private final List<Sha256Digest> runs = new ArrayList<>();

  private static List<Sample> all(SampleSource samples) {
    List<Sample> all = new ArrayList<>();
    for (int number = 0; number < samples.index().shards(); number++) {
      all.addAll(samples.read(new ShardId(number)));
    }
    return all;
  }

  /** Its inputs are kept, as those of a sample that failed now. */
  @Test
  void whatTheReferenceIsKnownToFailOnIsNotRunAgain() {
    SampleSource samples = TinySweep.samples("failed", N);
    ShardEvaluator evaluator =
        new ShardEvaluator(samples.index(), TinySweep.preparation(), Criteria.parse("top-1"));
    List<Sample> shard = all(samples);
    ReferenceEvidence.Union known = new ReferenceEvidence.Union();
    known.failure(0, "a.npz: the reference answers with NaN or infinity");
    try (Predictor model =
        InferenceEngines.onnxRuntime().open(ModelReader.read(TinySweep.model(2), "tiny"))) {
      ShardEvaluator.Result<List<PreparedSample>> result =
          evaluator.prepare(shard, recording(FIRST, model), known.united());

      assertThat(runs).hasSize(N - 1);
      assertThat(result.cost().referenceInferences()).isEqualTo(N - 1);
      PreparedSample failed = result.value().get(0);
      assertThat(failed.failure()).isEqualTo("a.npz: the reference answers with NaN or infinity");
      assertThat(failed.isAnswered()).isFalse();
      assertThat(failed.hasInputs()).isTrue();
      assertThat(evaluator.referenceEvidence(result.value()).failures())
          .isEqualTo(known.united().failures());
    }
  }

  /** Another model would find its session's memory gone from the core's caches at every run. */
  @Test
  void aCandidateRunsOnSixteenSamplesBeforeTheNextOneDoes() throws Exception {
    SampleSource samples = TinySweep.samples("all", N);
    ShardEvaluator evaluator =
        new ShardEvaluator(samples.index(), TinySweep.preparation(), Criteria.parse("top-1"));
    List<Sample> shard = all(samples);
    BitSet all = new BitSet();
    all.set(0, N);
    BitSet late = new BitSet();
    late.set(20, N);
    EvaluationTask task =
        new EvaluationTask(
            new ShardId(0),
            List.of(
                new CandidateSamples(FIRST, RankSet.of(all)),
                new CandidateSamples(SECOND, RankSet.of(late))));
    try (Predictor model =
        InferenceEngines.onnxRuntime().open(ModelReader.read(TinySweep.model(2), "tiny"))) {
      List<PreparedSample> prepared = evaluator.prepare(shard, model).value();
      ShardEvaluator.Result<Map<Sha256Digest, Evidence>> judged =
          evaluator.judge(task, prepared, candidate -> recording(candidate, model));

      assertThat(judged.value().get(FIRST).judged()).isEqualTo(all);
      assertThat(judged.value().get(FIRST).agreed()).isEqualTo(all);
      assertThat(judged.value().get(SECOND).judged()).isEqualTo(late);
      assertThat(judged.value().get(SECOND).agreed()).isEqualTo(late);
      assertThat(judged.cost().candidateInferences()).isEqualTo(N + 20);
    }
    // Ranks 0 to 15, 16 to 31 and 32 to 39; the second candidate is not asked for the first 20.
    assertThat(runs)
        .containsExactlyElementsOf(
            Stream.of(times(FIRST, 32), times(SECOND, 12), times(FIRST, 8), times(SECOND, 8))
                .flatMap(List::stream)
                .toList());
  }

  private static List<Sha256Digest> times(Sha256Digest candidate, int count) {
    return Stream.generate(() -> candidate).limit(count).toList();
  }

  private Predictor recording(Sha256Digest candidate, Predictor model) {
    return new Predictor() {
      @Override
      public List<InputDescription> inputs() {
        return model.inputs();
      }

      @Override
      public List<Prediction> predictCalls(List<Map<String, Tensor>> calls)
          throws PredictionException {
        runs.add(candidate);
        return model.predictCalls(calls);
      }

      @Override
      public void close() {
        // Nobody closes it here.
      }
    };
  }
}
