package org.quantsweep.coreml.mlprogram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.quantsweep.tensor.Shape;

/**
 * Compressed constants against the values that coremltools 9.0 gives. Half-precision numbers stand
 * as the bits that it stores, or as the shortest decimals of those bits.
 */
class ConstexprsTest {
  private static TensorValue half(String hex, int... shape) {
    byte[] big = HexFormat.of().parseHex(hex.replace(" ", ""));
    byte[] little = new byte[big.length];
    for (int i = 0; i < big.length; i++) {
      little[i] = big[i ^ 1];
    }
    return packed(DataType.FLOAT16, little, shape);
  }

  private static TensorValue single(float[] values, int... shape) {
    return TensorValue.floats(DataType.FLOAT32, Shape.of(shape), () -> values);
  }

  private static TensorValue packed(DataType type, byte[] bytes, int... shape) {
    return TensorValue.packed(type, Shape.of(shape), () -> bytes, bytes.length);
  }

  private static TensorValue packed(DataType type, String hex, int... shape) {
    return packed(type, HexFormat.of().parseHex(hex.replace(" ", "")), shape);
  }

  private static TensorValue codes(DataType type, long[] values, int... shape) {
    return TensorValue.integers(type, Shape.of(shape), values);
  }

  private static long[] of(long... values) {
    return values;
  }

  /** Old forms have their parameters as attributes. */
  private static List<TensorValue> attributes(String type, Object... namesAndValues) {
    return made(type, true, namesAndValues);
  }

  /** Forms from iOS 18 on have them as inputs. */
  private static List<TensorValue> inputs(String type, Object... namesAndValues) {
    return made(type, false, namesAndValues);
  }

