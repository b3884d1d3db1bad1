package org.quantsweep.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.digest.Sha256Digest;

class SampleSplitsTest {
  @Property(tries = 50)
  void partsAreDisjointAndTogetherTheWholeSet(
      @ForAll @IntRange(min = 10, max = 300) int size, @ForAll long seed) {
    SampleIndex all = set(0, size);
    SampleSplits splits = SampleSplits.of(all, SplitSizes.DEFAULT, seed);
    Set<Sha256Digest> seen = new HashSet<>();
    long total = 0;
    for (SampleIndex part :
        List.of(splits.calibration(), splits.selection(), splits.confirmation())) {
      for (int rank = 0; rank < part.size(); rank++) {
        assertThat(seen.add(part.digest(rank))).isTrue();
      }
      total += part.total();
    }
    assertThat(total).isEqualTo(all.total());
    SampleSplits again = SampleSplits.of(all, SplitSizes.DEFAULT, seed);
    assertThat(again.selection().setDigest()).isEqualTo(splits.selection().setDigest());
  }

  @Test
  void theConfirmationPartStaysWhenTheOthersChange() {
    SampleIndex all = set(0, 100);
    SampleSplits one = SampleSplits.of(all, SplitSizes.DEFAULT, 1);
    SampleSplits other =
        SampleSplits.of(all, SplitSizes.parse("calibration=30,selection=0.3,confirmation=0.4"), 1);
    assertThat(other.confirmation().setDigest()).isEqualTo(one.confirmation().setDigest());
    assertThat(other.calibration().total()).isEqualTo(30);
    assertThat(SampleSplits.of(all, SplitSizes.DEFAULT, 2).confirmation().setDigest())
        .isNotEqualTo(one.confirmation().setDigest());
  }

  @Test
  void copiesOfASampleStayTogether() {
    Map<Sha256Digest, Integer> copies = new TreeMap<>();
    for (int i = 0; i < 30; i++) {
      copies.put(Sha256Digest.ofText("sample " + i), 1 + i % 3);
    }
    SampleIndex all = SampleIndex.of(copies);
    SampleSplits splits = SampleSplits.of(all, SplitSizes.DEFAULT, 0);
    long total = 0;
    for (SampleIndex part :
        List.of(splits.calibration(), splits.selection(), splits.confirmation())) {
      for (int rank = 0; rank < part.size(); rank++) {
        assertThat(part.count(rank)).isEqualTo(all.count(all.rank(part.digest(rank))));
      }
      total += part.total();
    }
    assertThat(total).isEqualTo(60);
  }

  @Test
  void setsThatOverlapAreTrimmed() {
    SampleIndex left = SampleSplits.without(set(0, 50), set(40, 60), set(0, 5));
    assertThat(left.total()).isEqualTo(35);
    assertThat(left.rank(Sha256Digest.ofText("sample 40"))).isNegative();
  }

  @Test
  void moreThanThereIsCannotBeSplit() {
    assertThatThrownBy(
            () ->
                SampleSplits.of(
                    set(0, 100),
                    SplitSizes.parse("calibration=50,selection=0.4,confirmation=40"),
                    0))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "splits (calibration=50,selection=0.4,confirmation=40) need 40 samples to select on, 50"
                + " to calibrate and 40 to confirm, but there are 100.\n"
                + "Maybe give more samples, or smaller splits.");
  }

  @Test
  void aPartThatWouldSelectOnNothingIsBadInput() {
    assertThatThrownBy(
            () ->
                SampleSplits.of(
                    set(0, 2),
                    SplitSizes.parse("calibration=0.3,selection=0.2,confirmation=0.5"),
                    0))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "no sample is left to select on: splits"
                + " (calibration=0.3,selection=0.2,confirmation=0.5) leave none of 2.\n"
                + "Maybe give more samples, or another --splits.");
  }

  @Test
  void allThatIsWrongIsSaidTogether() {
    assertThatThrownBy(() -> SplitSizes.parse("selektion=0.4,confirmation=x"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "split (selektion=0.4) must be NAME=SIZE with a name of calibration, selection,"
                + " confirmation.\nMaybe write selection=0.4.\n"
                + "split (confirmation=x) has no number.\nMaybe write confirmation=0.4.");
    assertThatThrownBy(() -> SplitSizes.parse("selection=1.5"))
        .hasMessage(
            "split size (1.5) must be a share in [0, 1) or a whole number of samples.\n"
                + "Maybe write calibration=0.2,selection=0.4,confirmation=0.4.");
  }

  private static SampleIndex set(int from, int to) {
    List<Sha256Digest> digests = new ArrayList<>();
    for (int i = from; i < to; i++) {
      digests.add(Sha256Digest.ofText("sample " + i));
    }
    return SampleIndex.of(digests);
  }
}
