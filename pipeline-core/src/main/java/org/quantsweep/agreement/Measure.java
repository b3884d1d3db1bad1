package org.quantsweep.agreement;

import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** How close two arrays or pictures are: one number, and which side of a bound is close enough. */
enum Measure {
  /** Peak signal to noise in dB: 10 log10(peak^2 / mean squared error); infinite when equal. */
  PSNR("psnr") {
    @Override
    double of(Tensor reference, Tensor candidate, double peak) {
      double error = squaredError(reference, candidate) / reference.size();
      return error == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(peak * peak / error);
    }
  },
  /** Signal to noise in dB: 10 log10(sum of squares of the reference / sum of squared errors). */
  SNR("snr") {
    @Override
    double of(Tensor reference, Tensor candidate, double peak) {
      double error = squaredError(reference, candidate);
      double signal = 0;
      for (float value : reference.sharedArray()) {
        signal += (double) value * value;
      }
      return error == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(signal / error);
    }
  },
  /** Cosine of the angle between the arrays, in [-1, 1]; 1 when both are all zero. */
  COSINE("cosine") {
    @Override
    double of(Tensor reference, Tensor candidate, double peak) {
      float[] r = reference.sharedArray();
      float[] c = candidate.sharedArray();
      double product = 0;
      double referenceSquares = 0;
      double candidateSquares = 0;
      for (int i = 0; i < r.length; i++) {
        product += (double) r[i] * c[i];
        referenceSquares += (double) r[i] * r[i];
        candidateSquares += (double) c[i] * c[i];
      }
      if (referenceSquares == 0 && candidateSquares == 0) {
        return 1;
      }
      if (referenceSquares == 0 || candidateSquares == 0) {
        return 0;
      }
      return product / Math.sqrt(referenceSquares * candidateSquares);
    }
  },
  /** The largest absolute difference; the one measure of which less is closer. */
  LARGEST_ERROR("largest-error") {
    @Override
    double of(Tensor reference, Tensor candidate, double peak) {
      float[] r = reference.sharedArray();
      float[] c = candidate.sharedArray();
      double largest = 0;
      for (int i = 0; i < r.length; i++) {
        largest = Math.max(largest, Math.abs((double) r[i] - c[i]));
      }
      return largest;
    }

    @Override
    boolean isCloseEnough(double value, double bound) {
      return value <= bound;
    }
  },
  /**
   * The share of pixels with the same class: arg max over the channels of {@code [..., C, H, W]},
   * the first index winning a tie; with one channel, the side of 0.5.
   */
  PIXEL_AGREEMENT("pixel-agreement") {
    @Override
    double of(Tensor reference, Tensor candidate, double peak) {
      Shape shape = reference.shape();
      int channels = shape.rank() >= 3 ? shape.length(-3) : 1;
      int pixels = shape.rank() >= 2 ? shape.length(-2) * shape.length(-1) : reference.size();
      if (pixels == 0 || channels == 0) {
        return 1;
      }
      int pictures = reference.size() / (channels * pixels);
      long same = 0;
      for (int picture = 0; picture < pictures; picture++) {
        int start = picture * channels * pixels;
        for (int pixel = 0; pixel < pixels; pixel++) {
          if (pixelClass(reference.sharedArray(), start + pixel, channels, pixels)
              == pixelClass(candidate.sharedArray(), start + pixel, channels, pixels)) {
            same++;
          }
        }
      }
      return (double) same / ((long) pictures * pixels);
    }
  };

  private final String text;

  Measure(String text) {
    this.text = text;
  }

  /** The name as it is written in a criterion. */
  String text() {
    return text;
  }

  /** The closeness of two tensors of one shape; {@code peak} is the largest possible signal. */
  abstract double of(Tensor reference, Tensor candidate, double peak);

  /** Whether a closeness meets a bound; NaN never does. */
  boolean isCloseEnough(double value, double bound) {
    return value >= bound;
  }

  private static double squaredError(Tensor reference, Tensor candidate) {
    float[] r = reference.sharedArray();
    float[] c = candidate.sharedArray();
    double sum = 0;
    for (int i = 0; i < r.length; i++) {
      double difference = (double) r[i] - c[i];
      sum += difference * difference;
    }
    return sum;
  }

  private static int pixelClass(float[] values, int start, int channels, int stride) {
    if (channels == 1) {
      return values[start] > 0.5f ? 1 : 0;
    }
    int best = 0;
    for (int channel = 1; channel < channels; channel++) {
      if (values[start + channel * stride] > values[start + best * stride]) {
        best = channel;
      }
    }
    return best;
  }
}
