package org.quantsweep.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.quantsweep.digest.Sha256Digest;

/** Expected digests and counts come from {@code src/test/python/sample_index.py}. */
class SampleIndexTest {
  private static final String SET =
      "b07b93e3c62f439e063dd59a4e529aee2ea9280611c5eb0ba3e7f914e386f433";
  private static final int SIZE = 6000;

  @Test
  void aSetIsItsSamplesWhereverTheirDigestsLie() {
    for (int mostHeld : List.of(10, SIZE)) {
      SampleIndex index = index(mostHeld);
      assertThat(index.size()).isEqualTo(SIZE);
      assertThat(index.total()).isEqualTo(7200);
      assertThat(index.setDigest()).isEqualTo(new Sha256Digest(SET));
      int rank = index.rank(sample(10));
      assertThat(index.digest(rank)).isEqualTo(sample(10));
      assertThat(index.count(rank)).isEqualTo(2);
      assertThat(index.count(index.rank(sample(11)))).isEqualTo(1);
      assertThat(index.rank(Sha256Digest.ofText("another"))).isNegative();
    }
  }

  @Test
  void partsAreThoseOfTheirSeed() {
    SampleSplits parts = SampleSplits.of(index(SIZE), SplitSizes.DEFAULT, 7);
    assertThat(parts.confirmation().setDigest().hex())
        .isEqualTo("2b82fe03ede0fad8e4f1298a0a2d331e0cf88c2c8770ae8b2614a0ea3f778fa8");
    assertThat(parts.calibration().setDigest().hex())
        .isEqualTo("6c835653fb08bed293999db493b99c7a33ea9cd9c195f7860f40de5f22846808");
    assertThat(parts.selection().setDigest().hex())
        .isEqualTo("0d095de637433ead1b39c4fef0ec7ae72fa7fa13075389a0baf6fd8d38cf22d4");
    assertThat(parts.selection().size()).isEqualTo(2404);
  }

  @Test
  void aShardHoldsTheDigestsThatBeginAlike() {
    SampleIndex index = index(SIZE);
    assertThat(index.shards()).isEqualTo(32);
    assertThat(index.end(new ShardId(0))).isEqualTo(194);
    assertThat(index.first(new ShardId(31))).isEqualTo(SIZE - 188);
    for (int rank = 0; rank < SIZE; rank++) {
      int prefix = Integer.parseInt(index.digest(rank).hex().substring(0, 2), 16) >> 3;
      assertThat(index.shard(rank).number()).isEqualTo(prefix);
    }
    assertThat(SampleIndex.of(List.of(sample(1), sample(2))).shards()).isBetween(1, 2);
    assertThat(SampleIndex.of(List.of()).shards()).isZero();
  }

  @Test
  void aPartOfAPartRefersToTheWhole() {
    SampleIndex index = index(10);
    BitSet even = new BitSet();
    for (int rank = 0; rank < SIZE; rank += 2) {
      even.set(rank);
    }
    SampleIndex half = index.part(even);
    BitSet some = new BitSet();
    some.set(3);
    some.set(7);
    SampleIndex two = half.part(some);
    assertThat(two.digest(1)).isEqualTo(index.digest(14));
    assertThat(two.total()).isEqualTo(index.count(6) + (long) index.count(14));
    assertThat(SampleSplits.without(half, two).size()).isEqualTo(SIZE / 2 - 2);
    assertThat(index.total(even)).isEqualTo(half.total());
  }

  @Test
  void anIndexTravels() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(index(10));
    }
    // 32 bytes a sample, and 8 for each that has copies.
    assertThat(bytes.size()).isLessThan(SIZE * 32 + 800 * 8 + 2000);
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      SampleIndex read = (SampleIndex) in.readObject();
      assertThat(read.setDigest()).isEqualTo(new Sha256Digest(SET));
      assertThat(read.shards()).isEqualTo(32);
    }
  }

  @Test
  void ranksAreSortedByTheirKeys() {
    Random random = new Random(1);
    double[] keys = random.doubles(2000, -3, 3).toArray();
    keys[7] = keys[1000];
    keys[8] = Double.POSITIVE_INFINITY;
    int[] ranks = new int[keys.length];
    for (int rank = 0; rank < ranks.length; rank++) {
      ranks[rank] = rank;
    }
    int[] sorted = RankSort.sort(ranks, rank -> RankSort.key(keys[rank]));
    for (int i = 1; i < sorted.length; i++) {
      int order = Double.compare(keys[sorted[i - 1]], keys[sorted[i]]);
      assertThat(order < 0 || (order == 0 && sorted[i - 1] < sorted[i])).isTrue();
    }
    assertThat(sorted[1999]).isEqualTo(8);
  }

  @Test
  void keysThatLieCloseOrFarApartAreSortedToo() {
    Random random = new Random(2);
    long[][] spans = {{5, 5}, {5, 6}, {0, -1}, {-1L << 33, -1}, {1L << 62, (1L << 62) + 999}};
    for (long[] span : spans) {
      long[] keys = new long[500];
      for (int i = 0; i < keys.length; i++) {
        long width = span[1] - span[0] + 1;
        keys[i] =
            width == 0
                ? random.nextLong()
                : span[0] + Long.remainderUnsigned(random.nextLong(), width);
      }
      keys[3] = span[0];
      keys[4] = span[1];
      List<Integer> expected = new ArrayList<>();
      for (int rank = 0; rank < keys.length; rank++) {
        expected.add(rank);
      }
      expected.sort((one, other) -> Long.compareUnsigned(keys[one], keys[other]));
      int[] ranks = IntStream.range(0, keys.length).toArray();
      assertThat(RankSort.sort(ranks, rank -> keys[rank]))
          .containsExactly(expected.stream().mapToInt(rank -> rank).toArray());
    }
    assertThat(RankSort.sort(new int[0], rank -> 0)).isEmpty();
  }

  @Test
  void aDigestsShardIsKnownByItsFirstBits() {
    SampleIndex samples = index(SampleCollector.MOST_HELD);
    ShardPrefixes prefixes = samples.prefixes();
    for (int rank = 0; rank < samples.size(); rank++) {
      assertThat(prefixes.shard(samples.digest(rank))).isEqualTo(samples.shard(rank).number());
    }
    SampleIndex few = SampleIndex.of(List.of(new Sha256Digest("70" + "1".repeat(62))));
    assertThat(few.prefixes().shard(new Sha256Digest("7f" + "1".repeat(62)))).isZero();
    assertThat(few.prefixes().shard(new Sha256Digest("8f" + "1".repeat(62)))).isEqualTo(-1);
  }

  @Test
  void aSampleIsThereAtLeastOnce() {
    assertThatThrownBy(() -> SampleIndex.of(Map.of(sample(0), 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("sample " + sample(0) + " has a count (0) below 1.");
  }

  private static SampleIndex index(int mostHeld) {
    try (SampleCollector collector = new SampleCollector(mostHeld)) {
      // Copies come one by one, and not in order.
      for (int copy = 0; copy < 3; copy++) {
        for (int i = 0; i < SIZE; i++) {
          if (copy < 1 + (i % 5 == 0 ? i % 3 : 0)) {
            collector.add(sample(i), 1);
          }
        }
      }
      return collector.index();
    }
  }

  private static Sha256Digest sample(int i) {
    return Sha256Digest.ofText("sample " + i);
  }
}
