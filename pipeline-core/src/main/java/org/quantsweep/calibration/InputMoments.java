package org.quantsweep.calibration;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Sums over places of a layer's input: of x and of x x^T, for each group of channels. Of the
 * symmetric products the upper triangle alone is kept. Merged by addition; the order of merging
 * decides the last bits, so it is always the same.
 */
public final class InputMoments implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int groups;
  private final int order;
  private final boolean diagonal;
  private final double[] sums;
  private final double[] products;
  private long count;

  /**
   * Of no place yet.
   *
   * @param groups of channels, at least 1
   * @param order the length of x
   * @param diagonal whether only squares are kept
   */
  InputMoments(int groups, int order, boolean diagonal) {
    this(
        groups,
        order,
        diagonal,
        0,
        new double[Math.multiplyExact(groups, order)],
        new double[Math.toIntExact(products(groups, order, diagonal))]);
  }

  /** Of sums that were gathered before. */
  InputMoments(
      int groups, int order, boolean diagonal, long count, double[] sums, double[] products) {
    this.groups = groups;
    this.order = order;
    this.diagonal = diagonal;
    this.count = count;
    this.sums = sums;
    this.products = products;
  }

  /** How many products are kept; groups x order is at most 2^31. */
  static long products(int groups, int order, boolean diagonal) {
    long squares = (long) groups * order;
    return diagonal ? squares : squares * (order + 1L) / 2;
  }

  /** The number of groups. */
  public int groups() {
    return groups;
  }

  /** The length of x. */
  public int order() {
    return order;
  }

  /** Whether only squares were kept. */
  public boolean isDiagonal() {
    return diagonal;
  }

  /** Whether no sum is NaN or infinite, as one is where an input was. */
  boolean isFinite() {
    return Arrays.stream(sums).allMatch(Double::isFinite)
        && Arrays.stream(products).allMatch(Double::isFinite);
  }

  /** How many places were seen. */
  public long count() {
    return count;
  }

  /** The sums of x, group by group. */
  double[] sharedSums() {
    return sums;
  }

  /** The sums of products, group by group: the upper triangle row by row, or the squares. */
  double[] sharedProducts() {
    return products;
  }

  /** Where a row of a group's triangle begins, at its diagonal. */
  private int row(int group, int i) {
    return group * (order * (order + 1) / 2) + i * order - i * (i - 1) / 2;
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
   * E[x x^T] of a group, {@code [order, order]}; off the diagonal 0 where only squares are kept.
   */
  double[] second(int group) {
    double[] second = new double[order * order];
    for (int i = 0; i < order; i++) {
      if (diagonal) {
        second[i * order + i] = products[group * order + i] / Math.max(1, count);
      } else {
        int start = row(group, i) - i;
        for (int j = i; j < order; j++) {
          double value = products[start + j] / Math.max(1, count);
          second[i * order + j] = value;
          second[j * order + i] = value;
        }
      }
    }
    return second;
  }

  /** E[x^2] of a group, element by element. */
  double[] squares(int group) {
    double[] squares = new double[order];
    for (int i = 0; i < order; i++) {
      int place = diagonal ? group * order + i : row(group, i);
      squares[i] = products[place] / Math.max(1, count);
    }
    return squares;
  }

  /** Adds places: {@code rows} of x for one group; counted once, with group 0. */
  void add(int group, double[] x, int rows) {
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < order; i++) {
        sums[group * order + i] += x[row * order + i];
      }
    }
    if (diagonal) {
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < order; i++) {
          double value = x[row * order + i];
          products[group * order + i] += value * value;
        }
      }
    } else {
      double[] gram = org.quantsweep.linalg.Matrices.gram(x, rows, order);
      for (int i = 0; i < order; i++) {
        int start = row(group, i) - i;
        for (int j = i; j < order; j++) {
          products[start + j] += gram[i * order + j];
        }
      }
    }
    if (group == 0) {
      count += rows;
    }
  }

  /** The moments over the places of both. */
  public InputMoments plus(InputMoments other) {
    if (groups != other.groups || order != other.order || diagonal != other.diagonal) {
      throw new IllegalArgumentException("moments of different layers cannot be added.");
    }
    InputMoments all = new InputMoments(groups, order, diagonal);
    for (int i = 0; i < sums.length; i++) {
      all.sums[i] = sums[i] + other.sums[i];
    }
    for (int i = 0; i < products.length; i++) {
      all.products[i] = products[i] + other.products[i];
    }
    all.count = count + other.count;
    return all;
  }
}
