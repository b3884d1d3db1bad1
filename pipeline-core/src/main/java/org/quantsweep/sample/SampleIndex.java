package org.quantsweep.sample;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.digest.Sha256Digest;

/**
 * The samples of a set in the order of their digests. A sample's rank is its place in that order;
 * shards and blocks follow from rank and set size alone, never from partitions or cores.
 */
public final class SampleIndex implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int LEAST_SHARDS = 16;
  private static final int SAMPLES_PER_SHARD = 256;

  private final ArrayList<Sha256Digest> digests;
  private final int[] counts;
  private final long total;
  private final Sha256Digest setDigest;

  private SampleIndex(SortedMap<Sha256Digest, Integer> copies) {
    digests = new ArrayList<>(copies.keySet());
    counts = new int[digests.size()];
    long sum = 0;
    int rank = 0;
    Sha256Digest.Builder set = new Sha256Digest.Builder();
    for (Map.Entry<Sha256Digest, Integer> entry : copies.entrySet()) {
      counts[rank++] = entry.getValue();
      for (int copy = 0; copy < entry.getValue(); copy++) {
        set.field("sample", entry.getKey().hex());
      }
      sum += entry.getValue();
    }
    total = sum;
    setDigest = set.build();
  }

  /** Of samples by digest, each with the number of its copies (at least 1). */
  public static SampleIndex of(Map<Sha256Digest, Integer> copies) {
    for (Map.Entry<Sha256Digest, Integer> entry : copies.entrySet()) {
      if (entry.getValue() < 1) {
        throw new IllegalArgumentException(
            "sample " + entry.getKey() + " has a count (" + entry.getValue() + ") below 1.");
      }
    }
    return new SampleIndex(new TreeMap<>(copies));
  }

  /** Of samples in any order; equal digests are copies of one sample. */
  public static SampleIndex of(List<Sha256Digest> digests) {
    SortedMap<Sha256Digest, Integer> copies = new TreeMap<>();
    for (Sha256Digest digest : digests) {
      copies.merge(digest, 1, Integer::sum);
    }
    return new SampleIndex(copies);
  }

  /** The number of distinct samples: ranks are in [0, size). */
  public int size() {
    return digests.size();
  }

  /** The number of samples, copies counted: the denominator n. */
  public long total() {
    return total;
  }

  /** The digest of the sample at a rank. */
  public Sha256Digest digest(int rank) {
    return digests.get(rank);
  }

  /** How many copies of the sample at a rank the set holds, at least 1. */
  public int count(int rank) {
    return counts[rank];
  }

  /** Digest over the sorted digests of all samples, copies included. */
  public Sha256Digest setDigest() {
    return setDigest;
  }

  /** The rank of a sample, or a negative number when it is not in the set. */
  public int rank(Sha256Digest digest) {
    return java.util.Collections.binarySearch(digests, digest);
  }

  /**
   * The number of shards: 16, more for large sets (256 samples a shard), never more than samples.
   */
  public int shards() {
    int wanted = (size() + SAMPLES_PER_SHARD - 1) / SAMPLES_PER_SHARD;
    return Math.min(size(), Math.max(LEAST_SHARDS, wanted));
  }

  /** The shard of a rank: consecutive ranks, lengths that differ by at most one. */
  public ShardId shard(int rank) {
    return new ShardId((int) ((long) rank * shards() / size()));
  }
}
