package org.quantsweep.sample;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.quantsweep.digest.Sha256Digest;

/**
 * Gathers the samples of a set in any order. Beyond {@link #MOST_HELD} digests they go to files, by
 * their first byte, and the index that is made of them lies in a file too: then the heap holds a
 * 256th of them at a time.
 */
public final class SampleCollector implements AutoCloseable {
  /** So many digests are held in memory: 3.2 MB. */
  public static final int MOST_HELD = 100_000;

  private static final int BUCKETS = 256;

  /** Of a digest and its number of copies in a file, in bytes. */
  private static final int RECORD = DigestTable.WORDS * Long.BYTES + Integer.BYTES;

  private final int mostHeld;
  private final Copies.Collector copies = new Copies.Collector();
  private DigestSort held = new DigestSort(0);
  private Path folder;
  private OutputStream[] buckets;

  /** A record goes out in one piece: a stream's calls take longer than its bytes. */
  private final ByteBuffer next = ByteBuffer.allocate(RECORD);

  /** An empty one. */
  public SampleCollector() {
    this(MOST_HELD);
  }

  /** With a limit of one's own for what is held. */
  SampleCollector(int mostHeld) {
    this.mostHeld = mostHeld;
  }

  /** Adds a sample; equal digests are copies of one. */
  public void add(Sha256Digest digest, int count) {
    if (count < 1) {
      throw new IllegalArgumentException(
          "sample " + digest + " has a count (" + count + ") below 1.");
    }
    add(DigestTable.words(digest), count);
  }

  void add(long[] words, int count) {
    try {
      if (buckets == null && held.size() < mostHeld) {
        held.add(words, count);
        return;
      }
      if (buckets == null) {
        spill();
      }
      write(words, 0, count);
    } catch (IOException e) {
      throw FiledDigests.refused(e);
    }
  }

  /** The samples so far; nothing may be added after. */
  public SampleIndex index() {
    if (buckets == null) {
      held.sort();
      for (int place = 0; place < held.size(); place++) {
        copies.add(place, held.count(place));
      }
      long[] words = Arrays.copyOf(held.words(), DigestTable.WORDS * held.size());
      int size = held.size();
      held = null;
      return new SampleIndex(new HeldDigests(words, size), copies.copies());
    }
    try (FiledDigests.Writer writer = new FiledDigests.Writer()) {
      int size = 0;
      for (int bucket = 0; bucket < BUCKETS; bucket++) {
        buckets[bucket].close();
        DigestSort own = read(bucket);
        own.sort();
        for (int place = 0; place < own.size(); place++) {
          writer.add(own.words(), DigestTable.WORDS * place);
          copies.add(size++, own.count(place));
        }
      }
      return new SampleIndex(writer.map(), copies.copies());
    } catch (IOException e) {
      throw FiledDigests.refused(e);
    }
  }

  @Override
  public void close() {
    if (buckets == null) {
      return;
    }
    try {
      for (int bucket = 0; bucket < BUCKETS; bucket++) {
        buckets[bucket].close();
        Files.deleteIfExists(file(bucket));
      }
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      throw FiledDigests.refused(e);
    }
  }

  private void spill() throws IOException {
    folder = Files.createTempDirectory("quantsweep-samples");
    buckets = new OutputStream[BUCKETS];
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      buckets[bucket] = new BufferedOutputStream(Files.newOutputStream(file(bucket)), 1 << 13);
    }
    for (int place = 0; place < held.size(); place++) {
      write(held.words(), DigestTable.WORDS * place, held.count(place));
    }
    held = null;
  }

  private void write(long[] words, int from, int count) throws IOException {
    next.clear();
    for (int word = 0; word < DigestTable.WORDS; word++) {
      next.putLong(words[from + word]);
    }
    next.putInt(count);
    buckets[(int) (words[from] >>> 56)].write(next.array());
  }

  private DigestSort read(int bucket) throws IOException {
    ByteBuffer records = ByteBuffer.wrap(Files.readAllBytes(file(bucket)));
    DigestSort own = new DigestSort(records.remaining() / RECORD);
    long[] words = new long[DigestTable.WORDS];
    while (records.hasRemaining()) {
      for (int word = 0; word < DigestTable.WORDS; word++) {
        words[word] = records.getLong();
      }
      own.add(words, records.getInt());
    }
    return own;
  }

  private Path file(int bucket) {
    return folder.resolve(Integer.toString(bucket));
  }
}
