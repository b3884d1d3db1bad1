package org.quantsweep.calibration;

import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntFunction;
import org.quantsweep.tensor.Tensor;

/** The weights that share a scale or a table, and how much each counts by its input alone. */
final class Members {
  private final double[] weights;
  private final double[] importance;
  private int count;

  private Members(int count) {
    this.weights = new double[count];
    this.importance = new double[count];
  }

  /**
   * The kept weights of each book, channel by channel.
   *
   * @param metrics of a group of channels
   * @param places the book of each weight
   */
  static Members[] of(
      Tensor weights,
      LayerInputs inputs,
      IntFunction<RowMetric> metrics,
      int[] places,
      int books,
      BitSet kept) {
    int[] counts = new int[books];
    for (int at = kept.nextSetBit(0); at >= 0; at = kept.nextSetBit(at + 1)) {
      counts[places[at]]++;
    }
    Members[] members = new Members[books];
    Arrays.setAll(members, book -> new Members(counts[book]));
    for (int group = 0; group < inputs.groups(); group++) {
      double[] importance = metrics.apply(group).importance();
      for (int row = 0; row < inputs.rows(); row++) {
        for (int column = 0; column < inputs.columns(); column++) {
          int at = inputs.element(group, row, column);
          if (kept.get(at)) {
            members[places[at]].add(weights.get(at), importance[column]);
          }
        }
      }
    }
    return members;
  }

  private void add(double weight, double counts) {
    weights[count] = weight;
    importance[count] = counts;
    count++;
  }

  /** How many there are. */
  int count() {
    return count;
  }

  /** Not copied. */
  double[] weights() {
    return weights;
  }

  /** Not copied. */
  double[] importance() {
    return importance;
  }

  /** As what tables are fitted to. */
  WeightedTable forTables() {
    float[] own = new float[count];
    for (int i = 0; i < own.length; i++) {
      own[i] = (float) weights[i];
    }
    return new WeightedTable(own, importance);
  }
}
