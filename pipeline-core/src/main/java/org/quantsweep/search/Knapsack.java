package org.quantsweep.search;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;

/**
 * The multiple-choice knapsack: one item of each class, the least loss within a size (Kellerer,
 * Pferschy, Pisinger, Knapsack Problems, 2004, chapter 11). Dynamic programming over sizes in
 * buckets; with as many buckets as bytes it is exact. Time: items x buckets; memory: classes x
 * buckets bytes.
 */
final class Knapsack {
  /** Buckets between the smallest and the largest size: one is 0.003 % of the range. */
  static final int BUCKETS = 1 << 15;

  private Knapsack() {}

  /**
   * An item of a class.
   *
   * @param bytes its size, at least 0
   * @param loss at least 0
   */
  record Item(long bytes, double loss) {}

  /**
   * A choice of one item for each class.
   *
   * @param places of the items, in the order of classes
   */
  record Choice(List<Integer> places, long bytes, double loss) {
    Choice {
      places = List.copyOf(places);
    }
  }

  /**
   * The choices from the smallest to the largest size, each with less loss than those before. They
   * are made when they are asked for: all of them may be some 30,000 lists of a thousand places.
   *
   * @param classes at least one item in each, at most 127
   */
  static List<Choice> frontier(List<List<Item>> classes, int buckets) {
    long least = 0;
    long most = 0;
    for (List<Item> items : classes) {
      least += items.stream().mapToLong(Item::bytes).min().orElseThrow();
      most += items.stream().mapToLong(Item::bytes).max().orElseThrow();
    }
    int slots = (int) Math.min(buckets, most - least) + 1;
    double width = slots == 1 ? 1 : (double) (most - least) / (slots - 1);
    double[] loss = new double[slots];
    int[][] costs = new int[classes.size()][];
    byte[][] taken = new byte[classes.size()][slots];
    for (int c = 0; c < classes.size(); c++) {
      costs[c] = costs(classes.get(c), width);
      double[] next = new double[slots];
      Arrays.fill(next, Double.POSITIVE_INFINITY);
      for (int i = 0; i < costs[c].length; i++) {
        add(loss, costs[c][i], classes.get(c).get(i).loss(), next, taken[c], (byte) i);
      }
      loss = next;
    }
    int[] better = new int[slots];
    int count = 0;
    double best = Double.POSITIVE_INFINITY;
    for (int slot = 0; slot < slots; slot++) {
      if (loss[slot] < best) {
        best = loss[slot];
        better[count++] = slot;
      }
    }
    return new Frontier(classes, costs, taken, Arrays.copyOf(better, count));
  }

  /** Rounded up, so that a choice is never larger than its slot says. */
  private static int[] costs(List<Item> items, double width) {
    long smallest = items.stream().mapToLong(Item::bytes).min().orElseThrow();
    return items.stream()
        .mapToInt(item -> (int) Math.ceil((item.bytes() - smallest) / width - 1e-9))
        .toArray();
  }

  private static void add(
      double[] loss, int cost, double own, double[] next, byte[] taken, byte item) {
    for (int slot = cost; slot < next.length; slot++) {
      double sum = loss[slot - cost] + own;
      if (sum < next[slot]) {
        next[slot] = sum;
        taken[slot] = item;
      }
    }
  }

  /** Traces choices back from their slots. */
  private static final class Frontier extends AbstractList<Choice> implements RandomAccess {
    private final List<List<Item>> classes;
    private final int[][] costs;
    private final byte[][] taken;
    private final int[] slots;

    Frontier(List<List<Item>> classes, int[][] costs, byte[][] taken, int[] slots) {
      this.classes = classes;
      this.costs = costs;
      this.taken = taken;
      this.slots = slots;
    }

    @Override
    public Choice get(int index) {
      Integer[] places = new Integer[classes.size()];
      long bytes = 0;
      double loss = 0;
      int slot = slots[index];
      for (int c = places.length - 1; c >= 0; c--) {
        int place = taken[c][slot];
        Item item = classes.get(c).get(place);
        places[c] = place;
        bytes += item.bytes();
        loss += item.loss();
        slot -= costs[c][place];
      }
      return new Choice(List.of(places), bytes, loss);
    }

    @Override
    public int size() {
      return slots.length;
    }
  }
}
