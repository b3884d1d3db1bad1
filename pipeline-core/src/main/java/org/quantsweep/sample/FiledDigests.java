package org.quantsweep.sample;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Digests in a file that the system maps: they take room in its page cache and none of the heap.
 * The file has no name any more once it is mapped, and goes with the object.
 */
final class FiledDigests implements DigestTable {
  /** Digests of one mapping, 512 MB. */
  private static final int SHIFT = 24;

  private final List<ByteBuffer> maps;
  private final int size;

  private FiledDigests(List<ByteBuffer> maps, int size) {
    this.maps = maps;
    this.size = size;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public long word(int place, int word) {
    int inside = place & ((1 << SHIFT) - 1);
    return maps.get(place >>> SHIFT).getLong(Long.BYTES * (WORDS * inside + word));
  }

  /** Takes digests in ascending order, and maps what it has in the end. */
  static final class Writer implements AutoCloseable {
    private final Path file;
    private final OutputStream out;

    /** A digest goes out in one piece: a stream's calls take longer than its bytes. */
    private final ByteBuffer next = ByteBuffer.allocate(WORDS * Long.BYTES);

    private int size;

    Writer() throws IOException {
      file = Files.createTempFile("quantsweep-samples", ".digests");
      out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
    }

    void add(long[] words, int from) throws IOException {
      next.clear();
      for (int word = 0; word < WORDS; word++) {
        next.putLong(words[from + word]);
      }
      out.write(next.array());
      size++;
    }

    FiledDigests map() throws IOException {
      out.close();
      List<ByteBuffer> maps = new ArrayList<>();
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        long piece = ((long) Long.BYTES * WORDS) << SHIFT;
        for (long at = 0; at < channel.size(); at += piece) {
          maps.add(
              channel.map(FileChannel.MapMode.READ_ONLY, at, Math.min(piece, channel.size() - at)));
        }
      }
      return new FiledDigests(maps, size);
    }

    @Override
    public void close() {
      try {
        out.close();
        Files.deleteIfExists(file);
      } catch (IOException e) {
        // Systems that keep mapped files named take it away with the process.
        file.toFile().deleteOnExit();
      }
    }
  }

  /** What a disk refuses here is nobody's choice. */
  static UncheckedIOException refused(IOException e) {
    return new UncheckedIOException(
        "the digests of the samples cannot be kept in the folder for temporary files"
            + " (java.io.tmpdir).",
        e);
  }
}
