package org.quantsweep.sample;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A part of a set, with shards of its own. */
public final class SampleSubset implements SampleSource {
  private final SampleSource whole;
  private final SampleIndex part;
  private Map<ShardId, List<Sample>> shards;

  /** Some of the samples of a set. */
  public SampleSubset(SampleSource whole, SampleIndex part) {
    this.whole = whole;
    this.part = part;
  }

  @Override
  public SampleIndex index() {
    return part;
  }

  @Override
  public List<Sample> read(ShardId shard) {
    return shards().getOrDefault(shard, List.of());
  }

  /** Read once: a shard of the part has its samples in any shard of the whole. */
  private synchronized Map<ShardId, List<Sample>> shards() {
    if (shards == null) {
      Map<Integer, Sample> ranked = new TreeMap<>();
      for (int shard = 0; shard < whole.index().shards(); shard++) {
        for (Sample sample : whole.read(new ShardId(shard))) {
          int rank = part.rank(sample.digest());
          if (rank >= 0) {
            ranked.put(rank, sample);
          }
        }
      }
      shards = new HashMap<>();
      ranked.forEach(
          (rank, sample) ->
              shards.computeIfAbsent(part.shard(rank), id -> new ArrayList<>()).add(sample));
    }
    return shards;
  }
}
