package org.quantsweep.sample;

import java.util.List;

/** The samples of a set, a shard at a time. */
public interface SampleSource {
  /** Which samples there are. */
  SampleIndex index();

  /** What of the set could not be read: its path and the reason, in one line each. */
  default List<String> unreadable() {
    return List.of();
  }

  /**
   * The samples of a shard in the order of their ranks.
   *
   * @throws org.quantsweep.BadInputException when they can no longer be read
   */
  List<Sample> read(ShardId shard);
}
