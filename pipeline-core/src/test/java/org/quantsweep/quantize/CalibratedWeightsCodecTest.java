package org.quantsweep.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.quantsweep.BadInputException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

class CalibratedWeightsCodecTest {
  /**
   * Written with Python's struct: {@code pack(">IBBB2i1sB4i2f2fBB1i2f", 0x51534357, 1, 1, 2, 2, 3,
   * b"\xb4", 0, 1, 2, 1, 3, .5, 2, -1, 0, 1, 1, 2, 3, -4)}; bits 101101 are six codes.
   */
  private static final String LINEAR =
      "515343570101020000000200000003b400000000010000000200000001000000033f000000"
          + "40000000bf8000000000000001010000000240400000c0800000";

  @Test
  void isTheFormThatIsDocumented() {
    CalibratedWeights read = CalibratedWeightsCodec.decode(HexFormat.of().parseHex(LINEAR), "c");
    LinearWeights weights = (LinearWeights) read.weights();
    assertThat(weights.shape()).isEqualTo(Shape.of(2, 3));
    assertThat(weights.bits()).isEqualTo(new NumberOfBits(1));
    assertThat(weights.sharedCodes()).containsExactly(1, 0, 1, 1, 0, 1);
    assertThat(weights.scales()).containsExactly(0.5f, 2);
    assertThat(weights.biases()).containsExactly(-1, 0);
    assertThat(weights.dequantize().toArray()).containsExactly(-0.5f, -1, -0.5f, 2, 0, 2);
    assertThat(read.bias()).contains(Tensor.wrap(Shape.of(2), new float[] {3, -4}));
    assertThat(HexFormat.of().formatHex(CalibratedWeightsCodec.encode(read))).isEqualTo(LINEAR);
  }

  @Property(tries = 300)
  void whatIsWrittenIsRead(@ForAll("fitted") CalibratedWeights fitted) {
    byte[] bytes = CalibratedWeightsCodec.encode(fitted);
    CalibratedWeights read = CalibratedWeightsCodec.decode(bytes, "codes");
    assertThat(read.weights().getClass()).isEqualTo(fitted.weights().getClass());
    if (read.weights() instanceof CodedWeights codes) {
      CodedWeights written = (CodedWeights) fitted.weights();
      assertThat(codes.bits()).isEqualTo(written.bits());
      assertThat(codes.sharedCodes()).isEqualTo(written.sharedCodes());
    }
    assertThat(read.weights().dequantize()).isEqualTo(fitted.weights().dequantize());
    assertThat(read.bias()).isEqualTo(fitted.bias());
    assertThat(CalibratedWeightsCodec.encode(read)).isEqualTo(bytes);
  }

  @Property(tries = 200)
  void everyShorterFileIsRefused(@ForAll("fitted") CalibratedWeights fitted, @ForAll int seed) {
    byte[] bytes = CalibratedWeightsCodec.encode(fitted);
    int length = Math.floorMod(seed, bytes.length);
    assertThatThrownBy(() -> CalibratedWeightsCodec.decode(Arrays.copyOf(bytes, length), "codes"))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("codes: these fitted codes cannot be read: ");
  }

  /** What is read from a damaged file has no second form: it gives the damaged bytes again. */
  @Property(tries = 3000)
  void damageIsRefusedOrKept(@ForAll("fitted") CalibratedWeights fitted, @ForAll long seed) {
    byte[] bytes = CalibratedWeightsCodec.encode(fitted);
    Random random = new Random(seed);
    int place = random.nextInt(Math.min(bytes.length, random.nextBoolean() ? 30 : bytes.length));
    bytes[place] = (byte) (random.nextBoolean() ? random.nextInt() : random.nextInt(5) - 2);
    assertThatCode(
            () -> {
              try {
                CalibratedWeights read = CalibratedWeightsCodec.decode(bytes, "codes");
                assertThat(CalibratedWeightsCodec.encode(read)).isEqualTo(bytes);
              } catch (BadInputException e) {
                assertThat(e).hasMessageStartingWith("codes: these fitted codes cannot be read: ");
              }
            })
        .doesNotThrowAnyException();
  }

  @Test
  void weightsWithoutBiasesAreReadWithZeros() {
    Tensor tensor = Tensor.wrap(Shape.of(2, 2), new float[] {0, 1, 2, 3});
    LinearWeights bare =
        new NetworkQuantizer(tensor, 0, 2)
            .linear(
                new NumberOfBits(2),
                Grouping.PER_CHANNEL,
                new byte[] {0, 1, 2, 3},
                new float[] {1, 1},
                new float[0]);
    byte[] bytes = CalibratedWeightsCodec.encode(new CalibratedWeights(bare, Optional.empty()));
    QuantizedWeights read = CalibratedWeightsCodec.decode(bytes, "codes").weights();
    assertThat(read.dequantize()).isEqualTo(tensor);
    assertThat(((LinearWeights) read).biases()).containsExactly(0, 0);
  }

