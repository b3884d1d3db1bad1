package org.quantsweep.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.quantsweep.BadInputException;

class InputMomentsCodecTest {
  /**
   * Written with Python's struct: {@code pack("<4sBBiiq2d3d", b"QSIM", 1, 0, 1, 2, 3, .5, -1, 2,
   * -.25, 4)}.
   */
  private static final String PRODUCTS =
      "5153494d010001000000020000000300000000000000000000000000e03f000000000000f0bf"
          + "0000000000000040000000000000d0bf0000000000001040";

  /**
   * Written with Python's struct: {@code pack("<4sBBiiq4d4d", b"QSIM", 1, 1, 2, 2, 7, 1, 2, 3, 4,
   * 5, 6, 7, 8)}.
   */
  private static final String SQUARES =
      "5153494d010102000000020000000700000000000000000000000000f03f0000000000000040"
          + "00000000000008400000000000001040000000000000144000000000000018400000000000001c40"
          + "0000000000002040";

  @Test
  void isTheFormThatIsDocumented() {
    InputMoments products = InputMomentsCodec.decode(HexFormat.of().parseHex(PRODUCTS), "m");
    assertThat(products.groups()).isEqualTo(1);
    assertThat(products.order()).isEqualTo(2);
    assertThat(products.isDiagonal()).isFalse();
    assertThat(products.count()).isEqualTo(3);
    assertThat(products.mean(0)).containsExactly(0.5 / 3, -1.0 / 3);
    assertThat(products.second(0)).containsExactly(2.0 / 3, -0.25 / 3, -0.25 / 3, 4.0 / 3);
    assertThat(products.squares(0)).containsExactly(2.0 / 3, 4.0 / 3);
    assertThat(InputMomentsCodec.encode(products)).asHexString().isEqualToIgnoringCase(PRODUCTS);
    InputMoments squares = InputMomentsCodec.decode(HexFormat.of().parseHex(SQUARES), "m");
    assertThat(squares.isDiagonal()).isTrue();
    assertThat(squares.count()).isEqualTo(7);
    assertThat(squares.mean(1)).containsExactly(3.0 / 7, 4.0 / 7);
    assertThat(squares.squares(1)).containsExactly(1, 8.0 / 7);
    assertThat(squares.second(1)).containsExactly(1, 0, 0, 8.0 / 7);
    assertThat(InputMomentsCodec.encode(squares)).asHexString().isEqualToIgnoringCase(SQUARES);
  }

  @Property(tries = 200)
  void whatIsWrittenIsReadBitByBitAndAddsUpTheSame(
      @ForAll @IntRange(min = 1, max = 4) int groups,
      @ForAll @IntRange(min = 1, max = 40) int order,
      @ForAll boolean diagonal,
      @ForAll long seed) {
    InputMoments one = moments(groups, order, diagonal, seed);
    InputMoments other = moments(groups, order, diagonal, seed + 1);
    byte[] bytes = InputMomentsCodec.encode(one);
    assertThat(bytes).hasSize((int) InputMomentsCodec.encodedBytes(one));
    InputMoments read = InputMomentsCodec.decode(bytes, "moments");
    requireSame(read, one);
    requireSame(read.plus(other), one.plus(other));
    assertThat(InputMomentsCodec.encode(read)).isEqualTo(bytes);
  }

  /** The triangle is that of the whole matrix, by the sums of its definition. */
  @Property(tries = 100)
  void momentsAreTheSumsOfProducts(
      @ForAll @IntRange(min = 1, max = 3) int groups,
      @ForAll @IntRange(min = 1, max = 30) int order,
      @ForAll @IntRange(min = 1, max = 60) int rows,
      @ForAll long seed) {
    Random random = new Random(seed);
    InputMoments moments = new InputMoments(groups, order, false);
    for (int group = 0; group < groups; group++) {
      double[] x = new double[rows * order];
      Arrays.setAll(x, i -> random.nextInt(1000) - 500);
      moments.add(group, x, rows);
      if (group == 0) {
        assertThat(moments.count()).isEqualTo(rows);
      }
      // Whole numbers: every order of adding gives the same sum.
      double[] products = new double[order * order];
      for (int i = 0; i < order; i++) {
        for (int j = 0; j < order; j++) {
          for (int row = 0; row < rows; row++) {
            products[i * order + j] += x[row * order + i] * x[row * order + j];
          }
          products[i * order + j] /= rows;
        }
      }
      assertThat(moments.second(group)).containsExactly(products);
      for (int i = 0; i < order; i++) {
        assertThat(moments.squares(group)[i]).isEqualTo(products[i * order + i]);
      }
    }
  }

