package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class KnapsackTest {
  @Property(tries = 100)
  void withABucketForEachByteTheFrontierIsThatOfEveryChoice(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 5) int count,
      @ForAll @IntRange(min = 1, max = 4) int items) {
    List<List<Knapsack.Item>> classes = classes(seed, count, items, 60);
    List<Knapsack.Choice> all = new ArrayList<>();
    enumerate(classes, new ArrayList<>(), 0, 0, all);
    for (long size = 0; size <= 60L * count; size++) {
      double least = leastWithin(all, size);
      assertThat(leastWithin(Knapsack.frontier(classes, 1000), size)).isEqualTo(least);
    }
  }

  @Property(tries = 50)
  void withFewBucketsChoicesStayTrueAndAscend(@ForAll long seed) {
    List<List<Knapsack.Item>> classes = classes(seed, 8, 6, 100_000);
    List<Knapsack.Choice> frontier = Knapsack.frontier(classes, 64);
    double last = Double.POSITIVE_INFINITY;
    for (Knapsack.Choice choice : frontier) {
      long bytes = 0;
      double loss = 0;
      for (int c = 0; c < classes.size(); c++) {
        bytes += classes.get(c).get(choice.places().get(c)).bytes();
        loss += classes.get(c).get(choice.places().get(c)).loss();
      }
      assertThat(choice.bytes()).isEqualTo(bytes);
      assertThat(choice.loss()).isCloseTo(loss, org.assertj.core.data.Offset.offset(1e-9));
      assertThat(choice.loss()).isLessThan(last);
      last = choice.loss();
    }
  }

  @Test
  void oneChoiceAloneIsTheWholeFrontier() {
    assertThat(Knapsack.frontier(List.of(List.of(new Knapsack.Item(7, 0.5))), 10))
        .containsExactly(new Knapsack.Choice(List.of(0), 7, 0.5));
  }

  private static List<List<Knapsack.Item>> classes(long seed, int count, int items, int most) {
    Random random = new Random(seed);
    List<List<Knapsack.Item>> classes = new ArrayList<>();
    for (int c = 0; c < count; c++) {
      List<Knapsack.Item> own = new ArrayList<>();
      for (int i = 0; i < items; i++) {
        // Eighths add up exactly, in any order.
        own.add(new Knapsack.Item(random.nextInt(most), random.nextInt(80) / 8.0));
      }
      classes.add(own);
    }
    return classes;
  }

  private static void enumerate(
      List<List<Knapsack.Item>> classes,
      List<Integer> places,
      long bytes,
      double loss,
      List<Knapsack.Choice> all) {
    if (places.size() == classes.size()) {
      all.add(new Knapsack.Choice(places, bytes, loss));
      return;
    }
    List<Knapsack.Item> items = classes.get(places.size());
    for (int i = 0; i < items.size(); i++) {
      places.add(i);
      enumerate(classes, places, bytes + items.get(i).bytes(), loss + items.get(i).loss(), all);
      places.remove(places.size() - 1);
    }
  }

  private static double leastWithin(List<Knapsack.Choice> choices, long size) {
    double least = Double.POSITIVE_INFINITY;
    for (Knapsack.Choice choice : choices) {
      if (choice.bytes() <= size) {
        least = Math.min(least, choice.loss());
      }
    }
    return least;
  }
}
