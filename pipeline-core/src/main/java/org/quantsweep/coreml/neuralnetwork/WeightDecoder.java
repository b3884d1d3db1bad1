package org.quantsweep.coreml.neuralnetwork;

import com.google.protobuf.ByteString;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.proto.coreml.LinearQuantizationParams;
import org.quantsweep.proto.coreml.QuantizationParams;
import org.quantsweep.proto.coreml.WeightParams;
import org.quantsweep.quantize.CodePacker;
import org.quantsweep.quantize.HalfPrecisionCodec;
import org.quantsweep.quantize.NumberOfBits;
import org.quantsweep.tensor.Shape;

/**
 * Turns stored weights back into float32 numbers: {@code code * scale + bias} in double, or the
 * table's entry (Core ML Format Specification, {@code QuantizationParams}).
 */
public final class WeightDecoder {
  private WeightDecoder() {}

  /**
   * The values in row-major order of a shape.
   *
   * @param shape as {@link WeightTensor#shape()} says
   * @param channelAxis the axis along which scales lie. When there are more scales than channels on
   *     that axis, as in a deconvolution of {@code g} groups with weights {@code [C_in, C_out / g,
   *     H, W]} and {@code C_out} scales, axis 0 is cut into {@code g} equal runs, and each run has
   *     its own scales
   * @throws IllegalArgumentException when what is stored does not fill the shape or its scales do
   *     not fit; a model that was read has been checked for both
   */
  public static float[] decode(WeightParams params, Shape shape, int channelAxis) {
    long elements = shape.elementCount();
    return switch (StoredValues.of(params)) {
      case FLOAT32 -> float32(params, elements);
      case FLOAT16 -> float16(params.getFloat16Value(), elements);
      case INT8 -> int8(params, elements);
      case QUANTIZED -> quantized(params, shape, channelAxis);
      case NONE -> throw new IllegalArgumentException("weights hold no values.");
      case SEVERAL -> throw new IllegalArgumentException("weights hold values in several forms.");
    };
  }

  private static float[] float32(WeightParams params, long elements) {
    int count = checked(params.getFloatValueCount(), elements, "values");
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = params.getFloatValue(i);
    }
    return values;
  }

  private static float[] float16(ByteString bytes, long elements) {
    int count = checked(bytes.size() / 2, elements, "values");
    // An odd byte at the end is legal and means nothing.
    return HalfPrecisionCodec.decode(bytes.substring(0, 2 * count).toByteArray());
  }

  private static float[] int8(WeightParams params, long elements) {
    ByteString bytes = params.getInt8RawValue();
    int count = checked(bytes.size(), elements, "bytes");
    LinearQuantizationParams linear = params.getQuantization().getLinearQuantization();
    if (linear.getScaleCount() != 1) {
      throw new IllegalArgumentException(
          "int8 weights have " + linear.getScaleCount() + " scales, but need 1.");
    }
    double scale = linear.getScale(0);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (bytes.byteAt(i) * scale);
    }
    return values;
  }

  private static float[] quantized(WeightParams params, Shape shape, int channelAxis) {
    QuantizationParams quantization = params.getQuantization();
    int bits = Math.toIntExact(quantization.getNumberOfBits());
    long elements = shape.elementCount();
    if (Math.multiplyExact(elements, bits) > 8L * params.getRawValue().size()) {
      throw new IllegalArgumentException(
          elements
              + " codes of "
              + bits
              + " bits do not fit in "
              + params.getRawValue().size()
              + " bytes.");
    }
    float[] values = new float[Math.toIntExact(elements)];
    byte[] packed = params.getRawValue().toByteArray();
    byte[] codes =
        CodePacker.unpackMostSignificantFirst(packed, new NumberOfBits(bits), values.length);
    if (quantization.hasLookupTableQuantization()) {
      lookUp(quantization, codes, values);
    } else {
      scaleCodes(quantization.getLinearQuantization(), codes, shape, channelAxis, values);
    }
    return values;
  }

  private static void lookUp(QuantizationParams quantization, byte[] codes, float[] values) {
    int entries = quantization.getLookupTableQuantization().getFloatValueCount();
    if (entries != 1 << quantization.getNumberOfBits()) {
      throw new IllegalArgumentException(
          "look-up table has "
              + entries
              + " entries, but "
              + quantization.getNumberOfBits()
              + " bits need "
              + (1 << quantization.getNumberOfBits())
              + ".");
    }
    float[] table = new float[entries];
    for (int i = 0; i < entries; i++) {
      table[i] = quantization.getLookupTableQuantization().getFloatValue(i);
    }
    for (int i = 0; i < codes.length; i++) {
      values[i] = table[codes[i] & 0xff];
    }
  }

  private static void scaleCodes(
      LinearQuantizationParams linear, byte[] codes, Shape shape, int channelAxis, float[] values) {
    int scales = linear.getScaleCount();
    int channels = scales == 1 ? 1 : shape.length(channelAxis);
    int runs = scales == 1 ? 1 : channels == 0 ? 0 : scales / channels;
    boolean fits =
        scales >= 1
            && runs * channels == scales
            && (runs == 1 || (channelAxis == 1 && shape.length(0) % runs == 0));
    if (!fits || (linear.getBiasCount() != 0 && linear.getBiasCount() != scales)) {
      throw new IllegalArgumentException(
          scales
              + " scales and "
              + linear.getBiasCount()
              + " biases do not fit weights of shape "
              + shape
              + " along axis "
              + channelAxis
              + ".");
    }
    if (codes.length == 0) {
      return;
    }
    double[] scale = new double[scales];
    double[] bias = new double[scales];
    for (int i = 0; i < scales; i++) {
      scale[i] = linear.getScale(i);
      bias[i] = linear.getBiasCount() == 0 ? 0 : linear.getBias(i);
    }
    // Elements between one channel and the next, and before the channels begin again.
    int inner = 1;
    if (scales == 1) {
      inner = codes.length;
    } else {
      for (int axis = channelAxis + 1; axis < shape.rank(); axis++) {
        inner *= shape.length(axis);
      }
    }
    int outer = codes.length / (inner * channels);
    int position = 0;
    for (int o = 0; o < outer; o++) {
      int run = runs == 1 ? 0 : o / (outer / runs);
      for (int c = 0; c < channels; c++) {
        double s = scale[run * channels + c];
        double b = bias[run * channels + c];
        for (int i = 0; i < inner; i++) {
          values[position] = (float) ((codes[position] & 0xff) * s + b);
          position++;
        }
      }
    }
  }

  private static int checked(long stored, long elements, String what) {
    if (stored != elements) {
      throw new IllegalArgumentException(
          "weights hold " + stored + " " + what + ", but their shape needs " + elements + ".");
    }
    return Math.toIntExact(elements);
  }
}
