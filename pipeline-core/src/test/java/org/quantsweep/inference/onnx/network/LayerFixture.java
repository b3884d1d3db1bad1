package org.quantsweep.inference.onnx.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.quantsweep.proto.coreml.WeightParams;
import org.quantsweep.tensor.Tensor;

/**
 * The arrays of one case of {@code layer-cases.npz}; its maker is {@code make_layer_fixtures.py}.
 */
record LayerFixture(String name, Map<String, Tensor> arrays) {
  /** The layer's weights of a field, as the file stores them. */
  WeightParams weights(String field) {
    WeightParams.Builder weights = WeightParams.newBuilder();
    for (float value : arrays.get(name + "/" + field).sharedArray()) {
      weights.addFloatValue(value);
    }
    return weights.build();
  }

  List<Tensor> inputs() {
    return numbered("x");
  }

  List<Tensor> outputs() {
    return numbered("y");
  }

  private List<Tensor> numbered(String letter) {
    List<Tensor> found = new ArrayList<>();
    for (int i = 0; arrays.containsKey(name + "/" + letter + i); i++) {
      found.add(arrays.get(name + "/" + letter + i));
    }
    return found;
  }
}
