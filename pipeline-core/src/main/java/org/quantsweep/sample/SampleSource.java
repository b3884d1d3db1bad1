package org.quantsweep.sample;

import java.util.List;

/** The samples of a set, a shard at a time. */
public interface SampleSource {
  /** Which samples there are. */
  SampleIndex index();

  /**
   * The samples of a shard in the order of their ranks.
   *
   * @throws org.quantsweep.BadInputException when they can no longer be read
   */
  List<Sample> read(ShardId shard);
}
