package org.quantsweep.inference.onnx;

import java.util.Map;
import org.quantsweep.coreml.Layer;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.tensor.Tensor;

/** A layer that is being lowered: its place, its parameters and its weights. */
record LayerNode(Layer layer, NeuralNetworkLayer message, Map<String, WeightTensor> weights) {
  String input() {
    return layer.inputs().get(0);
  }

  String output() {
    return layer.outputs().get(0);
  }

  /** The values of a field that the layer must have. */
  Tensor weight(String field) {
    WeightTensor tensor = weights.get(field);
    if (tensor == null) {
      throw new UnsupportedLayerException("it has no " + field);
    }
    return tensor.values();
  }
}
