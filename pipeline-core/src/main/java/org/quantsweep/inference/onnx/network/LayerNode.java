package org.quantsweep.inference.onnx.network;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.quantsweep.coreml.Layer;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.tensor.Tensor;

/** A layer that is being lowered: its place, its parameters and its weights. */
record LayerNode(Layer layer, NeuralNetworkLayer message, Map<String, Supplier<Tensor>> weights) {
  String input() {
    return layer.inputs().get(0);
  }

  String output() {
    return layer.outputs().get(0);
  }

  List<String> inputs() {
    return layer.inputs();
  }

  /** The same layer, reading and writing other values. */
  LayerNode between(String input, String output) {
    Layer other =
        new Layer(layer.path(), layer.type(), List.of(input), List.of(output), layer.updatable());
    return new LayerNode(other, message, weights);
  }

  /** Refuses a layer that takes what is known only while the network runs. */
  void requireInputs(int count, String purpose) {
    if (layer.inputs().size() != count) {
      throw new UnsupportedLayerException(purpose);
    }
  }

  /**
   * Whether the layer has a bias: its own, or one that it is tried with.
   *
   * @param own whether its message says so
   */
  boolean hasBias(boolean own) {
    return own || weights.containsKey("bias");
  }

  /** The values of a field that the layer must have. */
  Tensor weight(String field) {
    Supplier<Tensor> tensor = weights.get(field);
    if (tensor == null) {
      throw new UnsupportedLayerException("it has no " + field);
    }
    return tensor.get();
  }
}
