package org.quantsweep.quantize;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.quantsweep.BadInputException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * The look-up tables of one weight tensor of an ML Program. Tables of equal steps and of unique
 * values are coremltools' own; those of least error are exact for single weights ({@link
 * OptimalTables}), and found by {@link VectorTables} for vectors.
 */
final class Palettes {
  private final Tensor weights;
  private final FloatType type;

  /** Which weights count; null for all. */
  private final BitSet counted;

  private final Map<Shape, OptimalTableSet[]> optimal = new ConcurrentHashMap<>();

  Palettes(Tensor weights, FloatType type) {
    this(weights, type, null);
  }

  private Palettes(Tensor weights, FloatType type, BitSet counted) {
    this.weights = weights;
    this.type = type;
    this.counted = counted;
  }

  /** The same, with tables of least error fitted to some of the weights only. */
  Palettes only(BitSet some) {
    return new Palettes(weights, type, some);
  }

  /** The same, with the tables of all weights as they were found before. */
  Palettes with(OptimalTableSet known) {
    Palettes same = new Palettes(weights, type, counted);
    same.optimal.putAll(optimal);
    same.optimal.put(BlockPlaces.whole(weights.shape().rank()), new OptimalTableSet[] {known});
    return same;
  }

  Optional<OptimalTableSet> known() {
    return Optional.ofNullable(optimal.get(BlockPlaces.whole(weights.shape().rank())))
        .map(sets -> sets[0]);
  }

  /** The codes and tables of a scheme. */
  PalettizedWeights fit(Scheme.Quantization scheme, PalettizedWeights.Cut cut) {
    NumberOfBits bits = scheme.bits();
    int[] tables = new BlockPlaces(cut.indices(), cut.tables()).ofElements();
    int[] places = cut.elements();
    int size = bits.codes() * cut.vector();
    int[][] members = members(tables, Math.toIntExact(cut.tables().elementCount()));
    float[] entries = new float[members.length * size];
    for (int table = 0; table < members.length; table++) {
      float[] fitted = table(scheme, cut, table, members[table], places);
      System.arraycopy(fitted, 0, entries, table * size, size);
    }
    float scale = scheme.entries() == TableEntries.INT8 ? compact(entries) : 0;
    byte[] codes = new byte[tables.length];
    for (int table = 0; table < members.length; table++) {
      float[] own = own(members[table], places, cut.vector());
      float[] fitted = Arrays.copyOfRange(entries, table * size, (table + 1) * size);
      byte[] coded = codes(scheme, own, fitted, cut.vector());
      for (int i = 0; i < coded.length; i++) {
        codes[members[table][i]] = coded[i];
      }
    }
    return new PalettizedWeights(weights.shape(), bits, codes, type, cut, entries, scale);
  }

  /** The codes of each table, ascending. */
  private static int[][] members(int[] tables, int count) {
    int[] sizes = new int[count];
    for (int table : tables) {
      sizes[table]++;
    }
    int[][] members = new int[count][];
    for (int table = 0; table < count; table++) {
      members[table] = new int[sizes[table]];
      sizes[table] = 0;
    }
    for (int i = 0; i < tables.length; i++) {
      members[tables[i]][sizes[tables[i]]++] = i;
    }
    return members;
  }

  private float[] own(int[] members, int[] places, int vector) {
    float[] own = new float[members.length * vector];
    for (int i = 0; i < members.length; i++) {
      for (int j = 0; j < vector; j++) {
        own[i * vector + j] = weights.get(places[members[i] * vector + j]);
      }
    }
    return own;
  }

  private float[] table(
      Scheme.Quantization scheme,
      PalettizedWeights.Cut cut,
      int table,
      int[] members,
      int[] places) {
    NumberOfBits bits = scheme.bits();
    float[] own = own(members, places, cut.vector());
    if (scheme.method() instanceof Method.CustomTable custom) {
      Tensor values = Tensor.wrap(Shape.of(own.length), own);
      float[] made = CustomTables.fit(custom, values, bits).clone();
      Arrays.sort(made);
      return rounded(made);
    }
    return switch ((Method.Plain) scheme.method()) {
      case LUT_LINEAR -> even(own, bits);
      case LUT_UNIQUE -> unique(own, cut.vector(), scheme);
      default ->
          cut.vector() == 1
              ? rounded(padded(optimal(cut, table, own, members, places, bits), bits))
              : rounded(new VectorTables(own, cut.vector()).fit(bits.codes()));
    };
  }

  /** Repeats the last entry, where fewer values differ than a table holds. */
  private static float[] padded(float[] entries, NumberOfBits bits) {
    float[] padded = Arrays.copyOf(entries, bits.codes());
    Arrays.fill(padded, entries.length, padded.length, entries[entries.length - 1]);
    return padded;
  }

  private float[] rounded(float[] entries) {
    float[] rounded = new float[entries.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = type.round(entries[i]);
    }
    return rounded;
  }

  private float[] optimal(
      PalettizedWeights.Cut cut,
      int table,
      float[] own,
      int[] members,
      int[] places,
      NumberOfBits bits) {
    OptimalTableSet[] sets =
        optimal.computeIfAbsent(
            cut.tables(), key -> new OptimalTableSet[Math.toIntExact(key.elementCount())]);
    synchronized (sets) {
      if (sets[table] == null) {
        sets[table] = new OptimalTableSet(some(own, members, places));
      }
      return sets[table].entries(bits);
    }
  }

