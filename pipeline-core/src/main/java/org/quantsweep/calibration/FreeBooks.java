package org.quantsweep.calibration;

import java.util.Arrays;
import org.quantsweep.quantize.FloatType;

/** Any number of a type: weights that have no codes. */
record FreeBooks(FloatType type) implements Books {
  @Override
  public void round(RowBatch batch, int column, float[] points, byte[] codes, float[] values) {
    Arrays.fill(codes, (byte) 0);
    for (int row = 0; row < points.length; row++) {
      values[row] = type.round(points[row]);
    }
  }
}
