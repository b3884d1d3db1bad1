package org.quantsweep.jobs.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.ShardId;

/** A part of a set, with shards of its own. */
final class SampleSubset implements SampleSource {
  private final SampleSource whole;
  private final SampleIndex part;

  SampleSubset(SampleSource whole, SampleIndex part) {
    this.whole = whole;
    this.part = part;
  }

  @Override
  public SampleIndex index() {
    return part;
  }

  @Override
  public List<Sample> read(ShardId shard) {
    Map<Integer, Sample> found = new TreeMap<>();
    for (int other = 0; other < whole.index().shards(); other++) {
      for (Sample sample : whole.read(new ShardId(other))) {
        int rank = part.rank(sample.digest());
        if (rank >= 0 && part.shard(rank).equals(shard)) {
          found.put(rank, sample);
        }
      }
    }
    return new ArrayList<>(found.values());
  }
}
