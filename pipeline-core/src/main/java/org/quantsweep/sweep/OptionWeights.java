package org.quantsweep.sweep;

import java.io.Serializable;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.tensor.Tensor;

/**
 * What an option's codes stand for: decoded float32 values by weight tensor. Beside the tensor
 * itself it may hold the corrected bias of its layer.
 */
public record OptionWeights(SortedMap<String, Tensor> values) implements Serializable {
  /** Copies the map. */
  public OptionWeights {
    values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
  }

  /** Bytes that the values take. */
  public long bytes() {
    long bytes = 0;
    for (Tensor tensor : values.values()) {
      bytes += 4L * tensor.size();
    }
    return bytes;
  }
}
