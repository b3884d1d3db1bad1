package org.quantsweep.quantize;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What src/test/python/make_quantize_fixtures.py made. */
final class Fixtures {
  private Fixtures() {}

  /** The lines of a file, each cut at commas. */
  static List<String[]> lines(String name) {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(Fixtures.class.getResourceAsStream("/quantize/" + name)),
                StandardCharsets.UTF_8))) {
      return reader.lines().map(line -> line.split(",")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The sets of weights by name. */
  static Map<String, float[]> weights() {
    Map<String, float[]> sets = new LinkedHashMap<>();
    for (String[] cells : lines("weights.csv")) {
      float[] weights = new float[cells.length - 1];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = Float.intBitsToFloat(Integer.parseUnsignedInt(cells[i + 1], 16));
      }
      sets.put(cells[0], weights);
    }
    return sets;
  }
}
