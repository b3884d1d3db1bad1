package org.quantsweep.inference.onnx;

/**
 * Elements begin, begin + step ... before end, within an axis.
 *
 * @param begin as ONNX counts it
 * @param end as ONNX counts it
 * @param step not 0
 * @param length how many elements
 */
public record Cut(long begin, long end, long step, int length) {
  /** An end that stands before the first element, for steps that go backwards. */
  public static final long BEFORE_FIRST = Long.MIN_VALUE;

  /**
   * Negative places count from the end; what lies outside is cut off.
   *
   * @param length of the axis
   * @throws UnsupportedLayerException when the step is 0
   */
  public static Cut of(int length, long begin, long end, long step) {
    if (step == 0) {
      throw new UnsupportedLayerException("it slices with a step of 0");
    }
    long from = begin < 0 ? begin + length : begin;
    long to = end < 0 && end != BEFORE_FIRST ? end + length : end;
    if (step > 0) {
      from = Math.max(0, Math.min(length, from));
      to = Math.max(from, Math.min(length, to));
      return new Cut(from, to, step, Math.toIntExact((to - from + step - 1) / step));
    }
    from = Math.max(-1, Math.min(length - 1L, from));
    to = Math.min(from, Math.max(-1, to));
    int count = Math.toIntExact((from - to - step - 1) / -step);
    // ONNX counts -1 from the end, so that the place before the first needs a lower number.
    return new Cut(from, to < 0 ? -length - 1L : to, step, count);
  }
}
