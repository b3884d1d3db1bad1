package org.quantsweep.calibration;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.quantsweep.quantize.Sparsity;
import org.quantsweep.quantize.WeightAxes;
import org.quantsweep.tensor.Shape;

/**
 * Which weights a sparse form keeps: those that cost most to leave out. As many are kept as by
 * magnitude, so that the form takes as many bytes; of equal ones the first.
 */
final class CostliestWeights {
  private final double[] costs;
  private final Shape shape;
  private final WeightAxes axes;

  /**
   * Of one weight tensor.
   *
   * @param costs of leaving each weight out, row-major, at least 0; not copied
   */
  CostliestWeights(double[] costs, Shape shape, WeightAxes axes) {
    this.costs = costs;
    this.shape = shape;
    this.axes = axes;
  }

  /**
   * The weights that are left.
   *
   * @param byMagnitude those that are left by their magnitude; a threshold of magnitudes means
   *     these
   */
  BitSet kept(Sparsity sparsity, BitSet byMagnitude) {
    if (sparsity instanceof Sparsity.Share) {
      return costliest(byMagnitude.cardinality());
    }
    if (sparsity instanceof Sparsity.Groups groups) {
      return ofGroups(groups.of(), byMagnitude);
    }
    if (sparsity instanceof Sparsity.Blocks blocks) {
      return ofBlocks(blocks.channels(), byMagnitude);
    }
    return byMagnitude;
  }

  private BitSet costliest(int count) {
    BitSet kept = new BitSet(costs.length);
    if (count == 0) {
      return kept;
    }
    double[] ascending = costs.clone();
    Arrays.sort(ascending);
    double least = ascending[costs.length - count];
    int equal = count;
    for (int i = 0; i < costs.length; i++) {
      if (costs[i] > least) {
        kept.set(i);
        equal--;
      }
    }
    for (int i = 0; i < costs.length && equal > 0; i++) {
      if (costs[i] == least) {
        kept.set(i);
        equal--;
      }
    }
    return kept;
  }

  private int inner(int axis) {
    int inner = 1;
    for (int i = axis + 1; i < shape.rank(); i++) {
      inner *= shape.length(i);
    }
    return inner;
  }

  /** Of each group of neighbours along the input channels as many as before. */
  private BitSet ofGroups(int of, BitSet byMagnitude) {
    int length = shape.length(axes.input());
    int inner = inner(axes.input());
    BitSet kept = new BitSet(costs.length);
    for (int start = 0; start < costs.length; start += length * inner) {
      for (int in = 0; in < inner; in++) {
        for (int first = 0; first < length; first += of) {
          int base = start + first * inner + in;
          int[] group =
              IntStream.range(0, Math.min(of, length - first)).map(j -> base + j * inner).toArray();
          int count = (int) Arrays.stream(group).filter(byMagnitude::get).count();
          IntStream.of(group)
              .boxed()
              .sorted((one, other) -> Double.compare(costs[other], costs[one]))
              .limit(count)
              .forEach(kept::set);
        }
      }
    }
    return kept;
  }

  /**
   * The blocks of output channels that cost most together, as many as before; of these the weights
   * that cost most, because weights that are zero need not be stored. The last block of a column
   * may be shorter, so that one more may be needed.
   */
  private BitSet ofBlocks(int channels, BitSet byMagnitude) {
    int length = shape.length(axes.output());
    int inner = inner(axes.output());
    int perRow = (length + channels - 1) / channels * inner;
    int[] blocks = new int[costs.length];
    double[] sums = new double[costs.length / (length * inner) * perRow];
    int[] sizes = new int[sums.length];
    BitSet before = new BitSet(sums.length);
    for (int i = 0; i < costs.length; i++) {
      int block = i / inner % length / channels;
      blocks[i] = i / (length * inner) * perRow + block * inner + i % inner;
      sums[blocks[i]] += costs[i];
      sizes[blocks[i]]++;
      if (byMagnitude.get(i)) {
        before.set(blocks[i]);
      }
    }
    int[] descending =
        IntStream.range(0, sums.length)
            .boxed()
            .sorted((one, other) -> Double.compare(sums[other], sums[one]))
            .mapToInt(Integer::intValue)
            .toArray();
    BitSet open = new BitSet(sums.length);
    int least = before.cardinality();
    int count = byMagnitude.cardinality();
    int held = 0;
    for (int i = 0; i < least || held < count; i++) {
      open.set(descending[i]);
      held += sizes[descending[i]];
    }
    double[] own = new double[costs.length];
    for (int i = 0; i < own.length; i++) {
      own[i] = open.get(blocks[i]) ? costs[i] : -1;
    }
    return new CostliestWeights(own, shape, axes).costliest(count);
  }
}
