package org.quantsweep.calibration;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Optional;

/**
 * Sums over places of a layer's input: of x and of x x^T, for each group of channels; and where the
 * layer's output is clipped, of x over the places whose output passes, for each channel. Of the
 * symmetric products the upper triangle alone is kept; of long x, the triangles of blocks along the
 * diagonal. Merged by addition; the order of merging decides the last bits, so it is always the
 * same.
 */
public final class InputMoments implements Serializable {
  private static final long serialVersionUID = 4L;

  /** In characters: what an engine says may hold a whole graph. */
  static final int LONGEST_REASON = 1000;

  private final int groups;
  private final int order;
  private final int block;
  private final double[] sums;
  private final double[] products;

  /**
   * For each channel how many places pass, and the sums of their x; empty where none is clipped.
   */
  private final double[] passing;

  private long count;

  /** Null where no sample failed: an {@code Optional} cannot be serialized. */
  private String failure;

  /**
   * Of no place yet.
   *
   * @param groups of channels, at least 1
   * @param order the length of x
   * @param block the length of the blocks of x whose products are kept, in [1, order]; the last one
   *     may be shorter
   */
  InputMoments(int groups, int order, int block) {
    this(groups, order, block, 0);
  }

  /**
   * Of no place yet.
   *
   * @param clipped channels whose passing places are summed: 0, or as many in each group
   */
  InputMoments(int groups, int order, int block, int clipped) {
    this(
        groups,
        order,
        block,
        0,
        new double[Math.multiplyExact(groups, order)],
        new double[Math.toIntExact(products(groups, order, block))],
        new double[Math.multiplyExact(clipped, order + 1)]);
  }

  /** Of sums that were gathered before. */
  InputMoments(
      int groups,
      int order,
      int block,
      long count,
      double[] sums,
      double[] products,
      double[] passing) {
    this.groups = groups;
    this.order = order;
    this.block = block;
    this.count = count;
    this.sums = sums;
    this.products = products;
    this.passing = passing;
  }

  /** How many products are kept; groups x order is at most 2^31. */
  static long products(int groups, int order, int block) {
    long rest = order % block;
    long each = order / block * (block * (block + 1L) / 2) + rest * (rest + 1) / 2;
    return groups * each;
  }

  /** The number of groups. */
  public int groups() {
    return groups;
  }

  /** The length of x. */
  public int order() {
    return order;
  }

  /** The length of the blocks of x whose products are kept; the last one may be shorter. */
  public int block() {
    return block;
  }

  /** Why the first sample that the engine did not look into failed; empty where none did. */
  public Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  /** A sample could not be looked into: the first one's reason is kept. */
  void failed(String reason) {
    if (failure == null) {
      failure = reason.substring(0, Math.min(reason.length(), LONGEST_REASON));
    }
  }

  /** Whether no sum is NaN or infinite, as one is where an input was. */
  boolean isFinite() {
    return Arrays.stream(sums).allMatch(Double::isFinite)
        && Arrays.stream(products).allMatch(Double::isFinite)
        && Arrays.stream(passing).allMatch(Double::isFinite);
  }

  /** How many places were seen. */
  public long count() {
    return count;
  }

  /** The sums of x, group by group. */
  double[] sharedSums() {
    return sums;
  }

  /** The sums of products, group by group, block by block: the upper triangle row by row. */
  double[] sharedProducts() {
    return products;
  }

  /** For each channel how many places pass, then the sums of their x. */
  double[] sharedPassing() {
    return passing;
  }

  /** How many channels are clipped: none, or all. */
  int clipped() {
    return passing.length / (order + 1);
  }

  /** The share of places whose output passes, of a clipped channel. */
  double passingShare(int channel) {
    return passing[channel * (order + 1)] / Math.max(1, count);
  }

  /** E[1{y passes} x] of a clipped channel. */
  double[] passingMean(int channel) {
    double[] mean = new double[order];
    for (int i = 0; i < order; i++) {
      mean[i] = passing[channel * (order + 1) + 1 + i] / Math.max(1, count);
    }
    return mean;
  }

  /**
   * Adds places of one channel that pass.
   *
   * @param added the sums of their x, from {@code at} on
   */
  void addPassing(int channel, long places, double[] added, int at) {
    int start = channel * (order + 1);
    passing[start] += places;
    for (int i = 0; i < order; i++) {
      passing[start + 1 + i] += added[at + i];
    }
  }

