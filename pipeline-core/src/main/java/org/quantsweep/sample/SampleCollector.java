package org.quantsweep.sample;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
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

  private final int mostHeld;
  private final Copies.Collector copies = new Copies.Collector();
  private DigestSort held = new DigestSort();
  private Path folder;
  private DataOutputStream[] buckets;

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
    buckets = new DataOutputStream[BUCKETS];
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      buckets[bucket] =
          new DataOutputStream(
              new BufferedOutputStream(Files.newOutputStream(file(bucket)), 1 << 13));
    }
    for (int place = 0; place < held.size(); place++) {
      write(held.words(), DigestTable.WORDS * place, held.count(place));
    }
    held = null;
  }

  private void write(long[] words, int from, int count) throws IOException {
    DataOutputStream out = buckets[(int) (words[from] >>> 56)];
    for (int word = 0; word < DigestTable.WORDS; word++) {
      out.writeLong(words[from + word]);
    }
    out.writeInt(count);
  }

  private DigestSort read(int bucket) throws IOException {
    DigestSort own = new DigestSort();
    long[] words = new long[DigestTable.WORDS];
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file(bucket)), 1 << 16))) {
      while (true) {
        try {
          words[0] = in.readLong();
        } catch (EOFException e) {
          return own;
        }
        for (int word = 1; word < DigestTable.WORDS; word++) {
          words[word] = in.readLong();
        }
        own.add(words, in.readInt());
      }
    }
  }

  private Path file(int bucket) {
    return folder.resolve(Integer.toString(bucket));
  }
}
