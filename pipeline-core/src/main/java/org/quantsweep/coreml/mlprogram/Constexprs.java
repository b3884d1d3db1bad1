package org.quantsweep.coreml.mlprogram;

import java.util.Arrays;
import java.util.Optional;
import org.quantsweep.quantize.HalfPrecisionCodec;
import org.quantsweep.tensor.Shape;

/**
 * The arithmetic of compressed constants ({@code constexpr_*}), bit for bit that of coremltools
 * 9.0: products are made in float32, then rounded to the scale's type.
 */
final class Constexprs {
  private static final long MOST_ELEMENTS = Integer.MAX_VALUE - 16;

  private Constexprs() {}

  /** scale (data - offset), where scale and offset are one number or one for each channel. */
  static float[] affine(TensorValue data, TensorValue scale, TensorValue zeroPoint, int axis) {
    Shape shape = data.shape();
    float[] scales = scale.floats();
    float[] offsets = zeroPoint.floats();
    int channels = channels(shape, axis);
    int inner = 1;
    for (int i = axis + 1; i < shape.rank(); i++) {
      inner *= shape.length(i);
    }
    long[] codes = data.integers();
    float[] values = new float[codes.length];
    for (int i = 0; i < values.length; i++) {
      int channel = i / inner % channels;
      float difference = codes[i] - offsets[offsets.length == 1 ? 0 : channel];
      values[i] = rounded(scales[scales.length == 1 ? 0 : channel] * difference, scale.type());
    }
    return values;
  }

  private static int channels(Shape shape, int axis) {
    return shape.rank() == 0 ? 1 : shape.length(axis);
  }

  /** There is one parameter for all channels, or one for each. */
  static void requireChannels(Shape shape, int axis, TensorValue parameters, String what) {
    int channels = channels(shape, axis);
    if (parameters.count() != 1 && parameters.count() != channels) {
      throw new UndecodableException(
          "it has " + parameters.count() + " " + what + " for " + channels + " channels");
    }
  }

  /** Scales cover the data in blocks, and offsets lie as they do. */
  static void requireBlocks(Shape shape, TensorValue scale, Optional<TensorValue> offset) {
    if (scale.shape().rank() != shape.rank()) {
      throw new UndecodableException(
          "its scales " + scale.shape() + " do not have the rank of its data " + shape);
    }
    blocks(shape, scale.shape(), shape.rank(), "scales");
    if (offset.isPresent() && !offset.get().shape().equals(scale.shape())) {
      throw new UndecodableException(
          "its offsets " + offset.get().shape() + " do not fit its scales " + scale.shape());
    }
  }

  /** scale (data - offset), where each covers a block of the data along every axis. */
  static float[] blockwise(
      Shape shape, float[] data, TensorValue scale, Optional<TensorValue> offset) {
    int[] groups = blocks(shape, scale.shape(), shape.rank(), "scales");
    float[] scales = scale.floats();
    float[] offsets = offset.map(TensorValue::floats).orElse(null);
    float[] values = new float[data.length];
    int[] place = new int[shape.rank()];
    for (int i = 0; i < values.length; i++) {
      int group = group(place, groups, scale.shape());
      float difference =
          offsets == null ? data[i] : rounded(data[i] - offsets[group], scale.type());
      values[i] = rounded(scales[group] * difference, scale.type());
      next(place, shape);
    }
    return values;
  }

  /** How many elements along each axis share one of the parameters. */
  private static int[] blocks(Shape shape, Shape parameters, int axes, String what) {
    int[] groups = new int[axes];
    for (int axis = 0; axis < axes; axis++) {
      int count = parameters.length(axis);
      if (count < 1 || shape.length(axis) % count != 0) {
        throw new UndecodableException(
            "its " + what + " " + parameters + " do not divide its data " + shape);
      }
      groups[axis] = shape.length(axis) / count;
    }
    return groups;
  }

  private static int group(int[] place, int[] groups, Shape parameters) {
    int group = 0;
    for (int axis = 0; axis < place.length; axis++) {
      group = group * parameters.length(axis) + place[axis] / groups[axis];
    }
    return group;
  }

  private static void next(int[] place, Shape shape) {
    for (int axis = place.length - 1; axis >= 0; axis--) {
      place[axis]++;
      if (place[axis] < shape.length(axis)) {
        return;
      }
      place[axis] = 0;
    }
  }

  /**
   * The shape of what codes in tables stand for.
   *
   * @param indices their shape
   * @param vector how many numbers a code stands for
   * @param axis along which those numbers lie
   */
  static Shape looked(Shape indices, int vector, int axis) {
    int[] lengths = indices.lengths();
    if (vector > 1) {
      lengths[axis] = Math.multiplyExact(lengths[axis], vector);
    }
    return Shape.of(lengths);
  }

