package org.quantsweep.inference;

import java.io.Serializable;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** A model's answer to one sample: a value for every output feature, by name. */
public record Prediction(SortedMap<String, OutputValue> outputs) implements Serializable {
  /** Copies the map. */
  public Prediction {
    outputs = Collections.unmodifiableSortedMap(new TreeMap<>(outputs));
  }
}
