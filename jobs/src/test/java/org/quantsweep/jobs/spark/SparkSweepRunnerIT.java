package org.quantsweep.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerBlockUpdated;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.BroadcastBlockId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sweep.EvaluationTask;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.SweepPlanner;
import org.quantsweep.sweep.SweepRunner;
import org.quantsweep.testing.SweepRunnerContract;
import org.quantsweep.testing.TinySweep;

class SparkSweepRunnerIT extends SweepRunnerContract {
  private static SparkSession spark;

  @BeforeAll
  static void open() {
    spark = SparkSessions.open("test", "local[2]");
  }

  @AfterAll
  static void close() {
    spark.stop();
  }

  @Override
  protected SweepRunner open(ModelFiles reference, SampleSource samples, InferenceEngine engine) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    return new SparkSweepRunner(
        context,
        reference,
        samples.index(),
        SparkShards.of(context, samples),
        TinySweep.preparation(),
        CRITERION,
        engine);
  }

  /** Content that counts how often its bytes are asked for. */
  private record Counted(FileContent content) implements FileContent {
    private static final AtomicInteger ASKED = new AtomicInteger();

    @Override
    public ByteSize size() {
      return content.size();
    }

    @Override
    public Sha256Digest digest() {
      return content.digest();
    }

    @Override
    public InputStream open() throws IOException {
      ASKED.incrementAndGet();
      return content.open();
    }

    /** As it is sent: it is not copied, so that executors ask this one. */
    @Override
    public FileContent inMemory(ByteSize limit) {
      return this;
    }
  }

  @Test
  void anExecutorThatHasACandidateOpenDoesNotAskForItAgain() {
    SampleSource samples = TinySweep.samples("asked for", 60);
    ModelFiles candidate = ModelFiles.lone(new Counted(TinySweep.model(2).content()));
    int opened = 0;
    try (SweepRunner runner = open(TinySweep.model(1), samples, engine())) {
      for (int wave = 0; wave < 3; wave++) {
        BitSet ranks = new BitSet();
        ranks.set(20 * wave, 20 * wave + 20);
        List<EvaluationTask> tasks =
            SweepPlanner.tasks(samples.index(), Map.of(candidate.digest(), ranks));
        assertThat(tasks).hasSizeGreaterThan(2);
        Map<Sha256Digest, Evidence> found =
            runner.evaluate(tasks, Map.of(candidate.digest(), candidate));
        assertThat(found.get(candidate.digest()).judged().cardinality()).isEqualTo(20);
        opened = wave == 0 ? Counted.ASKED.get() : opened;
      }
    }
    // By the first of many tasks, and by none after it.
    assertThat(opened).isBetween(1, 2);
    assertThat(Counted.ASKED).hasValue(opened);
  }

  /** The largest broadcast, which is the code of a job or a model. */
  private static final class LargestBroadcast extends SparkListener {
    private long bytes;

    @Override
    public synchronized void onBlockUpdated(SparkListenerBlockUpdated updated) {
      if (updated.blockUpdatedInfo().blockId() instanceof BroadcastBlockId) {
        bytes = Math.max(bytes, updated.blockUpdatedInfo().memSize());
      }
    }

    synchronized long bytes() {
      return bytes;
    }
  }

  private long largestBroadcast(int count) throws Exception {
    SampleSource samples = TinySweep.samples("sent", count);
    SampleIndex index = samples.index();
    // One that no other test has open.
    ModelFiles candidate = TinySweep.model(7);
    Random random = new Random(count);
    BitSet ranks = new BitSet();
    for (int rank = 0; rank < index.size(); rank++) {
      ranks.set(rank, random.nextBoolean());
    }
    LargestBroadcast heard = new LargestBroadcast();
    spark.sparkContext().addSparkListener(heard);
    try (SweepRunner runner = open(TinySweep.model(1), samples, engine())) {
      assertThat(runner.runReference().answered().cardinality()).isEqualTo(count);
      runner.evaluate(
          SweepPlanner.tasks(index, Map.of(candidate.digest(), ranks)),
          Map.of(candidate.digest(), candidate));
      spark.sparkContext().listenerBus().waitUntilEmpty();
    } finally {
      spark.sparkContext().removeSparkListener(heard);
    }
    return heard.bytes();
  }

  /** Digests would be 32 bytes a sample, ranks a bit. */
  @Test
  void whatAllTasksAreSentDoesNotGrowWithTheSamples() throws Exception {
    long few = largestBroadcast(500);
    assertThat(few).isPositive();
    assertThat(largestBroadcast(8_000)).isBetween(few - 400, few + 400);
  }

  @Override
  protected InferenceEngine engine() {
    return InferenceEngines.onnxRuntime();
  }
}
