package org.quantsweep.sweep;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.ShardId;

/** Cuts a wave of work into tasks, by shard; the same wave always gives the same tasks. */
public final class SweepPlanner {
  /** Of a job: a cluster returns about 1.5 KB of its own for each. */
  private static final int MOST_TASKS = 8192;

  /** Of a job that runs the reference: margin and class of each take 12 bytes. */
  private static final int MOST_SAMPLES = 3 << 20;

  /** Of a job, an answer for each candidate of each task: up to 460 bytes in the largest shards. */
  private static final int MOST_ANSWERS = 3 << 15;

  private SweepPlanner() {}

  /** The shards of a set, in jobs that each return less than 64 MB of the reference's answers. */
  public static List<List<ShardId>> referenceJobs(SampleIndex samples) {
    List<List<ShardId>> jobs = new ArrayList<>();
    List<ShardId> job = new ArrayList<>();
    int first = 0;
    for (int shard = 0; shard < samples.shards(); shard++) {
      ShardId id = new ShardId(shard);
      if (!job.isEmpty() && (job.size() == MOST_TASKS || samples.end(id) - first > MOST_SAMPLES)) {
        jobs.add(job);
        job = new ArrayList<>();
        first = samples.first(id);
      }
      job.add(id);
    }
    if (!job.isEmpty()) {
      jobs.add(job);
    }
    return jobs;
  }

  /**
   * Cuts tasks into jobs that run one after the other, so that what a job returns stays below 64
   * MB, however large the wave is.
   */
  public static List<List<EvaluationTask>> jobs(List<EvaluationTask> tasks) {
    List<List<EvaluationTask>> jobs = new ArrayList<>();
    int from = 0;
    int answers = 0;
    for (int task = 0; task < tasks.size(); task++) {
      int own = tasks.get(task).group().size();
      if (task > from && (task - from == MOST_TASKS || answers + own > MOST_ANSWERS)) {
        jobs.add(tasks.subList(from, task));
        from = task;
        answers = 0;
      }
      answers += own;
    }
    if (from < tasks.size()) {
      jobs.add(tasks.subList(from, tasks.size()));
    }
    return jobs;
  }

  /**
   * The tasks of a wave, by ascending shard, one for each.
   *
   * @param wave the ranks to judge for each candidate, in the order of the candidates
   */
  public static List<EvaluationTask> tasks(SampleIndex samples, Map<Sha256Digest, BitSet> wave) {
    return tasks(samples, wave, 1);
  }

  /**
   * The tasks of a wave, by ascending shard. Where shards are fewer than slots, candidates of one
   * shard go to several tasks.
   *
   * @param wave the ranks to judge for each candidate, in the order of the candidates
   * @param slots how many tasks run at once
   */
  public static List<EvaluationTask> tasks(
      SampleIndex samples, Map<Sha256Digest, BitSet> wave, int slots) {
    SortedMap<ShardId, List<EvaluationTask.CandidateSamples>> shards = new TreeMap<>();
    wave.forEach(
        (candidate, ranks) -> {
          int rank = ranks.nextSetBit(0);
          while (rank >= 0) {
            ShardId shard = samples.shard(rank);
            int end = samples.end(shard);
            shards
                .computeIfAbsent(shard, key -> new ArrayList<>())
                .add(new EvaluationTask.CandidateSamples(candidate, RankSet.of(ranks, rank, end)));
            rank = ranks.nextSetBit(end);
          }
        });
    int pieces = shards.isEmpty() ? 1 : Math.max(1, slots / shards.size());
    List<EvaluationTask> tasks = new ArrayList<>();
    shards.forEach(
        (shard, group) -> {
          int own = Math.min(pieces, group.size());
          for (int piece = 0; piece < own; piece++) {
            tasks.add(
                new EvaluationTask(
                    shard,
                    group.subList(piece * group.size() / own, (piece + 1) * group.size() / own)));
          }
        });
    return tasks;
  }
}
