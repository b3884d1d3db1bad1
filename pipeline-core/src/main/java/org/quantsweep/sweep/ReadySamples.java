package org.quantsweep.sweep;

import java.util.List;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.ShardId;

/** Samples whose inputs are ready, a shard at a time. Safe for several threads. */
public interface ReadySamples {
  /** Which samples there are. */
  SampleIndex index();

  /** The samples of a shard in the order of their ranks. */
  List<PreparedSample> shard(ShardId shard);

  /** What it cost to make them ready, where nobody else tells it. */
  default SweepCost cost() {
    return SweepCost.NONE;
  }
}
