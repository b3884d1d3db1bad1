package org.quantsweep.inference;

import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.tensor.Tensor;

/**
 * One run of a whole network that tells what flowed through it.
 *
 * @param prediction the answer
 * @param boundaries for each boundary that was asked for, the blobs that are live there, by name,
 *     in the shapes that the network gives them, before any rounding
 */
public record Tapped(Prediction prediction, SortedMap<Integer, Map<String, Tensor>> boundaries)
    implements Serializable {
  /** Copies the maps. */
  public Tapped {
    TreeMap<Integer, Map<String, Tensor>> copy = new TreeMap<>();
    boundaries.forEach((boundary, blobs) -> copy.put(boundary, Map.copyOf(blobs)));
    boundaries = Collections.unmodifiableSortedMap(copy);
  }
}