  /** A table of one vector for all codes. */
  static float[] table(long[] indices, TensorValue lut) {
    float[] table = lut.floats();
    float[] values = new float[indices.length];
    for (int i = 0; i < values.length; i++) {
      if (indices[i] < 0 || indices[i] >= table.length) {
        throw new UndecodableException(
            "its index " + indices[i] + " is not in a table of " + table.length);
      }
      values[i] = table[(int) indices[i]];
    }
    return values;
  }

  /** Tables cover the indices in blocks, and have two axes more: entries, and numbers of each. */
  static void requireTables(Shape tables, Shape indices) {
    if (tables.rank() != indices.rank() + 2 || tables.length(-1) < 1) {
      throw new UndecodableException("its tables " + tables + " do not fit its indices " + indices);
    }
    blocks(indices, tables, indices.rank(), "tables");
  }

  /**
   * Tables for blocks of the codes: {@code [groups..., entries, vector]}.
   *
   * @param vectorAxis along which the numbers of a vector lie
   */
  static float[] tables(Shape shape, long[] indices, TensorValue lut, int vectorAxis) {
    int entries = lut.shape().length(-2);
    int vector = lut.shape().length(-1);
    int[] groups = blocks(shape, lut.shape(), shape.rank(), "tables");
    float[] table = lut.floats();
    Shape made = looked(shape, vector, vectorAxis);
    float[] values = new float[Math.toIntExact(made.elementCount())];
    int inner = 1;
    for (int axis = vectorAxis + 1; axis < shape.rank(); axis++) {
      inner *= shape.length(axis);
    }
    int[] place = new int[shape.rank()];
    for (int i = 0; i < indices.length; i++) {
      int group = 0;
      for (int axis = 0; axis < place.length; axis++) {
        group = group * lut.shape().length(axis) + place[axis] / groups[axis];
      }
      if (indices[i] < 0 || indices[i] >= entries) {
        throw new UndecodableException(
            "its index " + indices[i] + " is not in a table of " + entries);
      }
      int entry = (int) ((long) group * entries + indices[i]) * vector;
      int outer = i / inner;
      for (int j = 0; j < vector; j++) {
        int target = vector == 1 ? i : (outer * vector + j) * inner + i % inner;
        values[target] = table[entry + j];
      }
      next(place, shape);
    }
    return values;
  }

  /** Numbers at the places of a mask, in order, and zeros elsewhere. */
  static float[] scattered(long[] mask, float[] nonzero) {
    float[] values = new float[mask.length];
    int used = 0;
    for (int i = 0; i < mask.length; i++) {
      if (mask[i] != 0) {
        if (used == nonzero.length) {
          throw new UndecodableException(
              "its mask marks more than its " + nonzero.length + " values");
        }
        values[i] = nonzero[used];
        used++;
      }
    }
    if (used != nonzero.length) {
      throw new UndecodableException(
          "its mask marks " + used + " places, but it has " + nonzero.length + " values");
    }
    return values;
  }

  /** The numbers at the places of a mask. */
  static float[] gathered(long[] mask, float[] dense) {
    float[] values = new float[mask.length];
    int used = 0;
    for (int i = 0; i < mask.length; i++) {
      if (mask[i] != 0) {
        values[used] = dense[i];
        used++;
      }
    }
    return Arrays.copyOf(values, used);
  }

  static float[] rounded(float[] values, DataType type) {
    float[] rounded = values.clone();
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = rounded(rounded[i], type);
    }
    return rounded;
  }

  static float rounded(float value, DataType type) {
    return type == DataType.FLOAT16
        ? HalfPrecisionCodec.toFloat(HalfPrecisionCodec.toHalf(value))
        : value;
  }

  /** Every element so many times, one behind the other along an axis. */
  static long[] repeated(Shape shape, long[] values, int times, int axis) {
    int inner = 1;
    for (int i = axis + 1; i < shape.rank(); i++) {
      inner *= shape.length(i);
    }
    long[] repeated = new long[Math.multiplyExact(values.length, times)];
    for (int i = 0; i < values.length; i++) {
      for (int j = 0; j < times; j++) {
        repeated[(i / inner * times + j) * inner + i % inner] = values[i];
      }
    }
    return repeated;
  }

  static int place(long axis, int rank) {
    long counted = axis < 0 ? axis + rank : axis;
    if (counted < 0 || counted >= rank) {
      throw new UndecodableException("its axis " + axis + " is not one of rank " + rank);
    }
    return (int) counted;
  }

  /** The shape that a constant holds the lengths of. */
  static Shape shape(TensorValue lengths) {
    long[] found = lengths.integers();
    long elements = 1;
    for (long length : found) {
      if (length < 0 || length > MOST_ELEMENTS) {
        elements = MOST_ELEMENTS + 1;
        break;
      }
      elements = Math.min(MOST_ELEMENTS + 1, elements * length);
    }
    if (elements > MOST_ELEMENTS) {
      throw new UndecodableException(
          "its shape "
              + Arrays.stream(found).limit(8).boxed().toList()
              + " has lengths below 0, or more than "
              + MOST_ELEMENTS
              + " elements");
    }
    return Shape.of(Arrays.stream(found).boxed().toList());
  }
}