  /** Where a group's products begin. */
  private int group(int group) {
    return Math.toIntExact(products(group, order, block));
  }

  /** The length of the block that begins at an element of x. */
  private int blockLength(int start) {
    return Math.min(block, order - start);
  }

  /** Where the row of an element begins, at its diagonal; the blocks before are whole. */
  private int row(int group, int i) {
    int start = i / block * block;
    int length = blockLength(start);
    int at = i - start;
    return group(group)
        + Math.toIntExact(products(1, start, block))
        + at * length
        - at * (at - 1) / 2;
  }

  /** E[x] of a group. */
  double[] mean(int group) {
    double[] mean = new double[order];
    for (int i = 0; i < order; i++) {
      mean[i] = sums[group * order + i] / Math.max(1, count);
    }
    return mean;
  }

  /**
   * E[x x^T] of a block of a group, {@code [length, length]}.
   *
   * @param start the first element of the block
   */
  double[] second(int group, int start) {
    int length = blockLength(start);
    double[] second = new double[length * length];
    for (int i = 0; i < length; i++) {
      int row = row(group, start + i) - i;
      for (int j = i; j < length; j++) {
        double value = products[row + j] / Math.max(1, count);
        second[i * length + j] = value;
        second[j * length + i] = value;
      }
    }
    return second;
  }

  /** E[x x^T] of a group, where no products are left out. */
  double[] second(int group) {
    if (block < order) {
      throw new IllegalStateException("of " + order + " inputs blocks of " + block + " are kept.");
    }
    return second(group, 0);
  }

  /** E[x^2] of a group, element by element. */
  double[] squares(int group) {
    double[] squares = new double[order];
    for (int i = 0; i < order; i++) {
      squares[i] = products[row(group, i)] / Math.max(1, count);
    }
    return squares;
  }

  /** Adds a place where x is 1 for one group, and 0 for the others; x has one element. */
  void count(int group) {
    sums[group]++;
    products[group]++;
    count++;
  }

  /** Adds places: {@code rows} of x for one group; counted once, with group 0. */
  void add(int group, double[] x, int rows) {
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < order; i++) {
        sums[group * order + i] += x[row * order + i];
      }
    }
    for (int start = 0; start < order; start += block) {
      addProducts(group, x, rows, start);
    }
    if (group == 0) {
      count += rows;
    }
  }

  private void addProducts(int group, double[] x, int rows, int start) {
    int length = blockLength(start);
    if (length == 1 && order > 1) {
      int at = row(group, start);
      for (int row = 0; row < rows; row++) {
        double value = x[row * order + start];
        products[at] += value * value;
      }
      return;
    }
    double[] part = x;
    if (length < order) {
      part = new double[rows * length];
      for (int row = 0; row < rows; row++) {
        System.arraycopy(x, row * order + start, part, row * length, length);
      }
    }
    double[] gram = org.quantsweep.linalg.Matrices.gram(part, rows, length);
    for (int i = 0; i < length; i++) {
      int row = row(group, start + i) - i;
      for (int j = i; j < length; j++) {
        products[row + j] += gram[i * length + j];
      }
    }
  }

  /** The moments over the places of both. */
  public InputMoments plus(InputMoments other) {
    InputMoments all = copy();
    all.add(other);
    return all;
  }

  /** The same moments, to which others may be added. */
  public InputMoments copy() {
    InputMoments copy =
        new InputMoments(
            groups, order, block, count, sums.clone(), products.clone(), passing.clone());
    copy.failure = failure;
    return copy;
  }

  /**
   * Adds the places of others to these, without a third copy.
   *
   * @throws IllegalArgumentException if they are not of the same layer
   */
  public void add(InputMoments other) {
    if (groups != other.groups
        || order != other.order
        || block != other.block
        || passing.length != other.passing.length) {
      throw new IllegalArgumentException("moments of different layers cannot be added.");
    }
    addEach(sums, other.sums);
    addEach(products, other.products);
    addEach(passing, other.passing);
    count += other.count;
    failure = failure == null ? other.failure : failure;
  }

  private static void addEach(double[] sums, double[] more) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += more[i];
    }
  }
}
