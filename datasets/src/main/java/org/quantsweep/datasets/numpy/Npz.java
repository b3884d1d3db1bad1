package org.quantsweep.datasets.numpy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.quantsweep.tensor.Tensor;

/** Named arrays in a zip file, one {@code NAME.npy} each. */
public final class Npz {
  private static final int ENTRIES = 100_000;
  private static final long DECOMPRESSED = 8L << 30;

  private Npz() {}

  /**
   * The arrays by name, without their {@code .npy}.
   *
   * @throws IOException with one line that says why it cannot be read
   */
  public static SortedMap<String, Tensor> read(byte[] bytes) throws IOException {
    SortedMap<String, Tensor> arrays = new TreeMap<>();
    long total = 0;
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        long room = Math.min(Integer.MAX_VALUE - 8L, DECOMPRESSED - total);
        byte[] data = zip.readNBytes((int) room);
        total += data.length;
        if (arrays.size() == ENTRIES || zip.read() >= 0) {
          throw new IOException(
              "it holds more than " + ENTRIES + " arrays or " + DECOMPRESSED + " bytes");
        }
        String name = entry.getName();
        if (name.endsWith(".npy")) {
          try {
            arrays.put(name.substring(0, name.length() - 4), NpyReader.read(data));
          } catch (IOException e) {
            throw new IOException("array '" + name + "': " + e.getMessage(), e);
          }
        }
      }
    }
    if (arrays.isEmpty()) {
      throw new IOException("it holds no .npy array");
    }
    return arrays;
  }

  /** A zip of encoded arrays, by name; the same arrays always give the same bytes. */
  public static byte[] write(SortedMap<String, byte[]> arrays) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> array : arrays.entrySet()) {
        ZipEntry entry = new ZipEntry(array.getKey() + ".npy");
        entry.setLastModifiedTime(FileTime.fromMillis(315_532_800_000L));
        zip.putNextEntry(entry);
        zip.write(array.getValue());
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("memory can always be written.", e);
    }
    return bytes.toByteArray();
  }

  /** A zip of float32 arrays, by name. */
  public static byte[] writeTensors(SortedMap<String, Tensor> arrays) {
    SortedMap<String, byte[]> encoded = new TreeMap<>();
    arrays.forEach((name, tensor) -> encoded.put(name, NpyWriter.write(tensor)));
    return write(encoded);
  }
}
