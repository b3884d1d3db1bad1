package org.quantsweep.inference.onnx.network;

import java.util.Map;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.coreml.neuralnetwork.ModelWriter;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.proto.coreml.ArrayFeatureType;
import org.quantsweep.proto.coreml.BorderAmounts;
import org.quantsweep.proto.coreml.FeatureDescription;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.WeightParams;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Networks of one layer from the array {@code x} to the array {@code y}. */
final class SingleLayerNetwork {
  private SingleLayerNetwork() {}

  /** The model, for an input of this shape and an output whose shape is left open. */
  static CoreMLModel of(NeuralNetworkLayer.Builder layer, int... input) {
    Model.Builder model = Model.newBuilder().setSpecificationVersion(1);
    model.getDescriptionBuilder().addInput(array("x", input)).addOutput(array("y"));
    model.getNeuralNetworkBuilder().addLayers(layer.setName("layer").addInput("x").addOutput("y"));
    return ModelReader.read(ModelWriter.toBytes(model.build()), "single.mlmodel");
  }

  /** What the network answers to one array. */
  static Tensor answer(NeuralNetworkLayer.Builder layer, Tensor x) throws PredictionException {
    try (Predictor predictor =
        InferenceEngines.onnxRuntime().open(of(layer, x.shape().lengths()))) {
      OutputValue value = predictor.predict(Map.of("x", x)).outputs().get("y");
      return ((OutputValue.Array) value).values();
    }
  }

  static Tensor tensor(Shape shape, float... values) {
    return Tensor.wrap(shape, values);
  }

  /** 1, 2, 3, ... in row-major order. */
  static Tensor counting(int... lengths) {
    Shape shape = Shape.of(lengths);
    float[] values = new float[Math.toIntExact(shape.elementCount())];
    for (int i = 0; i < values.length; i++) {
      values[i] = i + 1f;
    }
    return Tensor.wrap(shape, values);
  }

  static WeightParams weights(float... values) {
    WeightParams.Builder weights = WeightParams.newBuilder();
    for (float value : values) {
      weights.addFloatValue(value);
    }
    return weights.build();
  }

  static BorderAmounts border(int top, int bottom, int left, int right) {
    return BorderAmounts.newBuilder()
        .addBorderAmounts(
            BorderAmounts.EdgeSizes.newBuilder().setStartEdgeSize(top).setEndEdgeSize(bottom))
        .addBorderAmounts(
            BorderAmounts.EdgeSizes.newBuilder().setStartEdgeSize(left).setEndEdgeSize(right))
        .build();
  }

  static FeatureDescription array(String name, int... lengths) {
    ArrayFeatureType.Builder array =
        ArrayFeatureType.newBuilder().setDataType(ArrayFeatureType.ArrayDataType.FLOAT32);
    for (int length : lengths) {
      array.addShape(length);
    }
    FeatureDescription.Builder feature = FeatureDescription.newBuilder().setName(name);
    feature.getTypeBuilder().setMultiArrayType(array);
    return feature.build();
  }
}
