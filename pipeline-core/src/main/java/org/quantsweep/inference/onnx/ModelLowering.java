package org.quantsweep.inference.onnx;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** The port of a format's front end: lowers one model to ONNX graphs. */
public interface ModelLowering {
  /**
   * The graph of the model for inputs of these shapes.
   *
   * @param inputs the shape of each input that is given: pictures {@code [channels, H, W]}, arrays
   *     as the model describes them; an optional input may be left out
   * @param taps names of values that are answered too; those that are answered anyway may be among
   *     them. Those of blocks inside a function are answered as {@link LoweredModel#SEEN} says
   * @throws org.quantsweep.BadInputException listing every layer that cannot run, with its type
   */
  LoweredModel lower(Map<String, Shape> inputs, Collection<String> taps);

  /**
   * As {@link #lower} without taps, with the largest magnitude of every value that the model
   * declares in half precision among the answers, under {@link LoweredModel#LARGEST} and its name.
   */
  default LoweredModel lowerWatched(Map<String, Shape> inputs) {
    return lower(inputs, List.of());
  }

  /**
   * The graph of the layers [from, to) for values of these shapes.
   *
   * @param fed the shapes of the values that the part is fed with, as the model has them
   * @param answered which values the part answers; it makes each of them
   * @param weights values that take the place of weight tensors' own, by identity
   */
  LoweredModel lowerPart(
      int from,
      int to,
      Map<String, Shape> fed,
      Collection<String> answered,
      Map<String, Tensor> weights);

  /**
   * Refuses a model with layers that have no lowering, before any shape is known.
   *
   * @throws org.quantsweep.BadInputException listing every such layer, with its type
   */
  void requireKnownLayers();

  /** The values that the model answers, by the graph's names. */
  Set<String> answered();

  /** The value that holds a classifier's probabilities; empty when it is no classifier. */
  String probabilities();

  /** A classifier's classes in the order of its probabilities; int64 labels in decimal. */
  List<String> classLabels();

  /**
   * What outlives a call, by name: fed as zeros to the first call, and answered for the next one
   * under {@link #nextState}.
   */
  default Map<String, Shape> states() {
    return Map.of();
  }

  /** The value that a state has after a call. */
  static String nextState(String state) {
    return state + "\u00a7next";
  }

  /** Whether answered arrays have the ranks that the model describes. */
  boolean keepsRanks();
}
