package org.quantsweep.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.ShardId;

class SweepPlannerTest {
  private static final SampleIndex SAMPLES = samples(100_000);

  @Test
  void aWaveIsCutByShardsAndTogetherItIsTheWave() {
    Map<Sha256Digest, BitSet> wave = wave(3, 7);
    List<EvaluationTask> tasks = SweepPlanner.tasks(SAMPLES, wave);
    assertThat(tasks).hasSize(SAMPLES.shards());
    Map<Sha256Digest, RankSet> united = new LinkedHashMap<>();
    for (EvaluationTask task : tasks) {
      for (EvaluationTask.CandidateSamples own : task.group()) {
        own.ranks().forEach(rank -> assertThat(SAMPLES.shard(rank)).isEqualTo(task.shard()));
        united.merge(own.candidate(), own.ranks(), RankSet::plus);
      }
    }
    wave.forEach(
        (candidate, ranks) -> assertThat(united.get(candidate)).isEqualTo(RankSet.of(ranks)));
  }

  @Test
  void candidatesOfOneShardGoToSeveralTasksWhereSlotsAreMany() {
    Map<Sha256Digest, BitSet> wave = new LinkedHashMap<>();
    for (int candidate = 0; candidate < 5; candidate++) {
      BitSet ranks = new BitSet();
      ranks.set(candidate);
      wave.put(Sha256Digest.ofText("candidate " + candidate), ranks);
    }
    assertThat(groups(wave, 1)).containsExactly(5);
    assertThat(groups(wave, 2)).containsExactly(2, 3);
    assertThat(groups(wave, 2000)).containsExactly(1, 1, 1, 1, 1);
  }

  @Test
  void aTaskOfTheLastShardIsAsSmallAsOneOfTheFirst() throws Exception {
    List<EvaluationTask> tasks = SweepPlanner.tasks(SAMPLES, wave(1, 1));
    int first = bytes(tasks.get(0));
    int last = bytes(tasks.get(tasks.size() - 1));
    assertThat(last).isBetween(first - 16, first + 16);
    // A bit for each of some 200 samples, and the names of what is written.
    assertThat(last).isLessThan(700);
  }

  @Test
  void aWaveRunsAsJobsThatReturnLittle() {
    EvaluationTask.CandidateSamples own =
        new EvaluationTask.CandidateSamples(Sha256Digest.ofText("c"), RankSet.of(List.of(1)));
    EvaluationTask small = new EvaluationTask(new ShardId(0), List.of(own));
    EvaluationTask large = new EvaluationTask(new ShardId(0), Collections.nCopies(40, own));
    assertThat(SweepPlanner.jobs(List.of())).isEmpty();
    assertThat(sizes(Collections.nCopies(20_000, small))).containsExactly(8192, 8192, 3616);
    assertThat(sizes(Collections.nCopies(5000, large))).containsExactly(2457, 2457, 86);
  }

  /**
   * The largest shards hold some 1,024 x sqrt(2) samples, and every answer may be about all of
   * them. Spark adds 1.5 KB for each task.
   */
  @Test
  void whatTheLargestJobReturnsStaysBelow64Megabytes() throws Exception {
    Random random = new Random(3);
    int first = 7_000_000;
    BitSet judged = new BitSet();
    judged.set(first, first + 1600);
    for (int candidates : new int[] {1, 4, 12, 16, 40, 300}) {
      List<EvaluationTask.CandidateSamples> group = new ArrayList<>();
      List<Evidence> answers = new ArrayList<>();
      for (int candidate = 0; candidate < candidates; candidate++) {
        BitSet agreed = new BitSet();
        for (int rank = first; rank < first + 1600; rank++) {
          agreed.set(rank, random.nextInt(20) > 0);
        }
        answers.add(Evidence.of(judged, agreed));
        group.add(
            new EvaluationTask.CandidateSamples(
                Sha256Digest.ofText("c" + candidate), RankSet.of(judged)));
      }
      EvaluationTask task = new EvaluationTask(new ShardId(0), group);
      int tasks = SweepPlanner.jobs(Collections.nCopies(20_000, task)).get(0).size();
      long returned = tasks * (bytes(answers) + 1536L);
      assertThat(returned).as("%s candidates", candidates).isLessThan(64_000_000);
    }
  }

  private static List<Integer> sizes(List<EvaluationTask> tasks) {
    return SweepPlanner.jobs(tasks).stream().map(List::size).toList();
  }

  private static int bytes(Object task) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(task);
    }
    return bytes.size();
  }

  private static List<Integer> groups(Map<Sha256Digest, BitSet> wave, int slots) {
    return SweepPlanner.tasks(SAMPLES, wave, slots).stream()
        .map(task -> task.group().size())
        .toList();
  }

  private static Map<Sha256Digest, BitSet> wave(int candidates, int step) {
    Map<Sha256Digest, BitSet> wave = new LinkedHashMap<>();
    for (int candidate = 0; candidate < candidates; candidate++) {
      BitSet ranks = new BitSet();
      for (int rank = candidate; rank < SAMPLES.size(); rank += step) {
        ranks.set(rank);
      }
      wave.put(Sha256Digest.ofText("candidate " + candidate), ranks);
    }
    return wave;
  }

  private static SampleIndex samples(int count) {
    List<Sha256Digest> digests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      digests.add(Sha256Digest.ofText("sample " + i));
    }
    return SampleIndex.of(digests);
  }
}
