package org.quantsweep.datasets.table;

import java.io.Serializable;
import java.util.List;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.ShardId;

/** The samples of one shard, as one element of a distributed set: one partition holds one. */
public record ShardSamples(ShardId shard, List<Sample> samples) implements Serializable {
  /** Copies the list. */
  public ShardSamples {
    samples = List.copyOf(samples);
  }
}
