package org.quantsweep.datasets.numpy;

import java.io.IOException;
import java.io.OutputStream;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.quantsweep.tensor.Tensor;

/**
 * Collects named arrays and writes them as an {@code .npz}: the same arrays give the same bytes.
 */
public final class NpzWriter {
  /** The earliest moment that a zip can name: no clock gets into the bytes. */
  private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private final SortedMap<String, byte[]> entries = new TreeMap<>();

  /** Float32. */
  public NpzWriter add(String name, Tensor tensor) {
    entries.put(name, NpyWriter.write(tensor));
    return this;
  }

  /** Int64. */
  public NpzWriter add(String name, long[] values) {
    entries.put(name, NpyWriter.write(values));
    return this;
  }

  /** Texts. */
  public NpzWriter add(String name, List<String> values) {
    entries.put(name, NpyWriter.write(values));
    return this;
  }

  /** Writes all arrays in the order of their names, not compressed; the stream stays open. */
  public void writeTo(OutputStream stream) throws IOException {
    ZipOutputStream zip = new ZipOutputStream(stream);
    for (Map.Entry<String, byte[]> array : entries.entrySet()) {
      byte[] bytes = array.getValue();
      ZipEntry entry = new ZipEntry(array.getKey() + ".npy");
      entry.setTimeLocal(NO_TIME);
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(bytes.length);
      CRC32 crc = new CRC32();
      crc.update(bytes);
      entry.setCrc(crc.getValue());
      zip.putNextEntry(entry);
      zip.write(bytes);
      zip.closeEntry();
    }
    zip.finish();
  }
}
