package org.quantsweep.datasets.numpy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.quantsweep.LfsPointer;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.tensor.Tensor;

/**
 * Reads an {@code .npz}: a zip, compressed or not, of {@code NAME.npy} entries. What is no array of
 * numbers is left out: texts and objects beside the arrays are of no use to a model.
 */
public final class NpzReader {
  private static final int MOST_ENTRIES = 4096;

  /** Entries are expanded in steps that double, from 1 MiB. */
  private static final int STEP = 1 << 20;

  private NpzReader() {}

  /**
   * The arrays by name.
   *
   * @param mostBytes how many bytes all entries may have, decompressed
   * @throws UnreadableSampleException with the reason
   * @throws org.quantsweep.BadInputException when that is more than a task's memory holds
   */
  public static SortedMap<String, Tensor> read(byte[] bytes, long mostBytes)
      throws UnreadableSampleException {
    if (LfsPointer.is(bytes)) {
      throw new UnreadableSampleException(LfsPointer.WHAT);
    }
    SortedMap<String, Tensor> arrays = new TreeMap<>();
    long left = mostBytes;
    Set<String> names = new HashSet<>();
    String other = "";
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        String name = entry.getName();
        int limit = (int) Math.min(left, Integer.MAX_VALUE - 16);
        byte[] content = expanded(zip, limit);
        if (content.length == limit && zip.read() >= 0) {
          throw new UnreadableSampleException(
              "the .npz has more than " + mostBytes + " bytes when decompressed, the limit.");
        }
        left -= content.length;
        if (!names.add(name)) {
          throw new UnreadableSampleException("the .npz holds '" + name + "' twice.");
        }
        if (names.size() > MOST_ENTRIES) {
          throw new UnreadableSampleException(
              "the .npz holds more than " + MOST_ENTRIES + " arrays.");
        }
        if (name.endsWith(".npy")) {
          try {
            arrays.put(name.substring(0, name.length() - 4), NpyReader.read(content));
          } catch (OtherTypeException e) {
            other = other.isEmpty() ? named(name, e) : other;
          } catch (UnreadableSampleException e) {
            throw new UnreadableSampleException(named(name, e), e);
          }
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new UnreadableSampleException(
          "the .npz is truncated or damaged (" + e.getMessage() + ").", e);
    }
    if (arrays.isEmpty()) {
      throw new UnreadableSampleException(
          other.isEmpty() ? "not an .npz file: it holds no arrays." : other);
    }
    return arrays;
  }

  /** As much as is there, up to a limit, and no more than a task may hold. */
  private static byte[] expanded(ZipInputStream zip, int limit) throws IOException {
    byte[] content = zip.readNBytes(Math.min(limit, STEP));
    while (content.length < limit) {
      byte[] more = zip.readNBytes(Math.min(limit - content.length, content.length));
      if (more.length == 0) {
        break;
      }
      TaskMemory.require((long) content.length + more.length);
      int before = content.length;
      content = Arrays.copyOf(content, before + more.length);
      System.arraycopy(more, 0, content, before, more.length);
    }
    return content;
  }

  private static String named(String name, UnreadableSampleException e) {
    return "'" + name + "': " + e.getMessage();
  }
}
