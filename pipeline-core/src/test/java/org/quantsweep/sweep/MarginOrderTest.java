package org.quantsweep.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MarginOrderTest {
  private static final int SIZE = 5000;

  @Test
  void fewAreSortedByMarginAndThenByRank() {
    double[] margins = margins();
    margins[10] = margins[4000];
    List<Integer> expected = new ArrayList<>(answered().stream().boxed().toList());
    expected.sort(Comparator.<Integer>comparingDouble(rank -> margins[rank]));
    MarginOrder order = MarginOrder.of(RankSet.of(answered()), margins, 0);
    assertThat(order).isEqualTo(expected);
    assertThat(order.get(17)).isEqualTo(expected.get(17));
  }

  @Test
  void ofManyTheHardestComeFirstAndTheOthersByRank() {
    double[] margins = margins();
    // The hardest sixteenth of the first 160 that are answered: ten of them.
    List<Integer> part = answered().stream().boxed().limit(160).toList();
    double limit = part.stream().map(rank -> margins[rank]).sorted().toList().get(9);
    List<Integer> hardest =
        answered().stream()
            .boxed()
            .filter(rank -> margins[rank] <= limit)
            .sorted(Comparator.<Integer>comparingDouble(rank -> margins[rank]))
            .toList();
    List<Integer> expected = new ArrayList<>(hardest);
    answered().stream().filter(rank -> margins[rank] > limit).forEach(expected::add);
    MarginOrder order = MarginOrder.of(RankSet.of(answered()), margins, 0, 1000, 160);
    assertThat(order).hasSize(expected.size()).isEqualTo(expected);
    assertThat(hardest.size()).isBetween(SIZE / 40, SIZE / 8);
    for (int place = 0; place < expected.size(); place++) {
      assertThat(order.get(place)).isEqualTo(expected.get(place));
    }
  }

  private static BitSet answered() {
    BitSet answered = new BitSet();
    answered.set(0, SIZE);
    answered.clear(5);
    answered.clear(70, 90);
    return answered;
  }

  private static double[] margins() {
    return new Random(3).doubles(SIZE).toArray();
  }
}
