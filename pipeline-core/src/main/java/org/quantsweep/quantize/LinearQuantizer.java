package org.quantsweep.quantize;

import org.quantsweep.BadInputException;
import org.quantsweep.tensor.Tensor;

/**
 * Linear codes as coremltools makes them (its {@code quantization_utils}), in double: scale = (max
 * - min) / (2^bits - 1), bias = min, code = rint((w - min) x (1 / scale)); symmetric: scale =
 * largest magnitude / 127, bias = -128 x scale, code = rint((w - bias) / scale).
 *
 * <p>Differences, all where coremltools gives up weights:
 *
 * <ul>
 *   <li>It sets every code of a channel to 0 when the scale is at most 1e-6, so that a channel of
 *       small range collapses to its smallest weight; here only a scale of 0 does that, and then
 *       all weights of the channel are equal.
 *   <li>Its symmetric form then gives -128 x scale instead of the weight, which may have the other
 *       sign; here the weight is met within half a scale as anywhere else.
 *   <li>Where a scale is too small for a normal float32, it stores it rounded or as 0; here the
 *       stored scale is rounded up so far that the codes still span the range, and the codes are
 *       computed from the stored scale.
 *   <li>Where a scale or bias overflows float32, it stores infinity; here that is an error.
 * </ul>
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
      scales[channel] = stored(scale, max - min, largestCode);
      biases[channel] = (float) min;
      requireFinite(scales[channel], biases[channel], channel);
      if (scale < Float.MIN_NORMAL) {
        scale = scales[channel];
      }
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
      scales[channel] = stored(scale, range, zero - 1);
      if (scale < Float.MIN_NORMAL) {
        scale = scales[channel];
      }
      double bias = -zero * scale;
      biases[channel] = (float) bias;
      requireFinite(scales[channel], biases[channel], channel);
      for (int run = 0; run < channels.runs(); run++) {
        int start = channels.start(channel, run);
        for (int i = start; i < start + channels.runLength(); i++) {
          codes[i] = scale == 0 ? 0 : code((values[i] - bias) / scale, bits.codes() - 1);
        }
      }
    }
    return new LinearWeights(weights.shape(), bits, codes, channels, scales, biases);
  }

  /** The float32 scale: nearest, but not so small among subnormal numbers that a range is cut. */
  private static float stored(double scale, double range, int steps) {
    float nearest = (float) scale;
    boolean cut = scale < Float.MIN_NORMAL && (double) nearest * steps < range;
    return cut ? Math.nextUp(nearest) : nearest;
  }

  private static void requireFinite(float scale, float bias, int channel) {
    if (!Float.isFinite(scale) || !Float.isFinite(bias)) {
      throw new BadInputException(
          "weights of channel "
              + channel
              + " span more than a float32 scale ("
              + scale
              + ") and bias ("
              + bias
              + ") can hold.\nMaybe quantize this weight tensor by a look-up table.");
    }
  }

  private static byte code(double place, int largestCode) {
    // Rounding may end beyond the last code where 1 / scale is inexact.
    return (byte) Math.max(0, Math.min(largestCode, (int) Math.rint(place)));
  }
}
