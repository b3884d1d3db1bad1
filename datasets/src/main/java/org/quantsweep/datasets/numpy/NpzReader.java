package org.quantsweep.datasets.numpy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.tensor.Tensor;

/** Reads an {@code .npz}: a zip, compressed or not, of {@code NAME.npy} entries. */
public final class NpzReader {
  private static final int MOST_ENTRIES = 4096;

  private NpzReader() {}

  /**
   * The arrays by name.
   *
   * @param mostBytes how many bytes all entries may have, decompressed
   * @throws UnreadableSampleException with the reason
   */
  public static SortedMap<String, Tensor> read(byte[] bytes, long mostBytes)
      throws UnreadableSampleException {
    SortedMap<String, Tensor> arrays = new TreeMap<>();
    long left = mostBytes;
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        String name = entry.getName();
        int limit = (int) Math.min(left, Integer.MAX_VALUE - 16);
        byte[] content = zip.readNBytes(limit);
        if (content.length == limit && zip.read() >= 0) {
          throw new UnreadableSampleException(
              "the .npz has more than " + mostBytes + " bytes when decompressed, the limit.");
        }
        left -= content.length;
        if (!name.endsWith(".npy") || arrays.size() >= MOST_ENTRIES) {
          throw new UnreadableSampleException(
              "the .npz holds '" + name + "', which is not an .npy, or too many arrays.");
        }
        if (arrays.put(name.substring(0, name.length() - 4), array(name, content)) != null) {
          throw new UnreadableSampleException("the .npz holds '" + name + "' twice.");
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new UnreadableSampleException(
          "the .npz is truncated or damaged (" + e.getMessage() + ").", e);
    }
    if (arrays.isEmpty()) {
      throw new UnreadableSampleException("not an .npz file: it holds no arrays.");
    }
    return arrays;
  }

  private static Tensor array(String name, byte[] content) throws UnreadableSampleException {
    try {
      return NpyReader.read(content);
    } catch (UnreadableSampleException e) {
      throw new UnreadableSampleException("'" + name + "': " + e.getMessage(), e);
    }
  }
}
