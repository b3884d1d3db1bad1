package org.quantsweep.calibration;

import java.util.Arrays;
import org.quantsweep.quantize.FloatType;

/** Tables with scales of weights that count by their inputs alone, as if these were independent. */
final class DiagonalTables {
  private static final int ROUNDS = 8;

  /** The table reaches about so far beyond the spread of a block's weights. */
  private static final double REACH = 2.5;

  private final float[] weights;
  private final double[] importance;
  private final int[] places;
  private final FloatType type;

  /**
   * Of one weight tensor.
   *
   * @param weights of all blocks, not copied
   * @param importance of each, not copied
   * @param places the block of each, not copied
   * @param type of entries and scales
   */
  DiagonalTables(float[] weights, double[] importance, int[] places, FloatType type) {
    this.weights = weights;
    this.importance = importance;
    this.places = places;
    this.type = type;
  }

  /** A scale as it is stored; the one before where the type cannot hold it. */
  static float stored(FloatType type, double scale, float before) {
    float rounded = type.round(scale);
    return rounded >= type.leastNormal() && Float.isFinite(rounded) ? rounded : before;
  }

  /** Chooses the table, the codes and the scales in turn, each the best one for the others. */
  ScaledTableStart refined(ScaledTableStart start) {
    float[] table = start.entries();
    float[] scales = start.scales().clone();
    float[] normal = new float[weights.length];
    for (int round = 0; round < ROUNDS; round++) {
      table = table(table, scales, normal);
      if (round < ROUNDS - 1) {
        move(scales, new AscendingTable(table), normal);
      }
    }
    return new ScaledTableStart(table, scales);
  }

  /**
   * A better table.
   *
   * @param normal the weights without their scales; written
   */
  private float[] table(float[] before, float[] scales, float[] normal) {
    double[] counts = new double[weights.length];
    for (int i = 0; i < weights.length; i++) {
      double scale = scales[places[i]];
      normal[i] = scale == 0 ? 0 : (float) (weights[i] / scale);
      counts[i] = importance[i] * scale * scale;
    }
    float[] fitted = new WeightedTable(normal, counts).fit(before);
    double[] exact = new double[fitted.length];
    Arrays.setAll(exact, i -> fitted[i]);
    return new EntryRounding(type, false).rounded(exact);
  }

  /** Moves scales to the least squares of the nearest codes. */
  private void move(float[] scales, AscendingTable codes, float[] normal) {
    double[] products = new double[scales.length];
    double[] squares = new double[scales.length];
    for (int i = 0; i < weights.length; i++) {
      double entry = codes.entry(codes.nearest(normal[i]));
      products[places[i]] += importance[i] * weights[i] * entry;
      squares[places[i]] += importance[i] * entry * entry;
    }
    for (int block = 0; block < scales.length; block++) {
      if (scales[block] != 0 && squares[block] > 0) {
        scales[block] = stored(type, products[block] / squares[block], scales[block]);
      }
    }
  }

  /** The same with scales by the fourth moments of the blocks: between spread and reach. */
  ScaledTableStart spread(ScaledTableStart start) {
    float[] scales = start.scales().clone();
    double[] powers = new double[scales.length];
    double[] counts = new double[scales.length];
    for (int i = 0; i < weights.length; i++) {
      double share = scales[places[i]] == 0 ? 0 : weights[i] / scales[places[i]];
      powers[places[i]] += importance[i] * share * share * share * share;
      counts[places[i]] += importance[i];
    }
    for (int block = 0; block < scales.length; block++) {
      double spread = counts[block] > 0 ? Math.sqrt(Math.sqrt(powers[block] / counts[block])) : 0;
      scales[block] = stored(type, REACH * spread * scales[block], scales[block]);
    }
    return new ScaledTableStart(start.entries(), scales);
  }
}
