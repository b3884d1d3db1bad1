package org.quantsweep.coreml;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.coreml.neuralnetwork.ModelWriter;
import org.quantsweep.proto.coreml.ActivationParams;
import org.quantsweep.proto.coreml.ActivationReLU;
import org.quantsweep.proto.coreml.ArrayFeatureType;
import org.quantsweep.proto.coreml.ConvolutionLayerParams;
import org.quantsweep.proto.coreml.FeatureDescription;
import org.quantsweep.proto.coreml.FeatureType;
import org.quantsweep.proto.coreml.InnerProductLayerParams;
import org.quantsweep.proto.coreml.LinearQuantizationParams;
import org.quantsweep.proto.coreml.LookUpTableQuantizationParams;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.QuantizationParams;
import org.quantsweep.proto.coreml.ValidPadding;
import org.quantsweep.proto.coreml.WeightParams;

/** Small models for tests, to be changed until they are broken in one way. */
public final class Networks {
  private Networks() {}

  /** x [3, 5, 5] -> conv 3 to 4 channels, 3 x 3 (108 weights) -> c -> relu -> y; version 3. */
  public static Model.Builder convolution() {
    Model.Builder model = Model.newBuilder().setSpecificationVersion(3);
    model.getDescriptionBuilder().addInput(array("x", 3, 5, 5)).addOutput(array("y", 4, 3, 3));
    model
        .getNeuralNetworkBuilder()
        .addLayers(
            NeuralNetworkLayer.newBuilder()
                .setName("conv")
                .addInput("x")
                .addOutput("c")
                .setConvolution(convolution(3, 4)))
        .addLayers(relu("relu", "c", "y"));
    return model;
  }

  /** x [8] -> ip 8 to 5 (40 weights) -> y; version 3. */
  public static Model.Builder innerProduct() {
    return single(
        NeuralNetworkLayer.newBuilder()
            .setName("ip")
            .setInnerProduct(
                InnerProductLayerParams.newBuilder()
                    .setInputChannels(8)
                    .setOutputChannels(5)
                    .setWeights(float32(40))),
        array("x", 8),
        array("y", 5));
  }

  /** x [8] -> so many inner products with biases -> y, of 8 to 8 x 20 weights each; version 1. */
  public static Model.Builder innerProducts(int count) {
    Model.Builder model = Model.newBuilder().setSpecificationVersion(1);
    int inputs = 8;
    String from = "x";
    for (int layer = 0; layer < count; layer++) {
      boolean last = layer == count - 1;
      int outputs = last ? 8 : 1 + 7 * layer % 20;
      String to = last ? "y" : "v" + layer;
      model
          .getNeuralNetworkBuilder()
          .addLayers(
              NeuralNetworkLayer.newBuilder()
                  .setName("ip" + layer)
                  .addInput(from)
                  .addOutput(to)
                  .setInnerProduct(
                      InnerProductLayerParams.newBuilder()
                          .setInputChannels(inputs)
                          .setOutputChannels(outputs)
                          .setHasBias(true)
                          .setWeights(float32(inputs * outputs))
                          .setBias(float32(outputs))));
      inputs = outputs;
      from = to;
    }
    model.getDescriptionBuilder().addInput(array("x", 8)).addOutput(array("y", 8));
    return model;
  }

  /** A model of one layer from x to y. */
  public static Model.Builder single(
      NeuralNetworkLayer.Builder layer, FeatureDescription input, FeatureDescription output) {
    Model.Builder model = Model.newBuilder().setSpecificationVersion(3);
    model.getDescriptionBuilder().addInput(input).addOutput(output);
    model
        .getNeuralNetworkBuilder()
        .addLayers(layer.addInput(input.getName()).addOutput(output.getName()));
    return model;
  }

  public static ConvolutionLayerParams.Builder convolution(int inputs, int outputs) {
    return ConvolutionLayerParams.newBuilder()
        .setKernelChannels(inputs)
        .setOutputChannels(outputs)
        .setNGroups(1)
        .addKernelSize(3)
        .addKernelSize(3)
        .addStride(1)
        .addStride(1)
        .addDilationFactor(1)
        .addDilationFactor(1)
        .setValid(ValidPadding.getDefaultInstance())
        .setWeights(float32(inputs * outputs * 9));
  }

  public static NeuralNetworkLayer.Builder relu(String name, String input, String output) {
    return NeuralNetworkLayer.newBuilder()
        .setName(name)
        .addInput(input)
        .addOutput(output)
        .setActivation(ActivationParams.newBuilder().setReLU(ActivationReLU.getDefaultInstance()));
  }

  public static FeatureDescription array(String name, long... shape) {
    ArrayFeatureType.Builder array =
        ArrayFeatureType.newBuilder().setDataType(ArrayFeatureType.ArrayDataType.FLOAT32);
    for (long length : shape) {
      array.addShape(length);
    }
    return FeatureDescription.newBuilder()
        .setName(name)
        .setType(FeatureType.newBuilder().setMultiArrayType(array))
        .build();
  }

  public static WeightParams.Builder float32(int count) {
    WeightParams.Builder weights = WeightParams.newBuilder();
    for (int i = 0; i < count; i++) {
      weights.addFloatValue((i % 7 - 3) / 8f);
    }
    return weights;
  }

  public static WeightParams.Builder float16(int bytes) {
    return WeightParams.newBuilder().setFloat16Value(ByteString.copyFrom(new byte[bytes]));
  }

  public static WeightParams.Builder lookUpTable(int bits, int entries, int bytes) {
    List<Float> table = new ArrayList<>();
    for (int i = 0; i < entries; i++) {
      table.add(i / 4f);
    }
    return raw(bytes)
        .setQuantization(
            QuantizationParams.newBuilder()
                .setNumberOfBits(bits)
                .setLookupTableQuantization(
                    LookUpTableQuantizationParams.newBuilder().addAllFloatValue(table)));
  }

  public static WeightParams.Builder linear(int bits, int scales, int biases, int bytes) {
    return raw(bytes)
        .setQuantization(
            QuantizationParams.newBuilder()
                .setNumberOfBits(bits)
                .setLinearQuantization(
                    LinearQuantizationParams.newBuilder()
                        .addAllScale(Collections.nCopies(scales, 0.5f))
                        .addAllBias(Collections.nCopies(biases, -1f))));
  }

  public static WeightParams.Builder raw(int bytes) {
    byte[] codes = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      codes[i] = (byte) (31 * i);
    }
    return WeightParams.newBuilder().setRawValue(ByteString.copyFrom(codes));
  }

  public static CoreMLModel read(Model.Builder model) {
    return ModelReader.read(ModelWriter.toBytes(model.build()), "test.mlmodel");
  }
}