  private static List<TensorValue> made(String type, boolean old, Object... namesAndValues) {
    Map<String, ProgramValue> attributes = new LinkedHashMap<>();
    Map<String, List<Binding>> inputs = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      String name = (String) namesAndValues[i];
      ProgramValue value = (ProgramValue) namesAndValues[i + 1];
      if (old) {
        attributes.put(name, value);
      } else {
        inputs.put(name, List.of(new Binding.Literal(value)));
      }
    }
    ProgramType any = new ProgramType.Array(DataType.FLOAT16, Optional.empty());
    List<NamedType> outputs = new ArrayList<>(List.of(new NamedType("a", any)));
    if (type.endsWith("to_sparse") || type.startsWith("constexpr_sparse_b")) {
      outputs.add(new NamedType("b", any));
    }
    Map<String, ProgramValue> made =
        ConstantScope.ofFunction()
            .made(new Operation(type, inputs, attributes, outputs, List.of()));
    return outputs.stream().map(output -> (TensorValue) made.get(output.name())).toList();
  }

  private static void decodes(List<TensorValue> made, Shape shape, float... expected) {
    TensorValue last = made.get(made.size() - 1);
    assertThat(last.shape()).isEqualTo(shape);
    assertThat(last.floats()).containsExactly(expected);
  }

  @Test
  void affineOfOneScaleAndZeroPointForEachChannel() {
    decodes(
        attributes(
            "constexpr_affine_dequantize",
            "quantized_data",
            codes(DataType.INT8, of(10, 20, 30, -5, 0, 127), 2, 3),
            "scale",
            half("2e66 27ae", 2),
            "zero_point",
            codes(DataType.INT8, of(1, -2), 2),
            "axis",
            codes(DataType.INT32, of(0))),
        Shape.of(2, 3),
        0.89990234f,
        1.8994141f,
        2.8984375f,
        -0.08996582f,
        0.05999756f,
        3.8691406f);
  }

  @Test
  void affineWithoutAZeroPointOfItsOwn() {
    decodes(
        attributes(
            "constexpr_affine_dequantize",
            "quantized_data",
            packed(DataType.INT8, "19 7f c0 4c c3 24 7f fd", 2, 4),
            "scale",
            half("1c08 250a", 2),
            "zero_point",
            codes(DataType.INT8, of(0)),
            "axis",
            codes(DataType.INT32, of(-2))),
        Shape.of(2, 4),
        0.09838867f,
        0.5f,
        -0.25195312f,
        0.2993164f,
        -1.2011719f,
        0.7084961f,
        2.5f,
        -0.059051514f);
  }

  @Test
  void blockwiseWithOffsets() {
    decodes(
        inputs(
            "constexpr_blockwise_shift_scale",
            "data",
            packed(DataType.INT4, "21 43 65 87", 2, 4),
            "scale",
            half("3800 4000 2e66 34cd", 2, 2),
            "offset",
            codes(DataType.INT4, of(0, 1, 2, -1), 2, 2)),
        Shape.of(2, 4),
        0.5f,
        1,
        4,
        6,
        0.2998047f,
        0.39990234f,
        2.4003906f,
        -2.0996094f);
  }

  @Test
  void blockwiseOfUnsignedCodes() {
    decodes(
        inputs(
            "constexpr_blockwise_shift_scale",
            "data",
            codes(DataType.UINT4, of(7, 15, 0, 11, 0, 8, 15, 5), 2, 4),
            "scale",
            half("2a66 33e4", 2, 1),
            "offset",
            codes(DataType.UINT4, of(5, 5), 2, 1)),
        Shape.of(2, 4),
        0.099975586f,
        0.5f,
        -0.25f,
        0.2998047f,
        -1.2324219f,
        0.7397461f,
        2.4648438f,
        0);
  }

  @Test
  void blockwiseWithoutOffsets() {
    decodes(
        inputs(
            "constexpr_blockwise_shift_scale",
            "data",
            codes(DataType.INT4, of(1, 7, -6, 7, -7, 4, 7, 0), 2, 4),
            "scale",
            half("2c92 297d 317d 35b7", 2, 2)),
        Shape.of(2, 4),
        0.07141113f,
        0.5f,
        -0.25732422f,
        0.30004883f,
        -1.2001953f,
        0.68603516f,
        2.5f,
        0);
  }

  @Test
  void tablesOfEveryWidthWithPackedIndices() {
    // A table whose entry i is i: what is decoded are the indices themselves.
    Map<Integer, String> packed =
        Map.of(1, "15", 2, "39 01", 4, "21 43 05", 6, "81 30 fc 21", 8, "01 02 03 ff 80");
    Map<Integer, float[]> indices =
        Map.of(
            1,
            new float[] {1, 0, 1, 0, 1},
            2,
            new float[] {1, 2, 3, 0, 1},
            4,
            new float[] {1, 2, 3, 4, 5},
            6,
            new float[] {1, 2, 3, 63, 33},
            8,
            new float[] {1, 2, 3, 255, 128});
    packed.forEach(
        (bits, hex) -> {
          float[] table = new float[1 << bits];
          for (int i = 0; i < table.length; i++) {
            table[i] = i;
          }
          decodes(
              attributes(
                  "constexpr_lut_to_dense",
                  "indices",
                  packed(DataType.UINT8, hex, hex.replace(" ", "").length() / 2),
                  "lut",
                  single(table, table.length),
                  "shape",
                  codes(DataType.UINT32, of(5, 1), 2)),
              Shape.of(5, 1),
              indices.get(bits));
        });
  }

  @Test
  void oneTableWithPackedIndices() {
    decodes(
        attributes(
            "constexpr_lut_to_dense",
            "indices",
            packed(DataType.UINT8, "55 78", 2),
            "lut",
            half("bccd 2840 3d11 4100", 4),
            "shape",
            codes(DataType.UINT32, of(2, 4), 2)),
        Shape.of(2, 4),
        0.033203125f,
        0.033203125f,
        0.033203125f,
        0.033203125f,
        -1.2001953f,
        1.2666016f,
        2.5f,
        0.033203125f);
  }

  @Test
  void aTableForEachGroupOfChannels() {
    decodes(
        inputs(
            "constexpr_lut_to_dense",
            "indices",
            codes(DataType.UINT2, of(1, 3, 0, 2, 0, 2, 3, 1), 2, 4),
            "lut",
            half("b400 0000 3400 3800 bccd 2840 3d11 4100", 2, 1, 4, 1)),
        Shape.of(2, 4),
        0,
        0.5f,
        -0.25f,
        0.25f,
        -1.2001953f,
        1.2666016f,
        2.5f,
        0.033203125f);
  }

  @Test
  void indicesOfThreeBits() {
    decodes(
        inputs(
            "constexpr_lut_to_dense",
            "indices",
            // 2 3 2 0 / 4 4 3 1, the first in the lowest bits.
            packed(DataType.UINT3, "9a 40 2e", 2, 4),
            "lut",
            single(new float[] {-1, 0, 1, 2, 3, 0, 0, 0}, 1, 1, 8, 1)),
        Shape.of(2, 4),
        1,
        2,
        1,
        -1,
        3,
        3,
        2,
        0);
  }

  @Test
  void vectorsAlongEitherAxis() {
    TensorValue indices = codes(DataType.UINT1, of(0, 1, 1, 1), 2, 2);
    TensorValue table = single(new float[] {10, 11, 12, 20, 21, 22}, 1, 1, 2, 3);
    decodes(
        inputs(
            "constexpr_lut_to_dense",
            "indices",
            indices,
            "lut",
            table,
            "vector_axis",
            codes(DataType.INT32, of(1))),
        Shape.of(2, 6),
        10,
        11,
        12,
        20,
        21,
        22,
        20,
        21,
        22,
        20,
        21,
        22);
    decodes(
        inputs(
            "constexpr_lut_to_dense",
            "indices",
            indices,
            "lut",
            table,
            "vector_axis",
            codes(DataType.INT32, of(0))),
        Shape.of(6, 2),
        10,
        20,
        11,
        21,
        12,
        22,
        20,
        20,
        21,
        21,
        22,
        22);
  }

  @Test
  void sparseWithAPackedMask() {
    decodes(
        attributes(
            "constexpr_sparse_to_dense",
            "nonzero_data",
            single(new float[] {3, 5, 4}, 3),
            "mask",
            packed(DataType.UINT8, "16", 1),
            "shape",
            codes(DataType.UINT32, of(5), 1)),
        Shape.of(5),
        0,
        3,
        5,
        0,
        4);
  }

  @Test
  void sparseWithAMaskOfBits() {
    // [[.1, .9, .2], [.3, -.1, .5], [-.7, .05, .6], [.2, .4, -.3]] pruned by 1:2 along axis 0.
    decodes(
        inputs(
            "constexpr_sparse_to_dense",
            "nonzero_data",
            half("3b33 34cd 3800 b99a 38cd 3666", 6),
            "mask",
            packed(DataType.UINT1, "6a 05", 4, 3)),
        Shape.of(4, 3),
        0,
        0.89990234f,
        0,
        0.30004883f,
        0,
        0.5f,
        -0.7001953f,
        0,
        0.60009766f,
        0,
        0.39990234f,
        0);
  }

  @Test
  void sparseTablesOfVectors() {
    List<TensorValue> made =
        inputs(
            "constexpr_lut_to_sparse",
            "indices_mask",
            packed(DataType.UINT1, "09", 2, 2),
            "indices_nonzero_data",
            codes(DataType.UINT1, of(1, 0), 2),
            "lut",
            single(new float[] {2, 2.5f, 3, 3.5f}, 1, 1, 2, 2),
            "vector_axis",
            codes(DataType.INT32, of(0)));

    assertThat(made.get(0).shape()).isEqualTo(Shape.of(4, 2));
    assertThat(made.get(0).integers()).containsExactly(1, 0, 1, 0, 0, 1, 0, 1);
    decodes(made, Shape.of(4), 3, 3.5f, 2, 2.5f);
  }

  @Test
  void sparseCodesWithScalesAndOffsets() {
    List<TensorValue> made =
        inputs(
            "constexpr_sparse_blockwise_shift_scale",
            "data_mask",
            codes(DataType.UINT1, of(1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0, 0), 4, 4),
            "nonzero_data",
            codes(DataType.INT8, of(10, 11, 3, 4, 5, 6, 7, 8, 9), 9),
            "scale",
            single(new float[] {.1f, .2f, .3f, .4f}, 1, 4),
            "offset",
            codes(DataType.INT8, of(1, 2, 3, 4), 1, 4));

    assertThat(made.get(0).shape()).isEqualTo(Shape.of(4, 4));
    // In float32, as NumPy multiplies.
    decodes(
        made,
        Shape.of(9),
        .1f * 9,
        .2f * 9,
        .1f * 2,
        .2f * 2,
        .3f * 2,
        .3f * 3,
        .4f * 3,
        .1f * 7,
        .2f * 7);
  }

  @Test
  void sparseCodesOfAJointForm() {
    // Pruned by half, then int8 for each channel; 7 of the values are zero.
    TensorValue mask = packed(DataType.UINT1, "52 97 2b", 3, 8);
    List<TensorValue> made =
        inputs(
            "constexpr_sparse_blockwise_shift_scale",
            "data_mask",
            mask,
            "nonzero_data",
            codes(DataType.INT8, of(91, -109, 127, -61, 36, 127, 46, 56, 85, -95, 70, 127), 12),
            "scale",
            half("1da5 250a 1cd7", 3, 1));

    assertThat(made.get(0).integers())
        .containsExactly(0, 1, 0, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 0, 1, 1, 1, 0, 1, 0, 1, 0, 0);
    // 127 scales are the largest magnitude of each row: .7, 2.5 and .6 in half precision.
    assertThat(made.get(1).floats()).contains(0.7001953f, 2.5f, 0.60009766f);
  }

  @Test
  void aTableOfCodes() {
    // Table of 16 half-precision numbers, stored as int8 with one scale.
    TensorValue table =
        inputs(
                "constexpr_blockwise_shift_scale",
                "data",
                codes(
                    DataType.INT8,
                    of(-61, -48, -36, -23, -11, 2, 14, 27, 39, 52, 64, 77, 89, 102, 114, 127),
                    1,
                    1,
                    16,
                    1),
                "scale",
                half("2509", 1, 1, 1, 1))
            .get(0);

    decodes(
        inputs(
            "constexpr_lut_to_dense",
            "indices",
            packed(DataType.UINT4, "f0 51", 2, 2),
            "lut",
            table),
        Shape.of(2, 2),
        -1.2001953f,
        2.4980469f,
        // -48 scales lie between two numbers; the even one is taken.
        -0.94433594f,
        0.03933716f);
  }

  @Test
  void castsToSinglePrecision() {
    List<TensorValue> made =
        attributes(
            "constexpr_cast",
            "source_val",
            half("3c00 2e66", 2),
            "output_dtype",
            TensorValue.texts(Shape.of(), List.of("fp32")));

    decodes(made, Shape.of(2), 1, 0.099975586f);
    assertThat(made.get(0).type()).isEqualTo(DataType.FLOAT32);
  }

  @Test
  void elementsBelowAByteLieFromTheLowestBitUp() {
    assertThat(CodeBits.pack(of(1, 2, 3, 4, 5), 3)).containsExactly(0xd1, 0x58);
    assertThat(CodeBits.pack(of(-8, 7, -1), 4)).containsExactly(0x78, 0x0f);
    assertThat(CodeBits.pack(of(1, 2, 3, 4, 5), 4)).containsExactly(0x21, 0x43, 0x05);
    assertThat(CodeBits.pack(of(1, 2, 3, 63, 33), 6)).containsExactly(0x81, 0x30, 0xfc, 0x21);
    assertThat(CodeBits.unpack(HexFormat.of().parseHex("d158"), DataType.UINT3, 5))
        .containsExactly(1, 2, 3, 4, 5);
    assertThat(CodeBits.unpack(HexFormat.of().parseHex("780f"), DataType.INT4, 3))
        .containsExactly(-8, 7, -1);
    assertThat(CodeBits.unpack(HexFormat.of().parseHex("8130fc21"), DataType.UINT6, 5))
        .containsExactly(1, 2, 3, 63, 33);
  }

  @Test
  void everyWidthComesBack() {
    for (int bits = 1; bits <= 8; bits++) {
      long[] codes = new long[1 << bits];
      for (int i = 0; i < codes.length; i++) {
        codes[i] = i;
      }
      assertThat(CodeBits.unpack(CodeBits.pack(codes, bits), bits, false, codes.length))
          .isEqualTo(codes);
    }
  }

  private static void cannotDecode(List<TensorValue> made, String message) {
    assertThatThrownBy(() -> made.get(made.size() - 1).floats())
        .isInstanceOf(UndecodableException.class)
        .hasMessage(message);
  }

  @Test
  void whatContradictsItselfNamesItsConstant() {
    cannotDecode(
        inputs(
            "constexpr_lut_to_dense",
            "indices",
            codes(DataType.UINT2, of(0, 3), 2),
            "lut",
            single(new float[] {1, 2}, 1, 2, 1)),
        "constant 'a' (constexpr_lut_to_dense): its index 3 is not in a table of 2");
    cannotDecode(
        inputs(
            "constexpr_lut_to_dense",
            "indices",
            codes(DataType.INT8, of(0, -1), 2),
            "lut",
            single(new float[] {1, 2}, 1, 2, 1)),
        "constant 'a' (constexpr_lut_to_dense): its index -1 is not in a table of 2");
    cannotDecode(
        inputs(
            "constexpr_sparse_to_dense",
            "nonzero_data",
            single(new float[] {1}, 1),
            "mask",
            codes(DataType.UINT1, of(1, 0, 1), 3)),
        "constant 'a' (constexpr_sparse_to_dense): its mask marks more than its 1 values");
    cannotDecode(
        inputs(
            "constexpr_sparse_to_dense",
            "nonzero_data",
            single(new float[] {1, 2}, 2),
            "mask",
            codes(DataType.UINT1, of(1, 0, 0), 3)),
        "constant 'a' (constexpr_sparse_to_dense): its mask marks 1 places, but it has 2 values");
  }
}
