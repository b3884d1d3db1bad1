package org.quantsweep.quantize;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * One look-up table for a whole weight tensor of an ML Program, and a scale for each block of it.
 *
 * <p>A scale is the largest magnitude of its block. What is left is in [-1, 1], and an error of it
 * counts as much as the square of its scale, because that is what it becomes of the weights: the
 * table is the one of least error of the weights under these scales ({@link OptimalTables}).
 */
final class ScaledTables {
  /** Of the largest scale, squared: finer differences in what weights count are not seen. */
  private static final int IMPORTANCE_BITS = 30;

  /** What a sum of whole numbers may come to in a double. */
  private static final int EXACT_BITS = 52;

  private final Tensor weights;
  private final FloatType type;
  private final Map<Shape, OptimalTableSet> optimal = new ConcurrentHashMap<>();

  ScaledTables(Tensor weights, FloatType type) {
    this.weights = weights;
    this.type = type;
  }

  /** The codes, the table and the scales. */
  ScaledTableWeights fit(NumberOfBits bits, Shape blocks) {
    int[] places = new BlockPlaces(weights.shape(), blocks).ofElements();
    float[] scales = scales(places, Math.toIntExact(blocks.elementCount()));
    float[] normal = new float[places.length];
    for (int i = 0; i < normal.length; i++) {
      float scale = scales[places[i]];
      normal[i] = scale == 0 ? 0 : (float) ((double) weights.get(i) / scale);
    }
    float[] exact =
        optimal.computeIfAbsent(blocks, missing -> tables(normal, scales, places)).entries(bits);
    float[] entries = Palettes.padded(exact, bits);
    for (int i = 0; i < entries.length; i++) {
      entries[i] = type.round(entries[i]);
    }
    byte[] codes = new NearestEntries(entries).codesOf(normal);
    return new ScaledTableWeights(weights.shape(), bits, codes, type, entries, blocks, scales);
  }

  private float[] scales(int[] places, int count) {
    float[] scales = new float[count];
    for (int i = 0; i < places.length; i++) {
      scales[places[i]] = Math.max(scales[places[i]], Math.abs(weights.get(i)));
    }
    for (int block = 0; block < count; block++) {
      scales[block] = type.round(scales[block]);
    }
    return scales;
  }

  private static OptimalTableSet tables(float[] normal, float[] scales, int[] places) {
    double largest = 0;
    for (float scale : scales) {
      largest = Math.max(largest, scale);
    }
    int bits =
        Math.min(
            IMPORTANCE_BITS,
            EXACT_BITS - Integer.SIZE + Integer.numberOfLeadingZeros(normal.length));
    long[] importance = new long[normal.length];
    for (int i = 0; i < normal.length; i++) {
      // Blocks of zeros decode to zeros whatever the table holds.
      double share = largest == 0 ? 0 : scales[places[i]] / largest;
      importance[i] = share == 0 ? 0 : Math.max(1, Math.round(Math.scalb(share * share, bits)));
    }
    return new OptimalTableSet(new OptimalTables(normal, importance));
  }
}
