package org.quantsweep.agreement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.UsageException;

class ClassFloorTest {
  /** In doubles, 0.07 * 100 is 7.000000000000001, and its ceiling 8. */
  @Test
  void requiredIsExact() {
    assertThat(ClassFloor.parse("0.07").required(100)).isEqualTo(7);
    assertThat(ClassFloor.parse("0.8").required(21)).isEqualTo(17);
    assertThat(ClassFloor.parse("1").required(20)).isEqualTo(20);
    assertThat(ClassFloor.parse("0.8").judges(20)).isTrue();
    assertThat(ClassFloor.parse("0.8").judges(19)).isFalse();
    assertThat(ClassFloor.NONE.asks()).isFalse();
    assertThat(ClassFloor.NONE.judges(100)).isFalse();
    assertThat(ClassFloor.parse(" 0.80 ")).hasToString("0.80");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-0.1", "80", "1.01", "x", "", "NaN", "1e999999999"})
  void otherTextsAreRefused(String text) {
    assertThatThrownBy(() -> ClassFloor.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "class floor ("
                + text
                + ") must be a decimal in (0, 1]: it is a share of each class's samples, not a"
                + " percentage.\nMaybe write 0.8.");
  }
}
