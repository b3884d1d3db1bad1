package org.quantsweep.coreml.mlprogram;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.NotSerializableException;
import java.io.ObjectStreamException;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;

/**
 * A file of constants that is put together whenever it is read, one piece at a time. It is never in
 * memory whole, unless it is sent elsewhere.
 */
final class BlobContent implements FileContent {
  private static final long serialVersionUID = 1L;

  private final transient NavigableMap<Long, Piece> pieces;
  private final ByteSize size;
  private final Sha256Digest digest;

  /**
   * Some bytes of the file; between pieces there are zeros.
   *
   * @param bytes called at every use, always with the same answer
   */
  record Piece(long size, Supplier<byte[]> bytes) {}

  private BlobContent(NavigableMap<Long, Piece> pieces, ByteSize size, Sha256Digest digest) {
    this.pieces = pieces;
    this.size = size;
    this.digest = digest;
  }

  /**
   * A file of its pieces by their place; makes each once, to digest them.
   *
   * @param pieces the first at 0, none over another
   */
  static BlobContent of(NavigableMap<Long, Piece> pieces) throws IOException {
    NavigableMap<Long, Piece> copied = Collections.unmodifiableNavigableMap(new TreeMap<>(pieces));
    Measured measured = FileContent.measure(new Stream(copied));
    return new BlobContent(copied, measured.size(), measured.digest());
  }

  @Override
  public ByteSize size() {
    return size;
  }

  @Override
  public Sha256Digest digest() {
    return digest;
  }

  @Override
  public InputStream open() throws IOException {
    return FileContent.verified(new Stream(pieces), "weight.bin", size, digest);
  }

  @Override
  public byte[] read(long position, int length) throws IOException {
    if (position < 0 || position > size.bytes() - length) {
      throw new EOFException("it ends before byte " + (position + length));
    }
    byte[] read = new byte[length];
    Long first = pieces.floorKey(position);
    for (var piece :
        pieces.subMap(first == null ? position : first, position + length).entrySet()) {
      long start = Math.max(position, piece.getKey());
      long end = Math.min(position + length, piece.getKey() + piece.getValue().size());
      if (start < end) {
        System.arraycopy(
            piece.getValue().bytes().get(),
            (int) (start - piece.getKey()),
            read,
            (int) (start - position),
            (int) (end - start));
      }
    }
    return read;
  }

  /** What is sent elsewhere takes its bytes along. */
  private Object writeReplace() throws ObjectStreamException {
    try {
      return inMemory(new ByteSize(Integer.MAX_VALUE));
    } catch (IOException e) {
      throw new NotSerializableException("weight.bin: " + e.getMessage());
    }
  }

  /** The pieces one after the other, each made when the one before has been read. */
  private static final class Stream extends InputStream {
    private final List<Long> places;
    private final NavigableMap<Long, Piece> pieces;
    private InputStream current = InputStream.nullInputStream();
    private long position;
    private int next;

    private Stream(NavigableMap<Long, Piece> pieces) {
      this.places = List.copyOf(pieces.keySet());
      this.pieces = pieces;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 255;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      int n = current.read(target, offset, length);
      while (n < 0 && next < places.size()) {
        current = following();
        n = current.read(target, offset, length);
      }
      position += Math.max(0, n);
      return n;
    }

    /** The gap before the next piece, or the piece itself. */
    private InputStream following() {
      long place = places.get(next);
      if (position < place) {
        return new ByteArrayInputStream(new byte[(int) (place - position)]);
      }
      next++;
      return new ByteArrayInputStream(pieces.get(place).bytes().get());
    }
  }
}
