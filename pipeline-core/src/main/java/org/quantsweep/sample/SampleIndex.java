package org.quantsweep.sample;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.quantsweep.digest.Sha256Digest;

/**
 * The samples of a set in the order of their digests. A sample's rank is its place in that order;
 * shards follow from digests and set size alone, never from partitions or cores. A sample takes 32
 * bytes of memory, or of a file where there are many ({@link SampleCollector}); in a part of a set
 * it takes 4.
 *
 * <p>A shard holds the samples whose digests begin with the same bits. So what is added to a set
 * leaves the other samples of a shard together, until the set has grown so much that shards are
 * halved.
 */
public final class SampleIndex implements Serializable {
  private static final long serialVersionUID = 2L;
  private static final int LEAST_BITS = 4;
  private static final int SAMPLES_PER_SHARD = 256;

  /** From here on shards grow too, with the root of the set: a driver sends tasks one by one. */
  private static final int MANY = 1 << 20;

  /** So many times as large they become, since a task holds its shard in memory. */
  private static final int MOST_TIMES = 4;

  private final transient DigestTable digests;
  private final transient Copies copies;
  private final transient long total;
  private final transient Sha256Digest setDigest;

  /** The first rank of each shard, and the size. */
  private final transient int[] starts;

  /** Of digests in ascending order. */
  SampleIndex(DigestTable digests, Copies copies) {
    this.digests = digests;
    this.copies = copies;
    this.total = digests.size() + copies.beyondFirst();
    this.setDigest = digestOf(0, digests.size(), true);
    this.starts = cut(digests);
  }

  /** Of samples by digest, each with the number of its copies (at least 1). */
  public static SampleIndex of(Map<Sha256Digest, Integer> copies) {
    try (SampleCollector collector = new SampleCollector()) {
      copies.forEach(collector::add);
      return collector.index();
    }
  }

  /** Of samples in any order; equal digests are copies of one sample. */
  public static SampleIndex of(List<Sha256Digest> digests) {
    try (SampleCollector collector = new SampleCollector()) {
      digests.forEach(digest -> collector.add(digest, 1));
      return collector.index();
    }
  }

  /** Some of the samples, with all their copies; it refers to this set for their digests. */
  public SampleIndex part(BitSet ranks) {
    if (ranks.cardinality() == size()) {
      return this;
    }
    int[] places = ranks.stream().toArray();
    Copies.Collector own = new Copies.Collector();
    for (int rank = 0; rank < places.length; rank++) {
      own.add(rank, count(places[rank]));
    }
    return new SampleIndex(new PartDigests(digests, places), own.copies());
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
    return digests.digest(rank);
  }

  /** How many copies of the sample at a rank the set holds, at least 1. */
  public int count(int rank) {
    return copies.count(rank);
  }

  /** How many samples these are, copies counted. */
  public long total(BitSet ranks) {
    return ranks.cardinality() + copies.beyondFirst(ranks);
  }

  /** Digest over the sorted digests of all samples, copies included. */
  public Sha256Digest setDigest() {
    return setDigest;
  }

  /** The rank of a sample, or a negative number when it is not in the set. */
  public int rank(Sha256Digest digest) {
    return digests.place(digest);
  }

  /**
   * The number of shards: at most 16, more for large sets, never more than samples. A shard has
   * about 256 samples, of more than a million in all up to 1024.
   */
  public int shards() {
    return starts.length - 1;
  }

  /** The shard of a rank: it holds consecutive ranks. */
  public ShardId shard(int rank) {
    int found = Arrays.binarySearch(starts, rank);
    return new ShardId(found >= 0 ? found : -found - 2);
  }

  /** The first rank of a shard. */
  public int first(ShardId shard) {
    return starts[shard.number()];
  }

  /** The rank behind the last one of a shard. */
  public int end(ShardId shard) {
    return starts[shard.number() + 1];
  }

  /** Which shard a digest belongs to. */
  public ShardPrefixes prefixes() {
    int bits = bits(size());
    int[] shards = new int[1 << bits];
    for (int shard = 0; shard < shards(); shard++) {
      shards[(int) (digests.word(starts[shard], 0) >>> (Long.SIZE - bits))] = shard + 1;
    }
    return new ShardPrefixes(bits, shards);
  }

  /** The samples of a shard alone, with their copies. */
  public SampleIndex shardAlone(ShardId shard) {
    try (SampleCollector collector = new SampleCollector()) {
      long[] words = new long[DigestTable.WORDS];
      for (int rank = first(shard); rank < end(shard); rank++) {
        copyWords(rank, words);
        collector.add(words, count(rank));
      }
      return collector.index();
    }
  }

  /** Digest over the digests of consecutive samples, each once. */
  public Sha256Digest digest(int first, int end) {
    return digestOf(first, end, false);
  }

