package org.quantsweep.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Bytes that coremltools writes, and what follows from the two orders of bits. */
class CodePackerTest {
  private static final byte[] ONE_TO_FIVE = {1, 2, 3, 4, 5};

  @Test
  void neuralNetworksPutTheMostSignificantBitFirst() {
    assertThat(CodePacker.packMostSignificantFirst(ONE_TO_FIVE, new NumberOfBits(3)))
        .isEqualTo(hex("29ca"));
    assertThat(CodePacker.unpackMostSignificantFirst(hex("29ca"), new NumberOfBits(3), 5))
        .isEqualTo(ONE_TO_FIVE);
  }

  @Test
  void weightBinPutsTheLeastSignificantBitFirst() {
    assertThat(CodePacker.packLeastSignificantFirst(ONE_TO_FIVE, new NumberOfBits(3)))
        .isEqualTo(hex("d158"));
    assertThat(CodePacker.unpackLeastSignificantFirst(hex("d158"), new NumberOfBits(3), 5))
        .isEqualTo(ONE_TO_FIVE);
  }

  @Test
  void weightBinPutsFourBitsOfMinusEightSevenAndMinusOneIntoTwoBytes() {
    byte[] twosComplement = {-8 & 15, 7, -1 & 15};

    assertThat(CodePacker.packLeastSignificantFirst(twosComplement, new NumberOfBits(4)))
        .isEqualTo(hex("780f"));
  }

  @Test
  void bytesBeyondTheNeededOnesAreIgnored() {
    assertThat(CodePacker.unpackMostSignificantFirst(hex("29caff"), new NumberOfBits(3), 5))
        .isEqualTo(ONE_TO_FIVE);
    assertThat(CodePacker.unpackLeastSignificantFirst(hex("d158ff"), new NumberOfBits(3), 5))
        .isEqualTo(ONE_TO_FIVE);
  }

  @Property
  void packedBitsAreTheCodesWrittenOneAfterAnother(
      @ForAll @IntRange(min = 1, max = 8) int width, @ForAll @Size(max = 40) byte[] bytes) {
    NumberOfBits bits = new NumberOfBits(width);
    byte[] codes = masked(bytes, bits);
    StringBuilder written = new StringBuilder();
    for (byte code : codes) {
      written.append(binary(code, width));
    }

    byte[] packed = CodePacker.packMostSignificantFirst(codes, bits);

    assertThat(bitsOf(packed)).isEqualTo(padded(written));
    assertThat(CodePacker.unpackMostSignificantFirst(packed, bits, codes.length)).isEqualTo(codes);
  }

  @Property
  void theOtherOrderIsTheSameReadBackwards(
      @ForAll @IntRange(min = 1, max = 8) int width, @ForAll @Size(max = 40) byte[] bytes) {
    NumberOfBits bits = new NumberOfBits(width);
    byte[] codes = masked(bytes, bits);
    StringBuilder written = new StringBuilder();
    for (byte code : codes) {
      written.append(new StringBuilder(binary(code, width)).reverse());
    }

    byte[] packed = CodePacker.packLeastSignificantFirst(codes, bits);

    StringBuilder backwards = new StringBuilder();
    for (byte one : packed) {
      backwards.append(new StringBuilder(binary(one, 8)).reverse());
    }
    assertThat(backwards.toString()).isEqualTo(padded(written));
    assertThat(CodePacker.unpackLeastSignificantFirst(packed, bits, codes.length)).isEqualTo(codes);
  }

  @Test
  void aCodeThatDoesNotFitIsNamed() {
    byte[] codes = {7, 0, (byte) 200};
    String message = "code (200) at place 2 does not fit 3 bits: it must be below 8.";

    assertThatThrownBy(() -> CodePacker.packMostSignificantFirst(codes, new NumberOfBits(3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> CodePacker.packLeastSignificantFirst(codes, new NumberOfBits(3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void tooFewBytesAreCounted() {
    byte[] one = {0};
    String message = "5 codes of 3 bits need 2 bytes, but there are 1.";

    assertThatThrownBy(() -> CodePacker.unpackMostSignificantFirst(one, new NumberOfBits(3), 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> CodePacker.unpackLeastSignificantFirst(one, new NumberOfBits(3), 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  private static byte[] masked(byte[] bytes, NumberOfBits bits) {
    byte[] codes = bytes.clone();
    for (int i = 0; i < codes.length; i++) {
      codes[i] &= (byte) (bits.codes() - 1);
    }
    return codes;
  }

  private static String binary(byte value, int width) {
    String digits = Integer.toBinaryString(value & 255);
    return "0".repeat(width - digits.length()) + digits;
  }

  private static String bitsOf(byte[] bytes) {
    StringBuilder bits = new StringBuilder();
    for (byte one : bytes) {
      bits.append(binary(one, 8));
    }
    return bits.toString();
  }

  private static String padded(StringBuilder bits) {
    return bits + "0".repeat((8 - bits.length() % 8) % 8);
  }
}
