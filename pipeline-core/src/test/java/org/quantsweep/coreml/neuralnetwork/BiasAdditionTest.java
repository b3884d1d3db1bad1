package org.quantsweep.coreml.neuralnetwork;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Rewrite;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.proto.coreml.ArrayFeatureType;
import org.quantsweep.proto.coreml.ConvolutionLayerParams;
import org.quantsweep.proto.coreml.InnerProductLayerParams;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.ValidPadding;
import org.quantsweep.proto.coreml.WeightParams;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

class BiasAdditionTest {
  private static WeightParams ones(int count) {
    WeightParams.Builder weights = WeightParams.newBuilder();
    for (int i = 0; i < count; i++) {
      weights.addFloatValue(1);
    }
    return weights.build();
  }

  /** A convolution of 3 to 4 channels in float32, an inner product of 4 to 2 in half precision. */
  private static CoreMLModel model(boolean biases) {
    Model.Builder model = Model.newBuilder().setSpecificationVersion(3);
    for (String name : List.of("x", "y")) {
      ArrayFeatureType.Builder array =
          ArrayFeatureType.newBuilder()
              .setDataType(ArrayFeatureType.ArrayDataType.FLOAT32)
              .addShape(name.equals("x") ? 3 : 2)
              .addShape(1)
              .addShape(1);
      var feature =
          name.equals("x")
              ? model.getDescriptionBuilder().addInputBuilder()
              : model.getDescriptionBuilder().addOutputBuilder();
      feature.setName(name).getTypeBuilder().setMultiArrayType(array);
    }
    ConvolutionLayerParams.Builder convolution =
        ConvolutionLayerParams.newBuilder()
            .setOutputChannels(4)
            .setKernelChannels(3)
            .setNGroups(1)
            .addKernelSize(1)
            .addKernelSize(1)
            .setValid(ValidPadding.getDefaultInstance())
            .setWeights(ones(12));
    InnerProductLayerParams.Builder product =
        InnerProductLayerParams.newBuilder()
            .setInputChannels(4)
            .setOutputChannels(2)
            // 0x3c00, 1 in half precision, the least significant byte first.
            .setWeights(
                WeightParams.newBuilder()
                    .setFloat16Value(
                        ByteString.copyFrom(
                            new byte[] {
                              0, 0x3c, 0, 0x3c, 0, 0x3c, 0, 0x3c, 0, 0x3c, 0, 0x3c, 0, 0x3c, 0, 0x3c
                            })));
    if (biases) {
      convolution.setHasBias(true).setBias(ones(4));
      product
          .setHasBias(true)
          .setBias(
              WeightParams.newBuilder()
                  .setFloat16Value(ByteString.copyFrom(new byte[] {0, 0x3c, 0, 0x3c})));
    }
    model
        .getNeuralNetworkBuilder()
        .addLayers(
            NeuralNetworkLayer.newBuilder()
                .setName("conv")
                .addInput("x")
                .addOutput("c")
                .setConvolution(convolution))
        .addLayers(
            NeuralNetworkLayer.newBuilder()
                .setName("product")
                .addInput("c")
                .addOutput("y")
                .setInnerProduct(product));
    return ModelReader.read(ModelWriter.toBytes(model.build()), "test.mlmodel");
  }

  @Test
  void layersWithoutABiasGetOneOfZerosOfTheirWeightsType() {
    CoreMLModel rewritten = Rewrite.ADD_BIASES.apply(model(false));
    assertThat(rewritten.weightTensors())
        .extracting(WeightTensor::identity)
        .containsExactly("conv/weights", "conv/bias", "product/weights", "product/bias");
    assertThat(rewritten.weightTensors().get(1).values())
        .isEqualTo(Tensor.wrap(Shape.of(4), new float[4]));
    List<NeuralNetworkLayer> layers =
        NetworkFormat.message(rewritten).getNeuralNetwork().getLayersList();
    assertThat(layers.get(0).getConvolution().getBias().getFloatValueCount()).isEqualTo(4);
    assertThat(layers.get(1).getInnerProduct().getBias().getFloat16Value().size()).isEqualTo(4);
  }

  @Test
  void answersStayTheSame() throws Exception {
    CoreMLModel given = model(false);
    float[] x = new float[3];
    for (int i = 0; i < x.length; i++) {
      x[i] = new Random(i).nextFloat();
    }
    Map<String, Tensor> input = Map.of("x", Tensor.wrap(Shape.of(3, 1, 1), x));
    try (Predictor before = InferenceEngines.onnxRuntime().open(given);
        Predictor after = InferenceEngines.onnxRuntime().open(Rewrite.ADD_BIASES.apply(given))) {
      assertThat(after.predict(input).outputs()).isEqualTo(before.predict(input).outputs());
    }
  }

  @Test
  void aModelWhoseLayersHaveBiasesIsTheOneGiven() {
    CoreMLModel given = model(true);
    assertThat(Rewrite.ADD_BIASES.apply(given)).isSameAs(given);
  }
}
