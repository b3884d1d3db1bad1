package org.quantsweep.inference;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.quantsweep.tensor.Tensor;

/**
 * A model that tells how large the numbers become that it declares in half precision. They are
 * computed in single precision here, so that what is infinite on a device is a large number.
 */
public interface MagnitudeProbe extends AutoCloseable {
  /** The largest number that half precision holds. */
  float LARGEST_HALF = 65504;

  /** Of a model that declares nothing in half precision. */
  MagnitudeProbe NOTHING =
      new MagnitudeProbe() {
        @Override
        public SortedMap<String, Float> largest(List<Map<String, Tensor>> calls) {
          return Collections.emptySortedMap();
        }

        @Override
        public void close() {
          // It holds nothing.
        }
      };

  /**
   * The largest magnitude of each value that is declared in half precision, by its name.
   *
   * @param calls as {@link Predictor#predictCalls} takes them
   * @throws PredictionException when the model cannot be run on one of them
   */
  SortedMap<String, Float> largest(List<Map<String, Tensor>> calls) throws PredictionException;

  @Override
  void close();
}
