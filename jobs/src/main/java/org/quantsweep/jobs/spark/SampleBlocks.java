package org.quantsweep.jobs.spark;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.ShardId;

/**
 * A sample set as a table stores what is known of it: in blocks under the digests of their samples.
 * The blocks are the set's shards, whose digests begin alike. So they are other sets' blocks too
 * where those hold the same samples there.
 */
final class SampleBlocks {
  /** So many consecutive samples were a block in tables of the first version. */
  private static final int EARLIER = 1024;

  private final SampleIndex samples;
  private final String[] ids;
  private final Map<String, Integer> shards = new HashMap<>();
  private Map<String, Integer> earlier;

  SampleBlocks(SampleIndex samples) {
    this.samples = samples;
    this.ids = new String[samples.shards()];
    for (int shard = 0; shard < ids.length; shard++) {
      ids[shard] = samples.digest(first(shard), end(shard)).hex();
      shards.put(ids[shard], shard);
    }
  }

  int count() {
    return ids.length;
  }

  String id(int shard) {
    return ids[shard];
  }

  int first(int shard) {
    return samples.first(new ShardId(shard));
  }

  int end(int shard) {
    return samples.end(new ShardId(shard));
  }

  /** The block of a rank. */
  int of(int rank) {
    return samples.shard(rank).number();
  }

  /** The block's number in this set; empty where it is none of its blocks. */
  OptionalInt shard(String id) {
    Integer shard = shards.get(id);
    return shard == null ? OptionalInt.empty() : OptionalInt.of(shard);
  }

  /** The rank that a block begins with, of this or of an earlier version; empty for others. */
  OptionalInt start(String id) {
    Integer shard = shards.get(id);
    if (shard != null) {
      return OptionalInt.of(first(shard));
    }
    if (earlier == null) {
      earlier = new HashMap<>();
      for (int start = 0; start < samples.size(); start += EARLIER) {
        int end = Math.min(samples.size(), start + EARLIER);
        earlier.put(samples.digest(start, end).hex(), start);
      }
    }
    Integer start = earlier.get(id);
    return start == null ? OptionalInt.empty() : OptionalInt.of(start);
  }

  /** The digests of a block's samples, as {@link #ranks} reads them. */
  byte[] listed(int shard) {
    return samples.packed(first(shard), end(shard));
  }

  /**
   * Where the samples of another set's block stand in this set.
   *
   * @return by place in that block, -1 for what is not here; empty when nothing is
   */
  int[] ranks(byte[] listed) {
    int[] ranks = new int[listed.length / Sha256Digest.BYTES];
    boolean found = false;
    for (int place = 0; place < ranks.length; place++) {
      int rank = samples.rank(Sha256Digest.ofBytes(listed, place * Sha256Digest.BYTES));
      ranks[place] = Math.max(-1, rank);
      found |= rank >= 0;
    }
    return found ? ranks : new int[0];
  }
}
