package org.quantsweep.coreml;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.quantsweep.sample.InputDescription;

/** Cuts between the layers of a network, in the order of the file. */
final class LayerCuts implements ModelCuts {
  private final CoreMLModel model;
  private final Map<Layer, Integer> places = new HashMap<>();

  LayerCuts(CoreMLModel model) {
    this.model = model;
    for (int i = 0; i < model.layers().size(); i++) {
      places.putIfAbsent(model.layers().get(i), i);
    }
  }

  @Override
  public int end() {
    return model.layers().size();
  }

  @Override
  public int before(WeightTensor tensor) {
    return places.get(tensor.layer());
  }

  @Override
  public int start(int boundary) {
    return boundary;
  }

  @Override
  public OptionalInt reading(WeightTensor tensor, String value) {
    return OptionalInt.of(before(tensor));
  }

  @Override
  public SortedSet<String> live(Set<String> answered, int boundary) {
    SortedSet<String> live = new TreeSet<>(answered);
    for (Layer layer : layers(boundary, end())) {
      live.addAll(layer.inputs());
    }
    live.retainAll(there(boundary));
    return live;
  }

  @Override
  public SortedSet<String> inside(int boundary) {
    return Collections.emptySortedSet();
  }

  @Override
  public SortedSet<String> read(int from, int to) {
    SortedSet<String> read = new TreeSet<>();
    for (Layer layer : layers(from, to)) {
      read.addAll(layer.inputs());
    }
    read.retainAll(there(from));
    return read;
  }

  private Set<String> there(int boundary) {
    Set<String> there = new HashSet<>();
    for (InputDescription input : model.inputs()) {
      there.add(input.name());
    }
    for (Layer layer : layers(0, boundary)) {
      there.addAll(layer.outputs());
    }
    return there;
  }

  private List<Layer> layers(int from, int to) {
    if (from < 0 || to > end() || from > to) {
      throw new IllegalArgumentException(
          "boundaries (" + from + ", " + to + ") must ascend in [0, " + end() + "].");
    }
    return model.layers().subList(from, to);
  }
}
