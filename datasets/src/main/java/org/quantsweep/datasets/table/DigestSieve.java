package org.quantsweep.datasets.table;

import java.io.Serializable;
import java.nio.ByteBuffer;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.ShardId;

/**
 * Passes every digest of a set and few others: about one in ten. It takes one or two bytes a
 * sample, 16 MB at most; from 16 million samples on more pass that are none.
 */
final class DigestSieve implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int MOST_BITS = 27;
  private static final int BITS_PER_SAMPLE = 8;

  private final int bits;
  private final long[] words;

  private DigestSieve(int bits) {
    this.bits = bits;
    this.words = new long[1 << (bits - 6)];
  }

  /** For the samples of a set. */
  static DigestSieve of(SampleIndex samples) {
    int bits = 6;
    while (bits < MOST_BITS && 1L << bits < (long) BITS_PER_SAMPLE * samples.size()) {
      bits++;
    }
    DigestSieve sieve = new DigestSieve(bits);
    for (int shard = 0; shard < samples.shards(); shard++) {
      ShardId id = new ShardId(shard);
      ByteBuffer digests = ByteBuffer.wrap(samples.packed(samples.first(id), samples.end(id)));
      for (int at = 0; at < digests.capacity(); at += Sha256Digest.BYTES) {
        int place = sieve.place(digests.getLong(at + Long.BYTES));
        sieve.words[place >>> 6] |= 1L << place;
      }
    }
    return sieve;
  }

  /** Whether a digest may be of the set; true for all that are. */
  boolean passes(Sha256Digest digest) {
    int place = place(Long.parseUnsignedLong(digest.hex(), 16, 32, 16));
    return (words[place >>> 6] & 1L << place) != 0;
  }

  /** By the second word: the first bits of the first one are alike in a shard. */
  private int place(long word) {
    return (int) (word >>> (Long.SIZE - bits));
  }
}
