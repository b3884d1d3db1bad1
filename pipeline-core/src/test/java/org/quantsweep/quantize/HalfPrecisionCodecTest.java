package org.quantsweep.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.quantsweep.BadInputException;

class HalfPrecisionCodecTest {
  @Test
  void roundsAsNumPyDoes() {
    List<String[]> cases = Fixtures.lines("half.csv");
    assertThat(cases).hasSizeGreaterThan(2_000);
    for (String[] cells : cases) {
      float value = Float.intBitsToFloat(Integer.parseUnsignedInt(cells[0], 16));
      int expected = Integer.parseInt(cells[1], 16);
      byte[] bytes = HalfPrecisionCodec.encode(new float[] {value});
      assertThat((bytes[0] & 255) | (bytes[1] & 255) << 8)
          .as("half of %s", value)
          .isEqualTo(expected);
    }
  }

  @Test
  void everyFiniteHalfSurvives() {
    for (int half = 0; half < 0x10000; half++) {
      if ((half & 0x7c00) != 0x7c00) {
        byte[] bytes = {(byte) half, (byte) (half >>> 8)};
        assertThat(HalfPrecisionCodec.encode(HalfPrecisionCodec.decode(bytes))).isEqualTo(bytes);
      }
    }
  }

  @Test
  void decodesInfinityAndNotANumber() {
    byte[] bytes = {0, 0x7c, 0, (byte) 0xfc, 1, 0x7e};
    assertThat(HalfPrecisionCodec.decode(bytes))
        .containsExactly(Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN);
  }

  @Test
  void takesTheLargestHalfWhichCoremltoolsRefuses() {
    byte[] bytes = HalfPrecisionCodec.encode(new float[] {65504, -65504, 65519.996f});
    assertThat(HalfPrecisionCodec.decode(bytes)).containsExactly(65504, -65504, 65504);
  }

  @Test
  void refusesWhatBecomesInfinite() {
    assertThatThrownBy(() -> HalfPrecisionCodec.encode(new float[] {1, -65520}))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "weight (-65520.0) at place 1 does not fit half precision, whose largest number is"
                + " 65504.\nMaybe leave this weight tensor in full precision.");
    assertThatThrownBy(() -> HalfPrecisionCodec.encode(new float[] {Float.NaN}))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("weight (NaN) at place 0 does not fit half precision");
  }
}
