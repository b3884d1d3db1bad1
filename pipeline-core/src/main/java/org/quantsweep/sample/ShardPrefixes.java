package org.quantsweep.sample;

import java.io.Serializable;
import org.quantsweep.digest.Sha256Digest;

/**
 * In which shard of a set a digest would lie, by its first bits alone: four bytes for each shard or
 * so, whatever the set holds.
 */
public final class ShardPrefixes implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int bits;

  /** By the first bits; one more than the shard's number, and 0 where the set has nothing. */
  private final int[] shards;

  ShardPrefixes(int bits, int[] shards) {
    this.bits = bits;
    this.shards = shards;
  }

  /** The number of the shard; -1 where the set holds no digest that begins alike. */
  public int shard(Sha256Digest digest) {
    return shards[(int) (Long.parseUnsignedLong(digest.hex(), 0, 16, 16) >>> (Long.SIZE - bits))]
        - 1;
  }
}
