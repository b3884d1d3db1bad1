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
   * Written with Python's struct: {@code pack("<4sBiiiiqH2d3d", b"QSIM", 4, 1, 2, 2, 0, 3, 0, .5,
   * -1, 2, -.25, 4)}.
   */
  private static final String PRODUCTS =
      "5153494d040100000002000000020000000000000003000000000000000000000000000000e03f0000"
          + "00000000f0bf0000000000000040000000000000d0bf0000000000001040";

  /**
   * Written with Python's struct: {@code pack("<4sBiiiiqH4d4d", b"QSIM", 4, 2, 2, 1, 0, 7, 0, 1, 2,
   * 3, 4, 5, 6, 7, 8)}.
   */
  private static final String SQUARES =
      "5153494d040200000002000000010000000000000007000000000000000000000000000000f03f0000"
          + "0000000000400000000000000840000000000000104000000000000014400000000000001840000000"
          + "0000001c400000000000002040";

  /**
   * Written with Python's struct: {@code pack("<4sBiiiiqH3d4d", b"QSIM", 4, 1, 3, 2, 0, 2, 0, 1, 2,
   * 3, 4, 5, 6, 7)}.
   */
  private static final String BLOCKS =
      "5153494d040100000003000000020000000000000002000000000000000000000000000000f03f0000"
          + "0000000000400000000000000840000000000000104000000000000014400000000000001840000000"
          + "0000001c40";

  /**
   * Written with Python's struct: {@code pack("<4sBiiiiqH2d3d6d", b"QSIM", 4, 1, 2, 2, 2, 4, 0, .5,
   * -1, 2, -.25, 4, 2, 1, 5, 1, 0, -3)}.
   */
  private static final String CLIPPED =
      "5153494d040100000002000000020000000200000004000000000000000000000000000000e03f0000"
          + "00000000f0bf0000000000000040000000000000d0bf00000000000010400000000000000040000000"
          + "000000f03f0000000000001440000000000000f03f000000000000000000000000000008c0";

  /**
   * Written with Python's struct: {@code pack("<4sBiiiiqH6s1d1d", b"QSIM", 4, 1, 1, 1, 0, 0, 6,
   * "füll!".encode(), 0, 0)}.
   */
  private static final String FAILED =
      "5153494d04010000000100000001000000000000000000000000000000060066c3bc6c6c2100000000"
          + "000000000000000000000000";

  @Test
  void isTheFormThatIsDocumented() {
    InputMoments products = InputMomentsCodec.decode(HexFormat.of().parseHex(PRODUCTS), "m");
    assertThat(products.groups()).isEqualTo(1);
    assertThat(products.order()).isEqualTo(2);
    assertThat(products.block()).isEqualTo(2);
    assertThat(products.count()).isEqualTo(3);
    assertThat(products.mean(0)).containsExactly(0.5 / 3, -1.0 / 3);
    assertThat(products.second(0)).containsExactly(2.0 / 3, -0.25 / 3, -0.25 / 3, 4.0 / 3);
    assertThat(products.squares(0)).containsExactly(2.0 / 3, 4.0 / 3);
    assertThat(InputMomentsCodec.encode(products)).asHexString().isEqualToIgnoringCase(PRODUCTS);
    InputMoments squares = InputMomentsCodec.decode(HexFormat.of().parseHex(SQUARES), "m");
    assertThat(squares.block()).isEqualTo(1);
    assertThat(squares.count()).isEqualTo(7);
    assertThat(squares.mean(1)).containsExactly(3.0 / 7, 4.0 / 7);
    assertThat(squares.squares(1)).containsExactly(1, 8.0 / 7);
    assertThat(squares.second(1, 1)).containsExactly(8.0 / 7);
    assertThat(InputMomentsCodec.encode(squares)).asHexString().isEqualToIgnoringCase(SQUARES);
    InputMoments blocks = InputMomentsCodec.decode(HexFormat.of().parseHex(BLOCKS), "m");
    assertThat(blocks.mean(0)).containsExactly(0.5, 1, 1.5);
    assertThat(blocks.second(0, 0)).containsExactly(2, 2.5, 2.5, 3);
    assertThat(blocks.second(0, 2)).containsExactly(3.5);
    assertThat(blocks.squares(0)).containsExactly(2, 3, 3.5);
    assertThat(InputMomentsCodec.encode(blocks)).asHexString().isEqualToIgnoringCase(BLOCKS);
    InputMoments clipped = InputMomentsCodec.decode(HexFormat.of().parseHex(CLIPPED), "m");
    assertThat(clipped.clipped()).isEqualTo(2);
    assertThat(clipped.passingShare(0)).isEqualTo(0.5);
    assertThat(clipped.passingMean(0)).containsExactly(0.25, 1.25);
    assertThat(clipped.passingShare(1)).isEqualTo(0.25);
    assertThat(clipped.passingMean(1)).containsExactly(0, -0.75);
    assertThat(InputMomentsCodec.encode(clipped)).asHexString().isEqualToIgnoringCase(CLIPPED);
    assertThat(clipped.failure()).isEmpty();
    InputMoments failed = InputMomentsCodec.decode(HexFormat.of().parseHex(FAILED), "m");
    assertThat(failed.count()).isZero();
    assertThat(failed.failure()).contains("füll!");
    assertThat(InputMomentsCodec.encode(failed)).asHexString().isEqualToIgnoringCase(FAILED);
  }

  @Property(tries = 200)
  void whatIsWrittenIsReadBitByBitAndAddsUpTheSame(
      @ForAll @IntRange(min = 1, max = 4) int groups,
      @ForAll @IntRange(min = 1, max = 40) int order,
      @ForAll @IntRange(min = 1, max = 40) int longest,
      @ForAll long seed) {
    int block = Math.min(order, longest);
    InputMoments one = moments(groups, order, block, seed);
    InputMoments other = moments(groups, order, block, seed + 2);
    byte[] bytes = InputMomentsCodec.encode(one);
    assertThat(bytes).hasSize((int) InputMomentsCodec.encodedBytes(one));
    InputMoments read = InputMomentsCodec.decode(bytes, "moments");
    requireSame(read, one);
    requireSame(read.plus(other), one.plus(other));
    assertThat(InputMomentsCodec.encode(read)).isEqualTo(bytes);
  }

  /** The triangles are those of the whole matrix, by the sums of its definition. */
  @Property(tries = 100)
  void momentsAreTheSumsOfProducts(
      @ForAll @IntRange(min = 1, max = 3) int groups,
      @ForAll @IntRange(min = 1, max = 30) int order,
      @ForAll @IntRange(min = 1, max = 30) int longest,
      @ForAll @IntRange(min = 1, max = 60) int rows,
      @ForAll long seed) {
    Random random = new Random(seed);
    int block = Math.min(order, longest);
    InputMoments moments = new InputMoments(groups, order, block);
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
      for (int start = 0; start < order; start += block) {
        int length = Math.min(block, order - start);
        double[] part = new double[length * length];
        for (int i = 0; i < length; i++) {
          System.arraycopy(products, (start + i) * order + start, part, i * length, length);
        }
        assertThat(moments.second(group, start)).containsExactly(part);
      }
      for (int i = 0; i < order; i++) {
        assertThat(moments.squares(group)[i]).isEqualTo(products[i * order + i]);
      }
    }
  }

  @Property(tries = 200)
  void everyOtherLengthIsRefused(@ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int block) {
    byte[] bytes = InputMomentsCodec.encode(moments(2, 3, block, seed));
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
    refuses(new byte[0], "they end after 0 bytes, within the first 31");
    refuses(Arrays.copyOf(whole, 30), "they end after 30 bytes, within the first 31");
    refuses(changed(0, 0), "they do not begin as statistics do");
    refuses(changed(4, 255), "their version (255) is not 4");
    refuses(changed(5, 0), "their groups (0) and inputs (2) are not at least 1");
    refuses(changed(12, 255), "their groups (1) and inputs (-16777214) are not at least 1");
    refuses(changed(13, 0), "their blocks (0) are not in [1, 2]");
    refuses(changed(13, 3), "their blocks (3) are not in [1, 2]");
    refuses(
        changed(20, 255), "their clipped channels (-16777216) are not as many in each of 1 groups");
    refuses(changed(28, 128), "their number of places (-9223372036854775805) is below 0");
    refuses(changed(30, 1), "the reason of a failure (256 bytes) does not end within them");
    String left = " do not take the 40 bytes that are left";
    refuses(changed(13, 1), "products of 1 groups of 2 inputs in blocks of 1" + left);
    refuses(changed(5, 2), "products of 2 groups of 2 inputs in blocks of 2" + left);
    refuses(changed(9, 3), "products of 1 groups of 3 inputs in blocks of 2" + left);
    refuses(
        changed(17, 3),
        "products of 1 groups of 2 inputs in blocks of 2 and sums of 3 clipped channels" + left);
    // Their product has more than 63 bits.
    byte[] huge = changed(8, 127);
    huge[12] = 127;
    huge[16] = 127;
    refuses(
        huge, "products of 2130706433 groups of 2130706434 inputs in blocks of 2130706434" + left);
    String whatIsThere = "products of 1 groups of 2 inputs in blocks of 2 do not take the ";
    refuses(Arrays.copyOf(whole, 70), whatIsThere + "39 bytes that are left");
    refuses(Arrays.copyOf(whole, 72), whatIsThere + "41 bytes that are left");
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
  private static InputMoments moments(int groups, int order, int block, long seed) {
    Random random = new Random(seed);
    double[] sums = new double[groups * order];
    double[] products = new double[(int) InputMoments.products(groups, order, block)];
    for (double[] all : new double[][] {sums, products}) {
      for (int i = 0; i < all.length; i++) {
        all[i] = random.nextInt(8) == 0 ? Double.longBitsToDouble(random.nextLong()) : -i / 7.0;
      }
    }
    double[] passing = new double[Math.floorMod(seed, 2) * groups * (order + 1)];
    Arrays.setAll(passing, i -> i / 3.0);
    return new InputMoments(groups, order, block, random.nextInt(1000), sums, products, passing);
  }

  private static void requireSame(InputMoments read, InputMoments written) {
    assertThat(read.groups()).isEqualTo(written.groups());
    assertThat(read.order()).isEqualTo(written.order());
    assertThat(read.block()).isEqualTo(written.block());
    assertThat(read.count()).isEqualTo(written.count());
    assertThat(bits(read.sharedSums())).isEqualTo(bits(written.sharedSums()));
    assertThat(bits(read.sharedProducts())).isEqualTo(bits(written.sharedProducts()));
    assertThat(read.sharedPassing()).isEqualTo(written.sharedPassing());
  }

  private static long[] bits(double[] values) {
    return Arrays.stream(values).mapToLong(Double::doubleToLongBits).toArray();
  }
}
