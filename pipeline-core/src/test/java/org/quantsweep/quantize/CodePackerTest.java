package org.quantsweep.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CodePackerTest {
  private static final NumberOfBits THREE = new NumberOfBits(3);

  @Test
  void packsThreeBitCodesAcrossByteBoundaries() {
    byte[] codes = {1, 2, 3, 4, 5};
    assertThat(CodePacker.packMostSignificantFirst(codes, THREE)).asHexString().isEqualTo("29CA");
    assertThat(CodePacker.packLeastSignificantFirst(codes, THREE)).asHexString().isEqualTo("D158");
  }

  @Property
  void putsEveryBitWhereItsOrderSays(
      @ForAll @IntRange(min = 1, max = 8) int width,
      @ForAll @IntRange(max = 70) int count,
      @ForAll long seed) {
    NumberOfBits bits = new NumberOfBits(width);
    byte[] codes = codes(width, count, seed);
    byte[] most = new byte[(count * width + 7) / 8];
    byte[] least = new byte[most.length];
    for (int i = 0; i < count; i++) {
      for (int b = 0; b < width; b++) {
        int place = i * width + b;
        most[place / 8] |= (byte) ((codes[i] >> (width - 1 - b) & 1) << (7 - place % 8));
        least[place / 8] |= (byte) ((codes[i] >> b & 1) << place % 8);
      }
    }
    assertThat(CodePacker.packMostSignificantFirst(codes, bits)).isEqualTo(most);
    assertThat(CodePacker.packLeastSignificantFirst(codes, bits)).isEqualTo(least);
  }

  @Property
  void unpacksWhatItPacked(
      @ForAll @IntRange(min = 1, max = 8) int width,
      @ForAll @IntRange(max = 3000) int count,
      @ForAll long seed) {
    NumberOfBits bits = new NumberOfBits(width);
    byte[] codes = codes(width, count, seed);
    byte[] most = CodePacker.packMostSignificantFirst(codes, bits);
    byte[] least = CodePacker.packLeastSignificantFirst(codes, bits);
    assertThat(most).hasSize(Math.toIntExact(bits.packedBytes(count)));
    assertThat(CodePacker.unpackMostSignificantFirst(most, bits, count)).isEqualTo(codes);
    assertThat(CodePacker.unpackLeastSignificantFirst(least, bits, count)).isEqualTo(codes);
  }

  @Property
  void ignoresBytesBeyondTheNeededOnes(
      @ForAll @IntRange(min = 1, max = 8) int width,
      @ForAll @IntRange(max = 70) int count,
      @ForAll long seed) {
    NumberOfBits bits = new NumberOfBits(width);
    byte[] packed = new byte[(count * width + 7) / 8 + 20];
    new Random(seed).nextBytes(packed);
    byte[] exact = Arrays.copyOf(packed, (count * width + 7) / 8);
    assertThat(CodePacker.unpackMostSignificantFirst(packed, bits, count))
        .isEqualTo(CodePacker.unpackMostSignificantFirst(exact, bits, count));
    assertThat(CodePacker.unpackLeastSignificantFirst(packed, bits, count))
        .isEqualTo(CodePacker.unpackLeastSignificantFirst(exact, bits, count));
  }

  @Test
  void refusesCodesThatDoNotFit() {
    byte[] codes = {1, 7, 8, 0};
    assertThatThrownBy(() -> CodePacker.packMostSignificantFirst(codes, THREE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("code (8) at place 2 does not fit 3 bits: it must be below 8.");
    assertThatThrownBy(() -> CodePacker.packLeastSignificantFirst(codes, THREE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("code (8) at place 2 does not fit 3 bits: it must be below 8.");
  }

  @Test
  void refusesTooFewBytes() {
    assertThatThrownBy(() -> CodePacker.unpackMostSignificantFirst(new byte[1], THREE, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("3 codes of 3 bits need 2 bytes, but there are 1.");
    assertThatThrownBy(() -> CodePacker.unpackLeastSignificantFirst(new byte[1], THREE, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("3 codes of 3 bits need 2 bytes, but there are 1.");
    assertThatThrownBy(() -> CodePacker.unpackMostSignificantFirst(new byte[1], THREE, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("number of codes (-1) must not be negative.");
  }

  @Test
  void countsBytesBeyondAnInt() {
    assertThat(new NumberOfBits(7).packedBytes(3_000_000_001L)).isEqualTo(2_625_000_001L);
  }

  private static byte[] codes(int width, int count, long seed) {
    byte[] codes = new byte[count];
    new Random(seed).nextBytes(codes);
    for (int i = 0; i < count; i++) {
      codes[i] &= (byte) ((1 << width) - 1);
    }
    return codes;
  }
}
