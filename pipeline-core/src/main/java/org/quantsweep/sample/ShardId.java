package org.quantsweep.sample;

import java.io.Serializable;

/** The number of a shard of a sample set, from 0. */
public record ShardId(int number) implements Comparable<ShardId>, Serializable {
  /** Checks that the number is not negative. */
  public ShardId {
    if (number < 0) {
      throw new IllegalArgumentException("shard (" + number + ") must not be negative.");
    }
  }

  @Override
  public int compareTo(ShardId other) {
    return Integer.compare(number, other.number);
  }
}
