package org.quantsweep.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class SampleBlockTest {
  @Test
  void eachBlockHoldsAsManySamplesAsAllBeforeIt() {
    assertThat(SampleBlock.doubling(32, 200))
        .containsExactly(
            new SampleBlock(0, 32),
            new SampleBlock(32, 64),
            new SampleBlock(64, 128),
            new SampleBlock(128, 200));
    assertThat(SampleBlock.doubling(32, 20)).containsExactly(new SampleBlock(0, 20));
    assertThat(SampleBlock.doubling(32, 0)).isEmpty();
    assertThat(SampleBlock.doubling(1 << 30, Integer.MAX_VALUE))
        .last()
        .isEqualTo(new SampleBlock(1 << 30, Integer.MAX_VALUE));
  }

  @Test
  void aBlockHoldsItsRanksAlone() {
    SampleBlock block = new SampleBlock(4, 8);
    assertThat(block.size()).isEqualTo(4);
    assertThat(block.holds(3)).isFalse();
    assertThat(block.holds(4)).isTrue();
    assertThat(block.holds(7)).isTrue();
    assertThat(block.holds(8)).isFalse();
    assertThat(block.meets(0, 4)).isFalse();
    assertThat(block.meets(0, 5)).isTrue();
    assertThat(block.meets(7, 20)).isTrue();
    assertThat(block.meets(8, 20)).isFalse();
    assertThatIllegalArgumentException().isThrownBy(() -> new SampleBlock(3, 3));
    assertThatIllegalArgumentException().isThrownBy(() -> new SampleBlock(-1, 3));
  }
}
