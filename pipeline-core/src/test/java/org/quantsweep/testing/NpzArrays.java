package org.quantsweep.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.quantsweep.quantize.HalfPrecisionCodec;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Reads and writes {@code .npz} files to talk with the test scripts; all numbers are held in
 * float32.
 */
public final class NpzArrays {
  private static final Pattern TYPE = Pattern.compile("'descr': '(<f[248]|<i[48]|\\|[iub]1)'");
  private static final Pattern SHAPE = Pattern.compile("'shape': \\(([^)]*)\\)");

  private NpzArrays() {}

  /** The arrays by name. */
  public static Map<String, Tensor> read(Path file) throws IOException {
    Map<String, Tensor> arrays = new TreeMap<>();
    try (InputStream in = Files.newInputStream(file);
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        ByteBuffer bytes = ByteBuffer.wrap(zip.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
        int header = bytes.get(6) == 1 ? bytes.getShort(8) & 0xffff : bytes.getInt(8);
        int start = bytes.get(6) == 1 ? 10 : 12;
        String text = new String(bytes.array(), start, header, StandardCharsets.US_ASCII);
        Matcher type = TYPE.matcher(text);
        if (!type.find() || text.contains("'fortran_order': True")) {
          throw new IOException(entry.getName() + " is no array of a known type: " + text);
        }
        Matcher shape = SHAPE.matcher(text);
        if (!shape.find()) {
          throw new IOException(entry.getName() + " has no shape: " + text);
        }
        int[] lengths =
            Arrays.stream(shape.group(1).split(","))
                .map(String::strip)
                .filter(length -> !length.isEmpty())
                .mapToInt(Integer::parseInt)
                .toArray();
        int count = Math.toIntExact(Shape.of(lengths).elementCount());
        bytes.position(start + header);
        float[] values = values(type.group(1), bytes.slice().order(ByteOrder.LITTLE_ENDIAN), count);
        arrays.put(entry.getName().replace(".npy", ""), Tensor.wrap(Shape.of(lengths), values));
      }
    }
    return arrays;
  }

  private static float[] values(String type, ByteBuffer bytes, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] =
          switch (type) {
            case "<f2" -> HalfPrecisionCodec.toFloat(bytes.getShort(2 * i) & 0xffff);
            case "<f4" -> bytes.getFloat(4 * i);
            case "<f8" -> (float) bytes.getDouble(8 * i);
            case "<i4" -> bytes.getInt(4 * i);
            case "<i8" -> bytes.getLong(8 * i);
            case "|u1", "|b1" -> bytes.get(i) & 255;
            default -> bytes.get(i);
          };
    }
    return values;
  }

  /** Writes arrays by name, uncompressed, in the order of the map (NumPy's format 1.0). */
  public static void write(Path file, Map<String, Tensor> arrays) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.setLevel(Deflater.NO_COMPRESSION);
      for (Map.Entry<String, Tensor> entry : arrays.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey() + ".npy"));
        zip.write(npy(entry.getValue()));
      }
    }
  }

  private static byte[] npy(Tensor array) {
    StringBuilder header = new StringBuilder("{'descr': '<f4', 'fortran_order': False, 'shape': (");
    for (int axis = 0; axis < array.shape().rank(); axis++) {
      header.append(array.shape().length(axis)).append(", ");
    }
    header.append(")}");
    // The numbers begin at a multiple of 64 bytes; the magic and the length take ten.
    while ((10 + header.length() + 1) % 64 != 0) {
      header.append(' ');
    }
    header.append('\n');
    ByteBuffer bytes =
        ByteBuffer.allocate(10 + header.length() + 4 * array.size())
            .order(ByteOrder.LITTLE_ENDIAN)
            .put("\u0093NUMPY\u0001\u0000".getBytes(StandardCharsets.ISO_8859_1))
            .putShort((short) header.length())
            .put(header.toString().getBytes(StandardCharsets.US_ASCII));
    bytes.asFloatBuffer().put(array.sharedArray());
    return bytes.array();
  }
}
