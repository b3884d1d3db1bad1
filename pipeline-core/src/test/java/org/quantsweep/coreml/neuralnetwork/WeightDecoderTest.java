package org.quantsweep.coreml.neuralnetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.quantsweep.proto.coreml.LinearQuantizationParams;
import org.quantsweep.proto.coreml.LookUpTableQuantizationParams;
import org.quantsweep.proto.coreml.QuantizationParams;
import org.quantsweep.proto.coreml.WeightParams;
import org.quantsweep.tensor.Shape;

/**
 * Codes, scales and biases that coremltools made of the weights [-1, -.3, .2, .75 | .5, .1, -.25,
 * .3], or that follow from the format's formula {@code w = code * scale + bias}.
 */
class WeightDecoderTest {
  private static WeightParams.Builder codes(int bits, int... bytes) {
    byte[] raw = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      raw[i] = (byte) bytes[i];
    }
    return WeightParams.newBuilder()
        .setRawValue(ByteString.copyFrom(raw))
        .setQuantization(QuantizationParams.newBuilder().setNumberOfBits(bits));
  }

  private static WeightParams linear(WeightParams.Builder codes, float[] scales, float[] biases) {
    LinearQuantizationParams.Builder linear = LinearQuantizationParams.newBuilder();
    for (float scale : scales) {
      linear.addScale(scale);
    }
    for (float bias : biases) {
      linear.addBias(bias);
    }
    codes.getQuantizationBuilder().setLinearQuantization(linear);
    return codes.build();
  }

  @Test
  void decodesThreeBitCodesWithAScalePerChannel() {
    WeightParams weights =
        linear(codes(3, 14, 254, 197), new float[] {0.25f, 0.10714286f}, new float[] {-1, -0.25f});

    float[] values = WeightDecoder.decode(weights, Shape.of(2, 4), 0);

    assertThat(values)
        .containsExactly(
            -1f,
            -0.25f,
            0.25f,
            0.75f,
            (float) (7 * (double) 0.10714286f - 0.25),
            (float) (3 * (double) 0.10714286f - 0.25),
            -0.25f,
            (float) (5 * (double) 0.10714286f - 0.25));
  }

  @Test
  void decodesScalesAlongTheSecondAxis() {
    WeightParams weights =
        linear(codes(4, 1, 52, 1, 52, 188, 239, 188, 239), new float[] {1, 10}, new float[] {0, 0});

    float[] values = WeightDecoder.decode(weights, Shape.of(2, 2, 2, 2), 1);

    assertThat(values)
        .containsExactly(0, 1, 3, 4, 0, 10, 30, 40, 11, 12, 14, 15, 110, 120, 140, 150);
  }

  @Test
  void givesEachGroupOfADeconvolutionItsOwnScales() {
    WeightParams weights = linear(codes(8, 1, 1, 1, 1), new float[] {1, 2, 3, 4}, new float[0]);

    // [C_in 2, C_out / groups 2, 1, 1] with two groups: four output channels.
    float[] values = WeightDecoder.decode(weights, Shape.of(2, 2, 1, 1), 1);

    assertThat(values).containsExactly(1, 2, 3, 4);
  }

  @Test
  void usesOneScaleForAllAndNoBiasWhereThereIsNone() {
    WeightParams weights = linear(codes(8, 0, 1, 255, 2), new float[] {0.5f}, new float[0]);

    assertThat(WeightDecoder.decode(weights, Shape.of(2, 2), 0))
        .containsExactly(0, 0.5f, 127.5f, 1);
  }

  @Test
  void looksCodesUpAndIgnoresBytesAfterThem() {
    WeightParams.Builder weights = codes(2, 27, 230, 99);
    weights
        .getQuantizationBuilder()
        .setLookupTableQuantization(
            LookUpTableQuantizationParams.newBuilder()
                .addFloatValue(-1)
                .addFloatValue(-0.41666666f)
                .addFloatValue(0.16666667f)
                .addFloatValue(0.75f));

    float[] values = WeightDecoder.decode(weights.build(), Shape.of(2, 4), 0);

    assertThat(values)
        .containsExactly(
            -1, -0.41666666f, 0.16666667f, 0.75f, 0.75f, 0.16666667f, -0.41666666f, 0.16666667f);
  }

  @Test
  void decodesSignedBytesWithTheirScale() {
    WeightParams weights =
        WeightParams.newBuilder()
            .setInt8RawValue(ByteString.copyFrom(new byte[] {-128, -1, 0, 127}))
            .setQuantization(
                QuantizationParams.newBuilder()
                    .setNumberOfBits(8)
                    .setLinearQuantization(LinearQuantizationParams.newBuilder().addScale(0.5f)))
            .build();

    assertThat(WeightDecoder.decode(weights, Shape.of(4), 0)).containsExactly(-64, -0.5f, 0, 63.5f);
  }

  @Test
  void decodesHalfPrecisionAndIgnoresAnOddByte() {
    // 1, -2, the smallest subnormal (2^-24), the largest number.
    byte[] bytes = {0, 0x3c, 0, (byte) 0xc0, 1, 0, (byte) 0xff, 0x7b, 9};
    WeightParams weights =
        WeightParams.newBuilder().setFloat16Value(ByteString.copyFrom(bytes)).build();

    assertThat(WeightDecoder.decode(weights, Shape.of(4), 0))
        .containsExactly(1, -2, 0x1p-24f, 65504);
  }

  @Test
  void refusesWhatDoesNotFit() {
    WeightParams three = linear(codes(8, 1, 1, 1, 1), new float[] {1, 2, 3}, new float[0]);

    assertThatThrownBy(() -> WeightDecoder.decode(three, Shape.of(2, 2), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("3 scales and 0 biases do not fit weights of shape [2, 2] along axis 0.");
    assertThatThrownBy(() -> WeightDecoder.decode(three, Shape.of(5), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("5 codes of 8 bits do not fit in 4 bytes.");
  }
}
