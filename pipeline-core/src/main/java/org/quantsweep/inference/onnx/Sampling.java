package org.quantsweep.inference.onnx;

import java.util.List;
import org.quantsweep.tensor.Shape;

/**
 * Elements mixed from the two next to evenly spaced places of an axis.
 *
 * @param count how many
 */
public record Sampling(Places places, int count) {
  /** Where the first place lies, and how far it is to the next. */
  public enum Places {
    /** From the first element to the last; a single one at the first. */
    STRICT_ALIGN_ENDPOINTS {
      @Override
      double start(int length, int count) {
        return 0;
      }

      @Override
      double step(int length, int count) {
        return count > 1 ? (length - 1.0) / (count - 1) : 0;
      }
    },
    /** From the first element to the last; a single one in the middle. */
    ALIGN_ENDPOINTS {
      @Override
      double start(int length, int count) {
        return count == 1 ? (length - 1) / 2.0 : 0;
      }

      @Override
      double step(int length, int count) {
        return STRICT_ALIGN_ENDPOINTS.step(length, count);
      }
    },
    /** From the first element to length - length / count. */
    UPSAMPLE {
      @Override
      double start(int length, int count) {
        return 0;
      }

      @Override
      double step(int length, int count) {
        return count > 1 ? (length - (double) length / count) / (count - 1) : 0;
      }
    },
    /** The middles of as many equal parts. */
    ROI_ALIGN {
      @Override
      double start(int length, int count) {
        return step(length, count) / 2;
      }

      @Override
      double step(int length, int count) {
        return Math.max(1, length - 1) / (double) count;
      }
    };

    abstract double start(int length, int count);

    abstract double step(int length, int count);
  }

  /**
   * Samples an axis: a product with a matrix of two weights a row.
   *
   * @param value {@code [N, C, H, W]}
   * @param axis 2 or 3
   */
  public String emit(OnnxGraph graph, String value, int axis) {
    int length = graph.shape(value).length(axis);
    double start = places.start(length, count);
    double step = places.step(length, count);
    float[] weights = new float[Math.multiplyExact(length, count)];
    for (int i = 0; i < count; i++) {
      double place = Math.min(length - 1, start + i * step);
      int low = Math.min(length - 1, (int) Math.floor(place));
      int high = Math.min(length - 1, low + 1);
      weights[low * count + i] += (float) (1 - (place - low));
      weights[high * count + i] += (float) (place - low);
    }
    int[] lengths = graph.shape(value).lengths();
    if (axis == 3) {
      lengths[3] = count;
      String matrix = graph.constant(Shape.of(length, count), weights);
      return graph.node("MatMul", Shape.of(lengths), List.of(value, matrix));
    }
    float[] transposed = new float[weights.length];
    for (int from = 0; from < length; from++) {
      for (int to = 0; to < count; to++) {
        transposed[to * length + from] = weights[from * count + to];
      }
    }
    lengths[2] = count;
    String matrix = graph.constant(Shape.of(count, length), transposed);
    return graph.node("MatMul", Shape.of(lengths), List.of(matrix, value));
  }
}
