package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.TopLabels;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleCollector;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.ShardId;
import org.quantsweep.sweep.EvaluationKey;
import org.quantsweep.sweep.EvaluationTask;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.InMemoryEvaluationStore;
import org.quantsweep.sweep.RankSet;
import org.quantsweep.sweep.ReferenceEvidence;
import org.quantsweep.sweep.SweepCost;
import org.quantsweep.sweep.SweepRunner;
import org.quantsweep.tensor.Shape;

/** What stays in a driver of every sample, when it has judged a few candidates on all of them. */
class DriverMemoryTest {
  /** More than have their digests on the heap. */
  private static final int SAMPLES = 4 * SampleCollector.MOST_HELD;

  private static final int CANDIDATES = 6;

  /**
   * Executors that know the answers: margins and classes are drawn, the larger a candidate, the
   * fewer disagree.
   */
  private static final class World implements SweepRunner {
    private final SampleIndex samples;
    private final Map<Sha256Digest, Integer> ofHundred = new HashMap<>();

    World(SampleIndex samples, List<Candidate> candidates) {
      this.samples = samples;
      for (Candidate candidate : candidates) {
        ofHundred.put(model(candidate).digest(), 30 - 5 * ofHundred.size());
      }
    }

    @Override
    public ReferenceEvidence runReference() {
      TopLabels.Form form = new TopLabels.Form(List.of("y"), List.of(Shape.of(10)));
      Random random = new Random(2);
      ReferenceEvidence.Union all = new ReferenceEvidence.Union(samples.size());
      for (int shard = 0; shard < samples.shards(); shard++) {
        ShardId id = new ShardId(shard);
        ReferenceEvidence.Union own = new ReferenceEvidence.Union();
        for (int rank = samples.first(id); rank < samples.end(id); rank++) {
          own.answer(rank, random.nextDouble());
          own.label(rank, Optional.of(new TopLabels(form, new int[] {random.nextInt(10)})));
        }
        all.add(own.united());
      }
      return all.united();
    }

    @Override
    public Map<Sha256Digest, Evidence> evaluate(
        List<EvaluationTask> tasks, Map<Sha256Digest, ModelFiles> models) {
      Map<Sha256Digest, Evidence.Union> all = new HashMap<>();
      for (EvaluationTask task : tasks) {
        for (EvaluationTask.CandidateSamples own : task.group()) {
          int disagreeing = ofHundred.get(own.candidate());
          RankSet agreeing = own.ranks().where(rank -> rank % 100 >= disagreeing);
          all.computeIfAbsent(own.candidate(), missing -> new Evidence.Union())
              .add(Evidence.of(own.ranks(), agreeing));
        }
      }
      Map<Sha256Digest, Evidence> united = new HashMap<>();
      all.forEach((candidate, evidence) -> united.put(candidate, evidence.united()));
      return united;
    }

    @Override
    public SweepCost cost() {
      return SweepCost.NONE;
    }

    @Override
    public void close() {}
  }

  private static ModelFiles model(Candidate candidate) {
    return ModelFiles.lone(new byte[Math.toIntExact(candidate.encodedSize().bytes())]);
  }

  /** {@code docs/scale.md} adds up what is held. */
  @Test
  void aSampleTakesAtMost40Bytes() throws IOException, InterruptedException {
    // A JVM of its own: here, what earlier tests left may be collected between two measurements.
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Measured.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(child.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(child.exitValue()).as(output).isZero();
    // Margins and order alone take 12.
    assertThat(Double.parseDouble(output)).isBetween(12.0, 40.0);
  }

  /** What the child does: it prints the bytes of a sample. */
  static final class Measured {
    private Measured() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) {
      long before = heap();
      SampleIndex samples = index();
      List<Candidate> candidates = new ArrayList<>();
      for (int i = 0; i < CANDIDATES; i++) {
        candidates.add(new Candidate.Plan(Sha256Digest.ofText("plan " + i), new ByteSize(10 + i)));
      }
      EvaluationKey key =
          new EvaluationKey(Sha256Digest.ofText("model"), Sha256Digest.ofText("p"), "top-1");
      InMemoryEvaluationStore store = new InMemoryEvaluationStore();
      UniformSearch search =
          new UniformSearch(
              samples,
              key,
              store,
              new World(samples, candidates),
              SearchSettings.everything(AgreementThreshold.parse("0.95")),
              SearchListener.SILENT);
      ReferenceEvidence reference = search.reference();
      SearchOutcome outcome = search.run(reference, candidates, DriverMemoryTest::model);
      double each = (double) (heap() - before) / SAMPLES;
      // All of it is used once more: it was held when it was measured.
      assertThat(store.loadReference(key, samples)).isEqualTo(reference);
      assertThat(reference.answered(samples)).isEqualTo(SAMPLES);
      assertThat(outcome.evaluations())
          .hasSize(CANDIDATES)
          .allSatisfy(own -> assertThat(own.counts().judged()).isEqualTo(SAMPLES));
      System.out.print(each);
    }
  }

  private static SampleIndex index() {
    Random random = new Random(1);
    byte[] bytes = new byte[Sha256Digest.BYTES];
    try (SampleCollector collector = new SampleCollector()) {
      for (int i = 0; i < SAMPLES; i++) {
        random.nextBytes(bytes);
        collector.add(Sha256Digest.ofBytes(bytes, 0), 1);
      }
      return collector.index();
    }
  }

  private static long heap() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least =
          Math.min(least, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
    }
    return least;
  }
}