  /** The digests of consecutive samples, 32 bytes each. */
  public byte[] packed(int first, int end) {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * DigestTable.WORDS * (end - first));
    for (int rank = first; rank < end; rank++) {
      for (int word = 0; word < DigestTable.WORDS; word++) {
        bytes.putLong(digests.word(rank, word));
      }
    }
    return bytes.array();
  }

  /** The first samples, each once. */
  SampleIndex once(int most) {
    BitSet first = new BitSet();
    first.set(0, most);
    SampleIndex part = part(first);
    return part.total() == part.size() ? part : new SampleIndex(part.digests, Copies.NONE);
  }

  /** The order of two digests, of this set and of another. */
  int compare(int rank, SampleIndex other, int place) {
    for (int word = 0; word < DigestTable.WORDS; word++) {
      int order = Long.compareUnsigned(digests.word(rank, word), other.digests.word(place, word));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private void copyWords(int rank, long[] words) {
    for (int word = 0; word < DigestTable.WORDS; word++) {
      words[word] = digests.word(rank, word);
    }
  }

  private Sha256Digest digestOf(int first, int end, boolean withCopies) {
    Sha256Digest.Builder set = new Sha256Digest.Builder();
    Framed field = new Framed("sample");
    for (int rank = first; rank < end; rank++) {
      field.set(digests, rank);
      for (int copy = withCopies ? count(rank) : 1; copy > 0; copy--) {
        set.bytes(field.bytes);
      }
    }
    return set.build();
  }

  /** How many first bits digests of one shard have in common: as many as give shards their size. */
  private static int bits(int samples) {
    int bits = LEAST_BITS;
    double wanted =
        SAMPLES_PER_SHARD * Math.max(1, Math.min(MOST_TIMES, Math.sqrt((double) samples / MANY)));
    // Rounded on the logarithm.
    while (samples > wanted * (1 << bits) * Math.sqrt(2)) {
      bits++;
    }
    return bits;
  }

  private static int[] cut(DigestTable digests) {
    int bits = bits(digests.size());
    int[] starts = new int[(1 << bits) + 1];
    int shards = 0;
    long before = -1;
    for (int rank = 0; rank < digests.size(); rank++) {
      long prefix = digests.word(rank, 0) >>> (Long.SIZE - bits);
      if (prefix != before) {
        starts[shards++] = rank;
        before = prefix;
      }
    }
    starts[shards] = digests.size();
    return Arrays.copyOf(starts, shards + 1);
  }

  /** A field of a digest as {@link Sha256Digest.Builder#field} frames it, made without texts. */
  private static final class Framed {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final int start;
    private final byte[] bytes;

    Framed(String name) {
      byte[] text = name.getBytes(StandardCharsets.UTF_8);
      start = Integer.BYTES + text.length + Integer.BYTES;
      bytes = new byte[start + 64];
      ByteBuffer.wrap(bytes).putInt(text.length).put(text).putInt(64);
    }

    void set(DigestTable digests, int rank) {
      for (int word = 0; word < DigestTable.WORDS; word++) {
        long value = digests.word(rank, word);
        for (int digit = 0; digit < 16; digit++) {
          bytes[start + 16 * word + digit] = HEX[(int) (value >>> (60 - 4 * digit)) & 15];
        }
      }
    }
  }

  private Object writeReplace() {
    return new Form(this);
  }

  private void readObject(ObjectInputStream in) throws IOException {
    throw new InvalidObjectException("a sample index travels in another form.");
  }

  /** How an index travels: digests one behind the other, wherever they lie on either side. */
  private static final class Form implements Serializable {
    private static final long serialVersionUID = 1L;

    private transient SampleIndex index;

    Form(SampleIndex index) {
      this.index = index;
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
      out.defaultWriteObject();
      out.writeInt(index.size());
      for (int rank = 0; rank < index.size(); rank++) {
        for (int word = 0; word < DigestTable.WORDS; word++) {
          out.writeLong(index.digests.word(rank, word));
        }
      }
      out.writeObject(index.copies);
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      int size = in.readInt();
      DigestTable digests = size <= SampleCollector.MOST_HELD ? held(in, size) : filed(in, size);
      index = new SampleIndex(digests, (Copies) in.readObject());
    }

    private static DigestTable held(ObjectInputStream in, int size) throws IOException {
      long[] words = new long[DigestTable.WORDS * size];
      for (int i = 0; i < words.length; i++) {
        words[i] = in.readLong();
      }
      return new HeldDigests(words, size);
    }

    private static DigestTable filed(ObjectInputStream in, int size) throws IOException {
      try (FiledDigests.Writer writer = new FiledDigests.Writer()) {
        long[] words = new long[DigestTable.WORDS];
        for (int rank = 0; rank < size; rank++) {
          for (int word = 0; word < DigestTable.WORDS; word++) {
            words[word] = in.readLong();
          }
          writer.add(words, 0);
        }
        return writer.map();
      }
    }

    private Object readResolve() {
      return index;
    }
  }
}
