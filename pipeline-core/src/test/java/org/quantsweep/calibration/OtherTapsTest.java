package org.quantsweep.calibration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Networks;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.Tapped;
import org.quantsweep.inference.TappedPredictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.proto.coreml.AddLayerParams;
import org.quantsweep.proto.coreml.ConvolutionLayerParams;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetwork;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.SamePadding;
import org.quantsweep.proto.coreml.WeightParams;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.SharedData;

/**
 * Whether a weight tensor's inputs depend on which others are looked at in the same run: groups are
 * as large as memory allows.
 */
class OtherTapsTest {
  private static final InferenceEngine ENGINE = InferenceEngines.onnxRuntime();

  /**
   * With channels in blocks the last model's residual sums are added within convolutions where
   * nobody looks in between, and 36 of its blobs have other last bits.
   */
  @ParameterizedTest
  @CsvSource({
    "mnistCNN.mlmodel, 1",
    "BlazeFace.mlmodel, 1",
    "Cifar10_f16_ios18.mlpackage, 1",
    "EfficientNetLite0.mlmodel, 7"
  })
  void noBitDoes(String name, int step) throws Exception {
    CoreMLModel model = model(name);
    Map<String, Tensor> inputs = inputs(model);
    SortedSet<Integer> all = boundaries(model);
    Tapped whole = run(model, all, inputs);
    List<Integer> descending = new ArrayList<>(all);
    Collections.reverse(descending);
    for (int place = 0; place < descending.size(); place += step) {
      int boundary = descending.get(place);
      Tapped alone = run(model, new TreeSet<>(List.of(boundary)), inputs);
      alone
          .boundaries()
          .get(boundary)
          .forEach(
              (blob, values) ->
                  assertThat(values.sharedArray())
                      .as("%s at %d", blob, boundary)
                      .isEqualTo(whole.boundaries().get(boundary).get(blob).sharedArray()));
    }
  }

  /** As in a ResNet: the engine lost a value that was looked at, and no sample gave moments. */
  @Test
  void aReluBehindAResidualSumLosesNoValue() throws Exception {
    Random random = new Random(7);
    Model.Builder made = Model.newBuilder().setSpecificationVersion(3);
    made.getDescriptionBuilder()
        .addInput(Networks.array("x", 4, 6, 6))
        .addOutput(Networks.array("y", 4, 6, 6));
    NeuralNetwork.Builder network = made.getNeuralNetworkBuilder();
    String x = "x";
    for (int block = 0; block < 3; block++) {
      network.addLayers(convolution(random, "inner" + block, x));
      network.addLayers(Networks.relu("relu" + block, "inner" + block, "shown" + block));
      network.addLayers(convolution(random, "outer" + block, "shown" + block));
      if (block != 1) {
        network.addLayers(convolution(random, "beside" + block, x));
        x = "beside" + block;
      }
      network.addLayers(
          NeuralNetworkLayer.newBuilder()
              .setName("sum" + block)
              .addInput("outer" + block)
              .addInput(x)
              .addOutput("sum" + block)
              .setAdd(AddLayerParams.getDefaultInstance()));
      x = "block" + block;
      network.addLayers(Networks.relu(x, "sum" + block, x));
    }
    network.addLayers(convolution(random, "y", x));
    CoreMLModel model = Networks.read(made);
    Map<String, Tensor> inputs = inputs(model);
    SortedSet<Integer> all = boundaries(model);
    Tapped whole = run(model, all, inputs);
    assertThat(whole.boundaries().keySet()).isEqualTo(all);
    for (int boundary : all) {
      assertThat(run(model, new TreeSet<>(List.of(boundary)), inputs).boundaries().get(boundary))
          .as("boundary %d", boundary)
          .isEqualTo(whole.boundaries().get(boundary));
    }
  }

  private static NeuralNetworkLayer.Builder convolution(Random random, String name, String input) {
    ConvolutionLayerParams.Builder convolution =
        Networks.convolution(4, 4)
            .setSame(SamePadding.getDefaultInstance())
            .setHasBias(true)
            .setBias(Networks.float32(4));
    WeightParams.Builder weights = WeightParams.newBuilder();
    for (int i = 0; i < 4 * 4 * 9; i++) {
      weights.addFloatValue((float) random.nextGaussian() / 6);
    }
    return NeuralNetworkLayer.newBuilder()
        .setName(name)
        .addInput(input)
        .addOutput(name)
        .setConvolution(convolution.setWeights(weights));
  }

  private static CoreMLModel model(String name) {
    return ModelReader.read(SharedData.path("models/" + name));
  }

  private static Tapped run(
      CoreMLModel model, SortedSet<Integer> boundaries, Map<String, Tensor> inputs)
      throws Exception {
    try (TappedPredictor taps = ENGINE.openTapped(model, boundaries)) {
      return taps.run(inputs);
    }
  }

  /** Of all weight tensors that can be fitted. */
  private static SortedSet<Integer> boundaries(CoreMLModel model) {
    return new MomentsCollector(model, model.weightTensors(), CalibrationSettings.DEFAULT)
        .boundaries();
  }

  private static Map<String, Tensor> inputs(CoreMLModel model) {
    Random random = new Random(3);
    Map<String, Tensor> inputs = new HashMap<>();
    for (InputDescription input : model.inputs()) {
      boolean picture = input instanceof InputDescription.Picture;
      Shape shape =
          input instanceof InputDescription.Picture own
              ? Shape.of(own.colorSpace().channels(), own.height(), own.width())
              : ((InputDescription.Array) input).shape();
      float[] values = new float[(int) shape.elementCount()];
      for (int i = 0; i < values.length; i++) {
        values[i] = picture ? random.nextInt(256) : random.nextFloat();
      }
      inputs.put(input.name(), Tensor.wrap(shape, values));
    }
    return inputs;
  }
}
