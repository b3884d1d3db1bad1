package org.quantsweep.quantize;

import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Codes with scales and biases: w = code x scale + bias, computed in double from the stored float32
 * values and rounded to float32 (NeuralNetwork.proto, LinearQuantizationParams).
 */
public final class LinearWeights extends CodedWeights {
  private static final long serialVersionUID = 1L;

  private final Channels channels;
  private final float[] scales;
  private final float[] biases;

  /**
   * Of stored parts, which the caller must not change any more.
   *
   * @param channels what shares a scale
   * @param scales one for each channel
   * @param biases as many as scales, or none, which stands for zeros
   */
  LinearWeights(
      Shape shape,
      NumberOfBits bits,
      byte[] codes,
      Channels channels,
      float[] scales,
      float[] biases) {
    super(shape, bits, codes, shape.elementCount());
    if (scales.length != channels.count()) {
      throw new IllegalArgumentException(
          channels.count() + " channels need as many scales, not " + scales.length + ".");
    }
    if (biases.length != 0 && biases.length != scales.length) {
      throw new IllegalArgumentException(
          scales.length + " scales need as many biases or none, not " + biases.length + ".");
    }
    this.channels = channels;
    this.scales = scales;
    this.biases = biases;
  }

  Channels channels() {
    return channels;
  }

  /** The scales; a copy. */
  public float[] scales() {
    return scales.clone();
  }

  /** The biases; a copy. */
  public float[] biases() {
    return biases.clone();
  }

  @Override
  public LinearWeights bytewise() {
    return new LinearWeights(
        shape(), new NumberOfBits(Byte.SIZE), sharedCodes(), channels, scales, biases);
  }

  @Override
  public Tensor dequantize() {
    byte[] codes = sharedCodes();
    float[] weights = new float[codes.length];
    for (int channel = 0; channel < channels.count(); channel++) {
      double scale = scales[channel];
      double bias = biases.length == 0 ? 0 : biases[channel];
      for (int run = 0; run < channels.runs(); run++) {
        int start = channels.start(channel, run);
        for (int i = start; i < start + channels.runLength(); i++) {
          weights[i] = (float) ((codes[i] & 255) * scale + bias);
        }
      }
    }
    return Tensor.wrap(shape(), weights);
  }
}
