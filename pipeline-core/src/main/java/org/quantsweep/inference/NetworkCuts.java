package org.quantsweep.inference;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Layer;
import org.quantsweep.sample.InputDescription;

/**
 * Where a network can be cut. Boundary i, in [0, number of layers], is the place before layer i in
 * the order of the file, in which every blob is made once and before it is read.
 */
public final class NetworkCuts {
  private NetworkCuts() {}

  /**
   * The blobs that are there at a boundary and are read behind it, or answered by the network.
   *
   * @param answered the blobs that the network answers
   */
  public static SortedSet<String> live(CoreMLModel model, Set<String> answered, int boundary) {
    List<Layer> layers = model.layers();
    if (boundary < 0 || boundary > layers.size()) {
      throw new IllegalArgumentException(
          "boundary (" + boundary + ") must be in [0, " + layers.size() + "].");
    }
    Set<String> there = new HashSet<>();
    for (InputDescription input : model.inputs()) {
      there.add(input.name());
    }
    for (Layer layer : layers.subList(0, boundary)) {
      there.addAll(layer.outputs());
    }
    SortedSet<String> live = new TreeSet<>(answered);
    for (Layer layer : layers.subList(boundary, layers.size())) {
      live.addAll(layer.inputs());
    }
    live.retainAll(there);
    return live;
  }
}