  /**
   * Written with Python's struct: {@code pack(">IB3B2i2BB2i2B2f2B2B", 0x51534357, 2, 2, 0, 2, 2, 2,
   * 4, 0, 2, 2, 1, 0x1f, 0x82, .5, 2, 1, 3, 15, 0)}: codes 1 15 8 2 of 4 bits, unsigned, with two
   * scales and zero points.
   */
  private static final String BLOCKS =
      "5153435702"
          + "020002"
          + "0000000200000002"
          + "0400"
          + "020000000200000001"
          + "1f82"
          + "3f00000040000000"
          + "01"
          + "030f"
          + "00";

  @Test
  void formsOfProgramsAreAsDocumented() {
    CalibratedWeights read = CalibratedWeightsCodec.decode(HexFormat.of().parseHex(BLOCKS), "c");
    BlockwiseWeights weights = (BlockwiseWeights) read.weights();
    assertThat(weights.type()).isEqualTo(FloatType.HALF);
    assertThat(weights.sharedCodes()).containsExactly(1, 15, 8, 2);
    assertThat(weights.scales()).containsExactly(0.5f, 2);
    assertThat(weights.zeroPoints()).containsExactly(3, 15);
    assertThat(weights.dequantize().toArray()).containsExactly(-1, 6, -14, -26);
    assertThat(HexFormat.of().formatHex(CalibratedWeightsCodec.encode(read))).isEqualTo(BLOCKS);
  }

  /**
   * Written with Python's struct: {@code pack(">IB3B2iBB2iB4fB", 0x51534357, 2, 6, 0, 2, 2, 2, 1,
   * 2, 2, 1, 0x60, -1, .5, .5, 2, 0)}: codes 0 1 1 0 of one bit, a table of two entries, and two
   * scales.
   */
  private static final String SCALED =
      "5153435702"
          + "060002"
          + "0000000200000002"
          + "01"
          + "020000000200000001"
          + "60"
          + "bf8000003f000000"
          + "3f00000040000000"
          + "00";

  @Test
  void aTableWithScalesIsAsDocumented() {
    CalibratedWeights read = CalibratedWeightsCodec.decode(HexFormat.of().parseHex(SCALED), "c");
    ScaledTableWeights weights = (ScaledTableWeights) read.weights();
    assertThat(weights.sharedCodes()).containsExactly(0, 1, 1, 0);
    assertThat(weights.entries()).containsExactly(-1, 0.5f);
    assertThat(weights.scales()).containsExactly(0.5f, 2);
    assertThat(weights.dequantize().toArray()).containsExactly(-0.5f, 0.25f, 1, -2);
    assertThat(HexFormat.of().formatHex(CalibratedWeightsCodec.encode(read))).isEqualTo(SCALED);
    byte[] odd = HexFormat.of().parseHex(SCALED);
    // Two output channels have no three blocks, and no scale lies between two halves.
    odd[21] = 3;
    assertThatThrownBy(() -> CalibratedWeightsCodec.decode(odd, "c"))
        .hasMessageContaining("its blocks [3, 1] do not divide [2, 2]");
    odd[21] = 2;
    odd[38] = 1;
    assertThatThrownBy(() -> CalibratedWeightsCodec.decode(odd, "c"))
        .hasMessageContaining("a scale (0.50000006) is no half-precision number");
  }

  @Test
  void saysWhatIsDamagedInFormsOfPrograms() {
    refusesBlocks(5, 1, "its form (1) is not in [2, 6]");
    refusesBlocks(6, 2, "its type (2) is neither 0 nor 1");
    refusesBlocks(7, 0, "rank 0 is not in [1, 8]");
    refusesBlocks(8, 0x80, "a length (-2147483646) is not at least 1");
    refusesBlocks(8, 0x7f, "its codes cannot lie in the 29 bytes that are left");
    refusesBlocks(16, 9, "its number of bits (9) is not in [1, 8]");
    refusesBlocks(17, 2, "the mark of its signed codes (2) is neither 0 nor 1");
    refusesBlocks(22, 3, "its blocks [3, 1] do not divide [2, 2]");
    refusesBlocks(32, 1, "a scale (0.5000153) is no half-precision number", 31, 1);
    refusesBlocks(37, 2, "the mark of its zero points (2) is neither 0 nor 1");
    refusesBlocks(38, 16, "a zero point (16) is no code of 4 bits");
    refusesBlocks(40, 2, "the mark of its bias (2) is neither 0 nor 1");
  }