  /** Those that count; all where none does. */
  private float[] some(float[] own, int[] members, int[] places) {
    if (counted == null) {
      return own;
    }
    float[] some = new float[own.length];
    int count = 0;
    for (int i = 0; i < members.length; i++) {
      if (counted.get(places[members[i]])) {
        some[count++] = own[i];
      }
    }
    return count == 0 ? own : Arrays.copyOf(some, count);
  }

  private float[] even(float[] own, NumberOfBits bits) {
    float low = least(own);
    double range = range(own);
    double step = range / (bits.codes() - 1);
    double scale = range > type.largest() ? step : type.round(step);
    float[] table = new float[bits.codes()];
    for (int i = 0; i < table.length; i++) {
      table[i] = type.round(i * scale + low);
    }
    return table;
  }

  /** Rounded to the type, or exact beyond it, where coremltools makes tables of infinities. */
  private double range(float[] values) {
    float low = least(values);
    float high = most(values);
    float range = type.round(high - low);
    return Float.isInfinite(range) ? (double) high - low : range;
  }

  private static float least(float[] values) {
    float least = Float.POSITIVE_INFINITY;
    for (float value : values) {
      least = Math.min(least, value);
    }
    return least;
  }

  private static float most(float[] values) {
    float most = Float.NEGATIVE_INFINITY;
    for (float value : values) {
      most = Math.max(most, value);
    }
    return most;
  }

  /** Different weights, or vectors, in ascending order; zeros fill the table. */
  private static float[] unique(float[] own, int vector, Scheme.Quantization scheme) {
    NumberOfBits bits = scheme.bits();
    TreeSet<float[]> different = new TreeSet<>(Arrays::compare);
    for (int start = 0; start < own.length; start += vector) {
      float[] one = Arrays.copyOfRange(own, start, start + vector);
      for (int i = 0; i < vector; i++) {
        // Zeros of both signs are one.
        one[i] += 0f;
      }
      different.add(one);
      if (different.size() > bits.codes()) {
        throw new BadInputException(
            "it has more than "
                + bits.codes()
                + (vector == 1 ? " different weights in one table" : " different vectors")
                + ", more than "
                + scheme
                + " can hold.\nMaybe write "
                + new Scheme.Quantization(Method.Plain.LUT_KMEANS, bits, scheme.grouping())
                    .shortly()
                + ".");
      }
    }
    float[] table = new float[bits.codes() * vector];
    int at = 0;
    for (float[] one : different) {
      System.arraycopy(one, 0, table, at, vector);
      at += vector;
    }
    return table;
  }

  /** Rounds entries to bytes of one scale, which is given back. */
  private float compact(float[] entries) {
    BlockwiseWeights bytes =
        new BlockwiseQuantizer(
                Tensor.wrap(Shape.of(entries.length), entries.clone()),
                type,
                new NumberOfBits(8),
                true)
            .quantize(Shape.of(1));
    System.arraycopy(bytes.dequantize().sharedArray(), 0, entries, 0, entries.length);
    float scale = bytes.scales()[0];
    return scale == 0 ? type.leastNormal() : scale;
  }

  private byte[] codes(Scheme.Quantization scheme, float[] own, float[] table, int vector) {
    if (vector > 1) {
      return VectorTables.nearest(own, table, vector);
    }
    if (scheme.method() == Method.Plain.LUT_LINEAR) {
      return evenCodes(own, scheme.bits());
    }
    if (scheme.method() == Method.Plain.LUT_UNIQUE) {
      return uniqueCodes(own, table);
    }
    return new NearestEntries(table).codesOf(own);
  }

  /** Three roundings, as coremltools makes them; bytes instead of floats do not move a code. */
  private byte[] evenCodes(float[] own, NumberOfBits bits) {
    float low = least(own);
    double range = range(own);
    byte[] codes = new byte[own.length];
    for (int i = 0; i < codes.length; i++) {
      double above = range > type.largest() ? (double) own[i] - low : type.round(own[i] - low);
      float place = range == 0 ? 0 : type.round(above / range);
      codes[i] = (byte) Math.rint(type.round(place * (bits.codes() - 1)));
    }
    return codes;
  }

  private static byte[] uniqueCodes(float[] own, float[] table) {
    int filled = table.length;
    // Zeros fill the table behind its values, which ascend.
    while (filled > 1 && table[filled - 1] <= table[filled - 2]) {
      filled--;
    }
    byte[] codes = new byte[own.length];
    for (int i = 0; i < codes.length; i++) {
      int found = Arrays.binarySearch(table, 0, filled, own[i] + 0f);
      codes[i] = (byte) (found < 0 ? nearest(table, filled, own[i]) : found);
    }
    return codes;
  }

  /** Entries that were rounded to bytes no longer meet the weights. */
  private static int nearest(float[] table, int filled, float weight) {
    int best = 0;
    for (int i = 1; i < filled; i++) {
      if (Math.abs(table[i] - weight) < Math.abs(table[best] - weight)) {
        best = i;
      }
    }
    return best;
  }
}
