package org.quantsweep.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.calibration.InputMoments;
import org.quantsweep.testing.MadeMoments;

class MomentsTreeTest {
  private static double oneByOne(List<InputMoments> all) {
    double sum = 0;
    for (InputMoments own : all) {
      sum += MadeMoments.sum(own);
    }
    return sum;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 15, 16})
  void upToSixteenAreAddedOneAfterTheOtherAsBefore(int count) {
    List<InputMoments> all = MadeMoments.drawn(count);
    assertThat(MadeMoments.sum(MomentsTree.sum(all))).isEqualTo(oneByOne(all));
  }

  /** Next to 10^16 a one is lost, but not sixteen of them. */
  @Test
  void moreAreAddedInBlocksAndTheBlocksLikewise() {
    List<InputMoments> all = new ArrayList<>();
    all.add(MadeMoments.of(1e16));
    for (int i = 1; i < 300; i++) {
      all.add(MadeMoments.of(1));
    }
    assertThat(oneByOne(all)).isEqualTo(1e16);
    // The first block loses its fifteen; 15 blocks of 16 and then 16 + 16 + 12 are left.
    assertThat(MadeMoments.sum(MomentsTree.sum(all))).isEqualTo(1e16 + 240 + 44);
  }
}