  private static void refusesBlocks(int place, int value, String reason, int... more) {
    refuses(BLOCKS, place, value, reason, more);
  }

  /** 4096 codes, or a mask of as many bits, or two thousand million, in a few bytes. */
  @Test
  void nothingIsAllocatedThatAFileCannotHold() {
    String whole = "0100000001";
    refusesShort("020101" + "00001000" + "0801" + whole + "3f800000", 4);
    refusesShort("030101" + "00001000" + "08" + whole + "0000000100" + "00000000", 4);
    refusesShort("040101" + "00001000" + "00", 1);
    refusesShort("030104" + "00000100".repeat(3), 4);
  }

  private static void refusesShort(String hex, int left) {
    byte[] bytes = HexFormat.of().parseHex("5153435702" + hex);
    assertThatThrownBy(() -> CalibratedWeightsCodec.decode(bytes, "options/1f"))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "options/1f: these fitted codes cannot be read: its codes cannot lie in the "
                + left
                + " bytes that are left.\nMaybe derive them again from the calibration samples.");
  }

  @Test
  void saysWhatIsDamaged() {
    refuses(0, 0, "it does not begin as fitted codes do");
    refuses(4, 9, "its version (9) is not 1 or 2");
    refuses(5, 9, "its number of bits (9) is not in [1, 8]");
    refuses(5, 2, "its form (180) is neither linear nor a table", 17, 180);
    refuses(6, 9, "rank 9 is more than 8");
    refuses(7, -1, "a length (-16777214) is not at least 1");
    refuses(7, 1, "its codes cannot lie in the 52 bytes that are left");
    refuses(15, -1, "bits behind its last code are not zero");
    refuses(16, 2, "its form (2) is neither linear nor a table");
    refuses(17, -1, "its channels are no cut of shape [2, 3]");
    refuses(20, 0, "its channels are no cut of shape [2, 3]");
    refuses(24, 1, "its channels are no cut of shape [2, 3]");
    refuses(33, 0x7f, "a scale (Infinity) is not finite", 34, 0x80);
    refuses(49, 2, "the mark of its bias (2) is neither 0 nor 1");
    refuses(49, 0, "13 bytes follow behind its end");
    refuses(50, 0, "8 bytes follow behind its end");
    refuses(51, 1, "its biases cannot lie in the 8 bytes that are left");
    refuses(55, 0x7f, "a bias (NaN) is not finite", 56, 0xff);
  }

  /** Changes one byte, or several given as pairs of place and value behind the reason. */
  private static void refuses(int place, int value, String reason, int... more) {
    refuses(LINEAR, place, value, reason, more);
  }

  private static void refuses(String right, int place, int value, String reason, int... more) {
    byte[] bytes = HexFormat.of().parseHex(right);
    bytes[place] = (byte) value;
    for (int i = 0; i < more.length; i += 2) {
      bytes[more[i]] = (byte) more[i + 1];
    }
    assertThatThrownBy(() -> CalibratedWeightsCodec.decode(bytes, "options/1f"))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "options/1f: these fitted codes cannot be read: "
                + reason
                + ".\nMaybe derive them again from the calibration samples.");
  }

  @Provide
  static Arbitrary<CalibratedWeights> fitted() {
    return Combinators.combine(
            Arbitraries.integers().between(1, 8),
            Arbitraries.integers().between(1, 5).array(int[].class).ofMinSize(0).ofMaxSize(4),
            Arbitraries.integers().between(0, 8),
            Arbitraries.longs())
        .as(CalibratedWeightsCodecTest::fitted);
  }

  private static CalibratedWeights fitted(int width, int[] lengths, int form, long seed) {
    Random random = new Random(seed);
    NumberOfBits bits = new NumberOfBits(width);
    Shape shape = Shape.of(lengths);
    byte[] codes = new byte[Math.toIntExact(shape.elementCount())];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) random.nextInt(bits.codes());
    }
    QuantizedWeights weights;
    if (form > 3 && lengths.length > 0) {
      weights = ofProgram(form, shape, bits, random);
    } else if (form == 0) {
      weights = new LookUpTableWeights(shape, bits, codes, floats(bits.codes(), random));
    } else {
      Channels channels =
          form == 1 || lengths.length == 0
              ? Channels.whole(shape)
              : form == 2 || lengths.length == 1
                  ? Channels.along(shape, random.nextInt(lengths.length), 1)
                  : Channels.along(shape, 1, lengths[0]);
      weights =
          new LinearWeights(
              shape,
              bits,
              codes,
              channels,
              floats(channels.count(), random),
              floats(channels.count(), random));
    }
    int biases = random.nextInt(4);
    return new CalibratedWeights(
        weights,
        biases == 0
            ? Optional.empty()
            : Optional.of(Tensor.wrap(Shape.of(biases), floats(biases, random))));
  }

  private static QuantizedWeights ofProgram(
      int form, Shape shape, NumberOfBits bits, Random random) {
    FloatType type = random.nextBoolean() ? FloatType.HALF : FloatType.SINGLE;
    if (form == 4) {
      return blocks(shape, bits, type, random);
    }
    if (form == 5) {
      return tables(shape, bits, type, random);
    }
    if (form == 8) {
      return scaledTable(shape, bits, type, random);
    }
    int count = Math.toIntExact(shape.elementCount());
    BitSet kept = new BitSet();
    for (int i = 0; i < count; i++) {
      kept.set(i, random.nextBoolean());
    }
    return form == 6
        ? new SparseWeights(type, kept, Tensor.wrap(shape, floats(count, type, random)))
        : new SparseWeights(
            type,
            kept,
            random.nextBoolean()
                ? blocks(shape, bits, type, random)
                : tables(shape, bits, type, random));
  }

  /** A divisor of each length. */
  private static Shape cut(Shape shape, Random random) {
    int[] parts = shape.lengths();
    for (int axis = 0; axis < parts.length; axis++) {
      int part;
      do {
        part = 1 + random.nextInt(parts[axis]);
      } while (parts[axis] % part != 0);
      parts[axis] = part;
    }
    return Shape.of(parts);
  }

  private static CodedWeights blocks(
      Shape shape, NumberOfBits bits, FloatType type, Random random) {
    boolean signed = random.nextBoolean();
    Shape blocks = cut(shape, random);
    int count = Math.toIntExact(blocks.elementCount());
    int least = signed ? -bits.codes() / 2 : 0;
    byte[] codes = codes(Math.toIntExact(shape.elementCount()), bits, least, random);
    byte[] zeroPoints = codes(random.nextBoolean() ? count : 0, bits, least, random);
    return new BlockwiseWeights(
        shape, bits, codes, signed, type, blocks, floats(count, type, random), zeroPoints);
  }

  private static CodedWeights scaledTable(
      Shape shape, NumberOfBits bits, FloatType type, Random random) {
    Shape blocks = cut(shape, random);
    int count = Math.toIntExact(shape.elementCount());
    float[] scales = floats(Math.toIntExact(blocks.elementCount()), type, random);
    return new ScaledTableWeights(
        shape,
        bits,
        codes(count, bits, 0, random),
        type,
        floats(bits.codes(), type, random),
        blocks,
        scales);
  }

  private static byte[] codes(int count, NumberOfBits bits, int least, Random random) {
    byte[] codes = new byte[count];
    for (int i = 0; i < count; i++) {
      codes[i] = (byte) (least + random.nextInt(bits.codes()));
    }
    return codes;
  }

  private static CodedWeights tables(
      Shape shape, NumberOfBits bits, FloatType type, Random random) {
    int axis = random.nextInt(shape.rank());
    int vector = cut(Shape.of(shape.length(axis)), random).length(0);
    int[] indices = shape.lengths();
    indices[axis] /= vector;
    Shape tables = cut(Shape.of(indices), random);
    PalettizedWeights.Cut cut = PalettizedWeights.Cut.of(shape, tables, vector, axis);
    int count = Math.toIntExact(tables.elementCount()) * bits.codes() * vector;
    float scale = random.nextBoolean() ? 0 : type.round(random.nextFloat() + 0.01);
    float[] entries = floats(count, type, random);
    for (int i = 0; scale > 0 && i < count; i++) {
      entries[i] = type.round((float) (random.nextInt(256) - 128) * scale);
    }
    byte[] codes = codes(Math.toIntExact(cut.indices().elementCount()), bits, 0, random);
    return new PalettizedWeights(shape, bits, codes, type, cut, entries, scale);
  }

  private static float[] floats(int count, FloatType type, Random random) {
    float[] values = floats(count, random);
    for (int i = 0; i < count; i++) {
      float rounded = type.round(values[i]);
      values[i] = Float.isFinite(rounded) ? rounded : 1;
    }
    return values;
  }

  private static float[] floats(int count, Random random) {
    ByteBuffer buffer = ByteBuffer.allocate(4 * count);
    for (int i = 0; i < count; i++) {
      float value = Float.intBitsToFloat(random.nextInt());
      buffer.putFloat(Float.isFinite(value) ? value : -0f);
    }
    float[] values = new float[count];
    buffer.flip().asFloatBuffer().get(values);
    return values;
  }
}
