package org.quantsweep.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

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
   * The choices from the smallest to the largest size, each with less loss than those before.
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
    byte[][] taken = new byte[classes.size()][slots];
    for (int c = 0; c < classes.size(); c++) {
      List<Item> items = classes.get(c);
      long smallest = items.stream().mapToLong(Item::bytes).min().orElseThrow();
      double[] next = new double[slots];
      Arrays.fill(next, Double.POSITIVE_INFINITY);
      for (int i = 0; i < items.size(); i++) {
        // Rounded up, so that a choice is never larger than its slot says.
        int cost = (int) Math.ceil((items.get(i).bytes() - smallest) / width - 1e-9);
        double add = items.get(i).loss();
        for (int slot = cost; slot < slots; slot++) {
          double sum = loss[slot - cost] + add;
          if (sum < next[slot]) {
            next[slot] = sum;
            taken[c][slot] = (byte) i;
          }
        }
      }
      loss = next;
    }
    List<Choice> frontier = new ArrayList<>();
    double best = Double.POSITIVE_INFINITY;
    for (int slot = 0; slot < slots; slot++) {
      if (loss[slot] < best) {
        best = loss[slot];
        frontier.add(choice(classes, taken, slot, width));
      }
    }
    return frontier;
  }

  private static Choice choice(
      List<List<Item>> classes, byte[][] taken, int lastSlot, double width) {
    List<Integer> places = new ArrayList<>();
    long bytes = 0;
    double loss = 0;
    int slot = lastSlot;
    for (int c = classes.size() - 1; c >= 0; c--) {
      List<Item> items = classes.get(c);
      long smallest = items.stream().mapToLong(Item::bytes).min().orElseThrow();
      int place = taken[c][slot];
      Item item = items.get(place);
      places.add(place);
      bytes += item.bytes();
      loss += item.loss();
      slot -= (int) Math.ceil((item.bytes() - smallest) / width - 1e-9);
    }
    Collections.reverse(places);
    return new Choice(places, bytes, loss);
  }
}
