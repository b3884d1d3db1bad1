package org.quantsweep.job;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.zip.Deflater;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;

/**
 * What a model takes on its way to a device: each file deflated alone at level 9 (RFC 1951, no
 * header), as app stores and content networks send it. Names and a directory are not counted.
 */
final class DownloadSize {
  private static final int BUFFER = 1 << 16;

  private DownloadSize() {}

  /** In bytes. */
  static long of(ModelFiles model) {
    long bytes = 0;
    for (FileContent content : model.files().values()) {
      try {
        bytes += deflated(content);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return bytes;
  }

  private static long deflated(FileContent content) throws IOException {
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
    try (InputStream in = content.open()) {
      byte[] plain = new byte[BUFFER];
      byte[] packed = new byte[BUFFER];
      for (int read = in.read(plain); read >= 0; read = in.read(plain)) {
        deflater.setInput(plain, 0, read);
        while (!deflater.needsInput()) {
          deflater.deflate(packed);
        }
      }
      deflater.finish();
      while (!deflater.finished()) {
        deflater.deflate(packed);
      }
      return deflater.getBytesWritten();
    } finally {
      deflater.end();
    }
  }
}
