package org.quantsweep.quantize;

import org.quantsweep.tensor.Tensor;

/**
 * Linear codes as coremltools makes them (its {@code quantization_utils}), in double: scale = (max
 * - min) / (2^bits - 1), bias = min, code = rint((w - min) x (1 / scale)).
 *
 * <p>Two differences, both where coremltools gives up weights. It sets every code of a channel to 0
 * when the scale is at most 1e-6, so that a channel of small range collapses to its smallest
 * weight; here only a scale of 0 does that, and then all weights of the channel are equal. And its
 * symmetric form then gives -128 x scale instead of the weight.
 */
final class LinearQuantizer {
  private LinearQuantizer() {}

  /** From the smallest to the largest weight of each channel. */
  static LinearWeights asymmetric(Tensor weights, NumberOfBits bits, Channels channels) {
    float[] values = weights.sharedArray();
    byte[] codes = new byte[values.length];
    float[] scales = new float[channels.count()];
    float[] biases = new float[channels.count()];
    int largestCode = bits.codes() - 1;
    for (int channel = 0; channel < channels.count(); channel++) {
      double min = Double.POSITIVE_INFINITY;
      double max = Double.NEGATIVE_INFINITY;
      for (int run = 0; run < channels.runs(); run++) {
        int start = channels.start(channel, run);
        for (int i = start; i < start + channels.runLength(); i++) {
          min = Math.min(min, values[i]);
          max = Math.max(max, values[i]);
        }
      }
      double scale = (max - min) / largestCode;
      scales[channel] = (float) scale;
      biases[channel] = (float) min;
      double inverse = scale == 0 ? 0 : 1 / scale;
      for (int run = 0; run < channels.runs(); run++) {
        int start = channels.start(channel, run);
        for (int i = start; i < start + channels.runLength(); i++) {
          codes[i] = code((values[i] - min) * inverse, largestCode);
        }
      }
    }
    return new LinearWeights(weights.shape(), bits, codes, channels, scales, biases);
  }

  /** From minus to plus the largest magnitude of each channel; zero is code 128. */
  static LinearWeights symmetric(Tensor weights, NumberOfBits bits, Channels channels) {
    float[] values = weights.sharedArray();
    byte[] codes = new byte[values.length];
    float[] scales = new float[channels.count()];
    float[] biases = new float[channels.count()];
    int zero = bits.codes() / 2;
    for (int channel = 0; channel < channels.count(); channel++) {
      double range = 0;
      for (int run = 0; run < channels.runs(); run++) {
        int start = channels.start(channel, run);
        for (int i = start; i < start + channels.runLength(); i++) {
          range = Math.max(range, Math.abs((double) values[i]));
        }
      }
      double scale = range / (zero - 1);
      double bias = -zero * scale;
      scales[channel] = (float) scale;
      biases[channel] = (float) bias;
      for (int run = 0; run < channels.runs(); run++) {
        int start = channels.start(channel, run);
        for (int i = start; i < start + channels.runLength(); i++) {
          codes[i] = scale == 0 ? 0 : code((values[i] - bias) / scale, bits.codes() - 1);
        }
      }
    }
    return new LinearWeights(weights.shape(), bits, codes, channels, scales, biases);
  }

  private static byte code(double place, int largestCode) {
    // The clamp matters where 1 / scale overflows or rounds up at the end of a subnormal range.
    return (byte) Math.max(0, Math.min(largestCode, (int) Math.rint(place)));
  }
}