  @Property(tries = 200)
  void everyOtherLengthIsRefused(@ForAll long seed, @ForAll boolean diagonal) {
    byte[] bytes = InputMomentsCodec.encode(moments(2, 3, diagonal, seed));
    int length = Math.floorMod(seed, bytes.length + 9);
    if (length != bytes.length) {
      assertThatThrownBy(() -> InputMomentsCodec.decode(Arrays.copyOf(bytes, length), "m"))
          .isInstanceOf(BadInputException.class)
          .hasMessageStartingWith("m: these statistics of a layer's inputs cannot be read: ");
    }
  }

  @Test
  void saysWhatIsDamaged() {
    byte[] whole = HexFormat.of().parseHex(PRODUCTS);
    refuses(new byte[0], "they end after 0 bytes, within the first 22");
    refuses(Arrays.copyOf(whole, 21), "they end after 21 bytes, within the first 22");
    refuses(changed(0, 0), "they do not begin as statistics do");
    refuses(changed(4, 255), "their version (255) is not 1");
    refuses(changed(5, 2), "the mark of their form (2) is neither 0 nor 1");
    refuses(changed(6, 0), "their groups (0) and inputs (2) are not at least 1");
    refuses(changed(13, 255), "their groups (1) and inputs (-16777214) are not at least 1");
    refuses(changed(21, 128), "their number of places (-9223372036854775805) is below 0");
    String left = " inputs do not take the 40 bytes that are left";
    refuses(changed(5, 1), "squares of 1 groups of 2" + left);
    refuses(changed(6, 2), "products of 2 groups of 2" + left);
    refuses(changed(10, 3), "products of 1 groups of 3" + left);
    // Their product has more than 63 bits.
    byte[] huge = changed(9, 127);
    huge[13] = 127;
    refuses(huge, "products of 2130706433 groups of 2130706434" + left);
    refuses(
        Arrays.copyOf(whole, 61),
        "products of 1 groups of 2 inputs do not take the 39 bytes that are left");
    refuses(
        Arrays.copyOf(whole, 63),
        "products of 1 groups of 2 inputs do not take the 41 bytes that are left");
  }

  private static byte[] changed(int place, int value) {
    byte[] bytes = HexFormat.of().parseHex(PRODUCTS);
    bytes[place] = (byte) value;
    return bytes;
  }

  private static void refuses(byte[] bytes, String reason) {
    assertThatThrownBy(() -> InputMomentsCodec.decode(bytes, "out/statistics: conv1"))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "out/statistics: conv1: these statistics of a layer's inputs cannot be read: "
                + reason
                + ".\nMaybe take their table away: they are gathered again.");
  }

  /** Any bits, those that are no numbers among them. */
  private static InputMoments moments(int groups, int order, boolean diagonal, long seed) {
    Random random = new Random(seed);
    double[] sums = new double[groups * order];
    double[] products = new double[(int) InputMoments.products(groups, order, diagonal)];
    for (double[] all : new double[][] {sums, products}) {
      for (int i = 0; i < all.length; i++) {
        all[i] = random.nextInt(8) == 0 ? Double.longBitsToDouble(random.nextLong()) : -i / 7.0;
      }
    }
    return new InputMoments(groups, order, diagonal, random.nextInt(1000), sums, products);
  }

  private static void requireSame(InputMoments read, InputMoments written) {
    assertThat(read.groups()).isEqualTo(written.groups());
    assertThat(read.order()).isEqualTo(written.order());
    assertThat(read.isDiagonal()).isEqualTo(written.isDiagonal());
    assertThat(read.count()).isEqualTo(written.count());
    assertThat(bits(read.sharedSums())).isEqualTo(bits(written.sharedSums()));
    assertThat(bits(read.sharedProducts())).isEqualTo(bits(written.sharedProducts()));
  }

  private static long[] bits(double[] values) {
    return Arrays.stream(values).mapToLong(Double::doubleToLongBits).toArray();
  }
}
