package org.quantsweep.quantize;

import java.util.Arrays;
import java.util.BitSet;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Chooses the weights that are left by their magnitude, as coremltools 9.0 does ({@code
 * prune_weights}, NumPy's {@code percentile} in the weights' own type). Where that arithmetic
 * overflows, coremltools leaves nothing or everything: in half precision with more than 65504
 * weights, and for blocks whose squares add up to more. Here ranks and norms are then exact.
 */
final class Pruner {
  private final Tensor weights;
  private final FloatType type;
  private final WeightAxes axes;

  Pruner(Tensor weights, FloatType type, WeightAxes axes) {
    this.weights = weights;
    this.type = type;
    this.axes = axes;
  }

  /** The weights that are left and are not zero. */
  BitSet kept(Sparsity sparsity) {
    boolean[] zeroed = new boolean[weights.size()];
    if (sparsity instanceof Sparsity.Share share) {
      atMost(magnitudes(), share.share().doubleValue(), false, zeroed);
    } else if (sparsity instanceof Sparsity.Blocks blocks) {
      float[] norms = norms(blocks.channels(), false);
      boolean overflow = isAnyInfinite(norms);
      atMost(
          overflow ? norms(blocks.channels(), true) : norms,
          blocks.share().doubleValue(),
          overflow,
          zeroed);
    } else if (sparsity instanceof Sparsity.Below below) {
      float threshold = type.round(below.threshold().doubleValue());
      for (int i = 0; i < zeroed.length; i++) {
        zeroed[i] = Math.abs(weights.get(i)) <= threshold;
      }
    } else if (sparsity instanceof Sparsity.Groups groups) {
      smallest(groups.zeros(), groups.of(), zeroed);
    }
    BitSet kept = new BitSet(zeroed.length);
    for (int i = 0; i < zeroed.length; i++) {
      kept.set(i, !zeroed[i] && weights.get(i) != 0);
    }
    return kept;
  }

  private float[] magnitudes() {
    float[] magnitudes = weights.toArray();
    for (int i = 0; i < magnitudes.length; i++) {
      magnitudes[i] = Math.abs(magnitudes[i]);
    }
    return magnitudes;
  }

  private static boolean isAnyInfinite(float[] values) {
    for (float value : values) {
      if (Float.isInfinite(value)) {
        return true;
      }
    }
    return false;
  }

  private void atMost(float[] magnitudes, double share, boolean exact, boolean[] zeroed) {
    float threshold = percentile(magnitudes, share, exact);
    for (int i = 0; i < zeroed.length; i++) {
      zeroed[i] = magnitudes[i] <= threshold;
    }
  }

  /** Linear interpolation between the closest ranks, each step rounded to the type. */
  private float percentile(float[] values, double share, boolean exact) {
    float[] sorted = values.clone();
    Arrays.sort(sorted);
    int last = sorted.length - 1;
    if (exact || last > type.largest()) {
      return (float) between(sorted, share * last);
    }
    float quantile = type.round(type.round(share * 100) / 100f);
    float virtual = type.round(type.round(last) * quantile);
    if (virtual >= type.round(last)) {
      return sorted[last];
    }
    float before = (float) Math.floor(virtual);
    float after = type.round(before + 1);
    float a = sorted[(int) before];
    float b = sorted[Math.min(last, (int) after)];
    float t = virtual - before;
    float difference = type.round(b - a);
    return t >= 0.5f
        ? type.round(b - type.round(difference * type.round(1 - t)))
        : type.round(a + type.round(difference * t));
  }

  private static double between(float[] sorted, double place) {
    int before = (int) Math.floor(place);
    int after = Math.min(sorted.length - 1, before + 1);
    return sorted[before] + (place - before) * (sorted[after] - (double) sorted[before]);
  }

  /** For each weight the norm of its block of output channels, at its place of the other axes. */
  private float[] norms(int channels, boolean exact) {
    Shape shape = weights.shape();
    int length = shape.length(axes.output());
    int inner = inner(axes.output());
    float[] norms = new float[weights.size()];
    for (int i = 0; i < norms.length; i++) {
      int channel = i / inner % length;
      int base = i - channel * inner;
      int first = channel / channels * channels;
      double sum = 0;
      for (int c = first; c < Math.min(length, first + channels); c++) {
        double magnitude = Math.abs(weights.get(base + c * inner));
        double square = magnitude * magnitude;
        sum = exact ? sum + square : type.round(sum + type.round(square));
      }
      norms[i] = exact ? (float) Math.sqrt(sum) : type.round(Math.sqrt(sum));
    }
    return norms;
  }

  private int inner(int axis) {
    int inner = 1;
    for (int i = axis + 1; i < weights.shape().rank(); i++) {
      inner *= weights.shape().length(i);
    }
    return inner;
  }

  /** Of each group of neighbours along the input channels; a last one may be shorter. */
  private void smallest(int zeros, int of, boolean[] zeroed) {
    int axis = axes.input();
    int length = weights.shape().length(axis);
    int inner = inner(axis);
    int outer = weights.size() / (length * inner);
    Integer[] order = new Integer[of];
    float[] group = new float[of];
    for (int out = 0; out < outer; out++) {
      for (int in = 0; in < inner; in++) {
        int base = out * length * inner + in;
        for (int first = 0; first < length; first += of) {
          for (int j = 0; j < of; j++) {
            order[j] = j;
            boolean there = first + j < length;
            group[j] = there ? Math.abs(weights.get(base + (first + j) * inner)) : 0;
          }
          Arrays.sort(order, (one, other) -> Float.compare(group[one], group[other]));
          for (int j = 0; j < zeros; j++) {
            if (first + order[j] < length) {
              zeroed[base + (first + order[j]) * inner] = true;
            }
          }
        }
      }
    }
  }
}
