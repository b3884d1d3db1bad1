package org.quantsweep.sweep;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.ShardId;

/** Cuts a wave of work into tasks, by shard; the same wave always gives the same tasks. */
public final class SweepPlanner {
  private SweepPlanner() {}

  /**
   * The tasks of a wave, by ascending shard.
   *
   * @param wave the ranks to judge for each candidate, in the order of the candidates
   */
  public static List<EvaluationTask> tasks(
      SampleIndex samples, Map<Sha256Digest, ? extends Collection<Integer>> wave) {
    SortedMap<ShardId, List<EvaluationTask.CandidateSamples>> shards = new TreeMap<>();
    wave.forEach(
        (candidate, ranks) -> {
          SortedMap<ShardId, List<Integer>> byShard = new TreeMap<>();
          ranks.stream()
              .sorted()
              .forEach(
                  rank ->
                      byShard
                          .computeIfAbsent(samples.shard(rank), shard -> new ArrayList<>())
                          .add(rank));
          byShard.forEach(
              (shard, own) ->
                  shards
                      .computeIfAbsent(shard, key -> new ArrayList<>())
                      .add(new EvaluationTask.CandidateSamples(candidate, own)));
        });
    List<EvaluationTask> tasks = new ArrayList<>();
    shards.forEach((shard, group) -> tasks.add(new EvaluationTask(shard, group)));
    return tasks;
  }
}
