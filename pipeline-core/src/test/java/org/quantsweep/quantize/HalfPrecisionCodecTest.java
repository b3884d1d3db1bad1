package org.quantsweep.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Against the closed form of IEEE 754 binary16. */
class HalfPrecisionCodecTest {
  private static final int INFINITY = 0x7c00;

  @Test
  void decodesEveryHalfByTheClosedForm() {
    for (int half = 0; half < 0x10000; half++) {
      int exponent = half >> 10 & 31;
      int fraction = half & 1023;
      double magnitude =
          exponent == 0
              ? Math.scalb(fraction, -24)
              : Math.scalb(1 + fraction / 1024.0, exponent - 15);
      if (exponent == 31) {
        magnitude = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
      }
      float expected = (float) (half < 0x8000 ? magnitude : -magnitude);

      float decoded = HalfPrecisionCodec.decode(new byte[] {(byte) half, (byte) (half >> 8)})[0];

      // Compares bits, so that minus zero counts.
      assertThat(Float.floatToIntBits(decoded)).isEqualTo(Float.floatToIntBits(expected));
    }
  }

  @Test
  void everyFiniteHalfComesBack() {
    for (int half = 0; half < 0x10000; half++) {
      if ((half & INFINITY) != INFINITY) {
        byte[] bytes = {(byte) half, (byte) (half >> 8)};
        assertThat(HalfPrecisionCodec.encode(HalfPrecisionCodec.decode(bytes))).isEqualTo(bytes);
      }
    }
  }

  @Test
  void roundsToTheNearestAndTiesToEven() {
    for (int lower = 0; lower < INFINITY - 1; lower++) {
      // The middle of two halves takes one more bit than they: a float holds it.
      float middle =
          (HalfPrecisionCodec.toFloat(lower) + HalfPrecisionCodec.toFloat(lower + 1)) / 2;
      int even = lower % 2 == 0 ? lower : lower + 1;

      assertThat(HalfPrecisionCodec.toHalf(middle)).isEqualTo(even);
      assertThat(HalfPrecisionCodec.toHalf(Math.nextDown(middle))).isEqualTo(lower);
      assertThat(HalfPrecisionCodec.toHalf(Math.nextUp(middle))).isEqualTo(lower + 1);
      assertThat(HalfPrecisionCodec.toHalf(-middle)).isEqualTo(0x8000 | even);
    }
  }

  @Test
  void theLargestHalfIs65504AndWhatRoundsToItFits() {
    byte[] largest = {(byte) 0xff, 0x7b};

    assertThat(HalfPrecisionCodec.encode(new float[] {65504})).isEqualTo(largest);
    assertThat(HalfPrecisionCodec.encode(new float[] {Math.nextDown(65520f)})).isEqualTo(largest);
  }

  @Test
  void whatRoundsBeyondIsNamed() {
    assertThatThrownBy(() -> HalfPrecisionCodec.encode(new float[] {1, -65520}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "weight (-65520.0) at place 1 does not fit half precision, whose largest number is"
                + " 65504.");
  }

  @Test
  void anOddLastByteIsIgnored() {
    assertThat(HalfPrecisionCodec.decode(new byte[] {0, 0x3c, 9})).containsExactly(1);
  }
}
