package org.quantsweep.sweep;

import static java.util.Comparator.naturalOrder;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RankSetTest {
  @Property(tries = 200)
  void setsBehaveAsSets(
      @ForAll @Size(max = 30) Set<@IntRange(min = 0, max = 700) Integer> one,
      @ForAll @Size(max = 30) Set<@IntRange(min = 300, max = 1000) Integer> other,
      @ForAll @IntRange(min = 0, max = 400) int from,
      @ForAll @IntRange(min = 400, max = 1000) int to) {
    RankSet a = RankSet.of(one);
    RankSet b = RankSet.of(other);
    assertThat(a.size()).isEqualTo(one.size());
    assertThat(a.isEmpty()).isEqualTo(one.isEmpty());
    for (int rank = 0; rank < 1000; rank += 7) {
      assertThat(a.contains(rank)).isEqualTo(one.contains(rank));
    }
    TreeSet<Integer> both = new TreeSet<>(one);
    both.addAll(other);
    assertThat(a.plus(b)).isEqualTo(RankSet.of(both)).hasSameHashCodeAs(RankSet.of(both));
    int next = one.stream().filter(rank -> rank >= from).min(naturalOrder()).orElse(-1);
    assertThat(a.next(from)).isEqualTo(next);
    RankSet.Union union = new RankSet.Union();
    union.add(b);
    union.add(a);
    assertThat(union.united()).isEqualTo(RankSet.of(both));
    TreeSet<Integer> left = new TreeSet<>(one);
    left.removeAll(other);
    assertThat(a.minus(b)).isEqualTo(RankSet.of(left));
    TreeSet<Integer> shared = new TreeSet<>(one);
    shared.retainAll(other);
    assertThat(a.and(b)).isEqualTo(RankSet.of(shared));
    assertThat(a.containsAll(b)).isEqualTo(one.containsAll(other));
    List<Integer> part = one.stream().filter(rank -> rank >= from && rank < to).toList();
    RankSet shifted = RankSet.of(part.stream().map(rank -> rank - from).toList());
    assertThat(a.shifted(from, to)).isEqualTo(shifted);
    assertThat(shifted.moved(rank -> rank + from)).isEqualTo(RankSet.of(part));
    assertThat(a.where(rank -> rank >= from && rank < to)).isEqualTo(RankSet.of(part));
    assertThat(RankSet.of(a.toBitSet(), from, to)).isEqualTo(RankSet.of(part));
  }

  @Test
  void evidenceThatAgreesWithoutBeingJudgedIsDamaged() {
    BitSet one = new BitSet();
    one.set(3);
    assertThatThrownBy(() -> Evidence.of(new BitSet(), one))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("samples {3} agreed but were not judged: the evidence is damaged.");
  }
}
