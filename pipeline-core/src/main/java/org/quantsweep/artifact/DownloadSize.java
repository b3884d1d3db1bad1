package org.quantsweep.artifact;

import com.jcraft.jzlib.Deflater;
import com.jcraft.jzlib.GZIPException;
import com.jcraft.jzlib.JZlib;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.quantsweep.digest.ByteSize;

/**
 * What a model takes on its way to a device: each file deflated alone at level 9 (RFC 1951, no
 * header), as app stores and content networks send it. Names and a directory are not counted.
 *
 * <p>JZlib deflates, in Java: the JVM's own deflater may be any zlib that the system has, and these
 * do not give the same bytes. A file takes 0.4 MB of memory whatever its size.
 */
public final class DownloadSize {
  private static final int BUFFER = 1 << 16;
  private static final int LEVEL = 9;
  private static final int LARGEST_WINDOW = 15;

  private DownloadSize() {}

  /** Of all files together. */
  public static ByteSize of(ModelFiles model) {
    long bytes = 0;
    for (FileContent content : model.files().values()) {
      try (InputStream in = content.open()) {
        bytes += deflate(in, OutputStream.nullOutputStream());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new ByteSize(bytes);
  }

  /** Of a part of a file, as if it were alone: bytes. */
  public static long of(byte[] content) {
    try (InputStream in = FileContent.of(content).open()) {
      return deflate(in, OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Deflates a content.
   *
   * @return the bytes that went out
   */
  static long deflate(InputStream in, OutputStream out) throws IOException {
    Deflater deflater = deflater();
    byte[] plain = new byte[BUFFER];
    byte[] packed = new byte[BUFFER];
    for (int read = in.read(plain); read >= 0; read = in.read(plain)) {
      deflater.setInput(plain, 0, read, false);
      do {
        deflater.setOutput(packed);
        require(deflater, deflater.deflate(JZlib.Z_NO_FLUSH));
        out.write(packed, 0, deflater.getNextOutIndex());
      } while (deflater.getAvailOut() == 0);
    }
    int state;
    do {
      deflater.setOutput(packed);
      state = deflater.deflate(JZlib.Z_FINISH);
      require(deflater, state);
      out.write(packed, 0, deflater.getNextOutIndex());
    } while (state != JZlib.Z_STREAM_END);
    return deflater.getTotalOut();
  }

  private static Deflater deflater() {
    try {
      return new Deflater(LEVEL, LARGEST_WINDOW, true);
    } catch (GZIPException e) {
      throw new IllegalStateException("the deflater does not take its settings.", e);
    }
  }

  /** No progress is no failure: the input went in before. */
  private static void require(Deflater deflater, int state) {
    if (state < JZlib.Z_OK && state != JZlib.Z_BUF_ERROR) {
      throw new IllegalStateException("deflating failed: " + deflater.getMessage() + ".");
    }
  }
}
