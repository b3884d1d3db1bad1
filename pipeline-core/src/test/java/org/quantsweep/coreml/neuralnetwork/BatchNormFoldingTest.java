package org.quantsweep.coreml.neuralnetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Rewrite;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.proto.coreml.AddLayerParams;
import org.quantsweep.proto.coreml.ArrayFeatureType;
import org.quantsweep.proto.coreml.BatchnormLayerParams;
import org.quantsweep.proto.coreml.BiasLayerParams;
import org.quantsweep.proto.coreml.ConvolutionLayerParams;
import org.quantsweep.proto.coreml.FeatureDescription;
import org.quantsweep.proto.coreml.FeatureType;
import org.quantsweep.proto.coreml.InnerProductLayerParams;
import org.quantsweep.proto.coreml.LinearQuantizationParams;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.QuantizationParams;
import org.quantsweep.proto.coreml.ScaleLayerParams;
import org.quantsweep.proto.coreml.ValidPadding;
import org.quantsweep.proto.coreml.WeightParams;
import org.quantsweep.testing.SharedData;

/**
 * The folded layer must give what the two layers gave. Both are computed here with plain loops in
 * double over a kernel of 1 x 1 on one pixel, where a convolution and a deconvolution are sums over
 * the channels of a group.
 */
class BatchNormFoldingTest {
  private final Random random = new Random(7);

  private float[] values(int count, float least) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = least + random.nextFloat();
    }
    return values;
  }

  private static WeightParams float32(float... values) {
    WeightParams.Builder weights = WeightParams.newBuilder();
    for (float value : values) {
      weights.addFloatValue(value);
    }
    return weights.build();
  }

  private static FeatureDescription array(String name, long channels) {
    return FeatureDescription.newBuilder()
        .setName(name)
        .setType(
            FeatureType.newBuilder()
                .setMultiArrayType(
                    ArrayFeatureType.newBuilder()
                        .setDataType(ArrayFeatureType.ArrayDataType.FLOAT32)
                        .addShape(channels)
                        .addShape(1)
                        .addShape(1)))
        .build();
  }

  private static NeuralNetworkLayer.Builder layer(String name, String input, String output) {
    return NeuralNetworkLayer.newBuilder().setName(name).addInput(input).addOutput(output);
  }

  private static Model.Builder model(long inputs, long outputs, NeuralNetworkLayer.Builder... all) {
    Model.Builder model = Model.newBuilder().setSpecificationVersion(3);
    model.getDescriptionBuilder().addInput(array("x", inputs)).addOutput(array("y", outputs));
    for (NeuralNetworkLayer.Builder layer : all) {
      model.getNeuralNetworkBuilder().addLayers(layer);
    }
    return model;
  }

  private static CoreMLModel read(Model.Builder model) {
    return ModelReader.read(ModelWriter.toBytes(model.build()), "test.mlmodel");
  }

  private static ConvolutionLayerParams.Builder convolution(
      int inputs, int outputs, int groups, boolean deconvolution, float[] weights) {
    return ConvolutionLayerParams.newBuilder()
        .setOutputChannels(outputs)
        .setKernelChannels(deconvolution ? inputs : inputs / groups)
        .setNGroups(groups)
        .addKernelSize(1)
        .addKernelSize(1)
        .setIsDeconvolution(deconvolution)
        .setValid(ValidPadding.getDefaultInstance())
        .setWeights(float32(weights));
  }

  /** One output channel of a 1 x 1 convolution or deconvolution on one pixel. */
  private static double channel(ConvolutionLayerParams conv, double[] x, int output) {
    int groups = Math.toIntExact(conv.getNGroups());
    int outputs = Math.toIntExact(conv.getOutputChannels());
    int perGroup = outputs / groups;
    int inputsPerGroup = x.length / groups;
    int group = output / perGroup;
    double sum = conv.getHasBias() ? conv.getBias().getFloatValue(output) : 0;
    for (int i = 0; i < inputsPerGroup; i++) {
      int input = group * inputsPerGroup + i;
      int position =
          conv.getIsDeconvolution()
              ? input * perGroup + output % perGroup
              : output * inputsPerGroup + i;
      sum += x[input] * conv.getWeights().getFloatValue(position);
    }
    return sum;
  }

  private void foldsBatchNorm(int groups, boolean deconvolution, boolean hasBias) {
    int inputs = 6;
    int outputs = 4;
    float[] gamma = values(outputs, 0.5f);
    float[] beta = values(outputs, -0.5f);
    float[] mean = values(outputs, -0.5f);
    float[] variance = values(outputs, 0.1f);
    ConvolutionLayerParams.Builder conv =
        convolution(
            inputs, outputs, groups, deconvolution, values(inputs * outputs / groups, -0.5f));
    if (hasBias) {
      conv.setHasBias(true).setBias(float32(values(outputs, -0.5f)));
    }
    CoreMLModel given =
        read(
            model(
                inputs,
                outputs,
                layer("conv", "x", "c").setConvolution(conv),
                layer("norm", "c", "y")
                    .setBatchnorm(
                        BatchnormLayerParams.newBuilder()
                            .setChannels(outputs)
                            .setEpsilon(1e-3f)
                            .setGamma(float32(gamma))
                            .setBeta(float32(beta))
                            .setMean(float32(mean))
                            .setVariance(float32(variance)))));

    BatchNormFolding.Result result =
        BatchNormFolding.apply(NetworkFormat.message(given)).orElseThrow();
    CoreMLModel read = Rewrite.FOLD_BATCH_NORM.apply(given);

    assertThat(result.folded()).containsExactly("batchnorm 'norm' into 'conv'");
    assertThat(read.layers()).hasSize(1);
    assertThat(read.layers().get(0).outputs()).containsExactly("y");
    ConvolutionLayerParams folded = result.model().getNeuralNetwork().getLayers(0).getConvolution();
    double[] x = {0.3, -1.2, 0.7, 2.5, -0.4, 1.1};
    for (int o = 0; o < outputs; o++) {
      double plain = channel(conv.build(), x, o);
      double expected =
          gamma[o] * (plain - mean[o]) / Math.sqrt(variance[o] + (double) 1e-3f) + beta[o];
      assertThat(channel(folded, x, o)).isCloseTo(expected, within(2e-6));
    }
  }

  @Test
  void aConvolutionTakesInItsBatchNorm() {
    foldsBatchNorm(1, false, false);
    foldsBatchNorm(1, false, true);
  }

  @Test
  void aGroupedConvolutionTakesInItsBatchNorm() {
    foldsBatchNorm(2, false, true);
  }

  @Test
  void aDeconvolutionTakesInItsBatchNorm() {
    foldsBatchNorm(1, true, true);
  }

  @Test
  void aGroupedDeconvolutionScalesEachGroupsOwnOutputs() {
    foldsBatchNorm(2, true, true);
  }

  @Test
  void anInnerProductTakesInScaleAndBiasOneAfterTheOther() {
    CoreMLModel given =
        read(
            model(
                2,
                2,
                layer("ip", "x", "a")
                    .setInnerProduct(
                        InnerProductLayerParams.newBuilder()
                            .setInputChannels(2)
                            .setOutputChannels(2)
                            .setHasBias(true)
                            .setWeights(float32(1, 2, 3, 4))
                            .setBias(float32(10, 20))),
                layer("scale", "a", "b")
                    .setScale(
                        ScaleLayerParams.newBuilder()
                            .addShapeScale(2)
                            .addShapeScale(1)
                            .addShapeScale(1)
                            .setScale(float32(2, -1))),
                layer("bias", "b", "y")
                    .setBias(BiasLayerParams.newBuilder().addShape(1).setBias(float32(5)))));

    BatchNormFolding.Result result =
        BatchNormFolding.apply(NetworkFormat.message(given)).orElseThrow();

    // The existing bias is scaled, too, although the scale layer has no bias of its own.
    InnerProductLayerParams folded =
        result.model().getNeuralNetwork().getLayers(0).getInnerProduct();
    assertThat(folded.getWeights().getFloatValueList()).containsExactly(2f, 4f, -3f, -4f);
    assertThat(folded.getBias().getFloatValueList()).containsExactly(25f, -15f);
    assertThat(result.folded()).containsExactly("scale 'scale' into 'ip'", "bias 'bias' into 'ip'");
  }

  @Test
  void quantizedWeightsAreDecodedFirst() {
    WeightParams codes =
        WeightParams.newBuilder()
            .setRawValue(ByteString.copyFrom(new byte[] {0, 1, 2, 3}))
            .setQuantization(
                QuantizationParams.newBuilder()
                    .setNumberOfBits(8)
                    .setLinearQuantization(
                        LinearQuantizationParams.newBuilder()
                            .addScale(0.5f)
                            .addScale(2)
                            .addBias(0)
                            .addBias(-1)))
            .build();
    CoreMLModel given =
        read(
            model(
                2,
                2,
                layer("conv", "x", "c")
                    .setConvolution(convolution(2, 2, 1, false, new float[4]).setWeights(codes)),
                layer("scale", "c", "y")
                    .setScale(
                        ScaleLayerParams.newBuilder().addShapeScale(1).setScale(float32(10)))));

    CoreMLModel folded = Rewrite.FOLD_BATCH_NORM.apply(given);

    assertThat(folded.weightTensors().get(0).values().toArray()).containsExactly(0, 5, 30, 50);
  }

  @Test
  void whatCannotBeFoldedIsLeftAsItIs() {
    NeuralNetworkLayer.Builder conv =
        layer("conv", "x", "c")
            .setConvolution(convolution(2, 2, 1, false, new float[] {1, 2, 3, 4}));
    ScaleLayerParams.Builder twice =
        ScaleLayerParams.newBuilder().addShapeScale(1).setScale(float32(2));
    Model.Builder output = model(2, 2, conv, layer("scale", "c", "y").setScale(twice));
    output.getDescriptionBuilder().addOutput(array("c", 2));
    Model.Builder readTwice =
        model(
            2,
            2,
            conv,
            layer("scale", "c", "s").setScale(twice),
            layer("sum", "s", "y").addInput("c").setAdd(AddLayerParams.getDefaultInstance()));
    Model.Builder instance =
        model(
            2,
            2,
            conv,
            layer("norm", "c", "y")
                .setBatchnorm(
                    BatchnormLayerParams.newBuilder()
                        .setChannels(2)
                        .setInstanceNormalization(true)
                        .setComputeMeanVar(true)
                        .setGamma(float32(1, 1))
                        .setBeta(float32(0, 0))));
    Model.Builder negativeVariance =
        model(
            2,
            2,
            conv,
            layer("norm", "c", "y")
                .setBatchnorm(
                    BatchnormLayerParams.newBuilder()
                        .setChannels(2)
                        .setGamma(float32(1, 1))
                        .setBeta(float32(0, 0))
                        .setMean(float32(0, 0))
                        .setVariance(float32(1, -1))));
    Model.Builder plane =
        model(
            2,
            2,
            conv,
            layer("scale", "c", "y")
                .setScale(
                    ScaleLayerParams.newBuilder()
                        .addShapeScale(1)
                        .addShapeScale(2)
                        .addShapeScale(1)
                        .setScale(float32(2, 3))));

    for (Model.Builder left : List.of(output, readTwice, instance, negativeVariance, plane)) {
      CoreMLModel given = read(left);
      assertThat(Rewrite.FOLD_BATCH_NORM.apply(given)).isSameAs(given);
    }
  }

  @Test
  void sharedModelsKeepTheirOutputsAndLoseFoldedLayers() throws IOException {
    try (Stream<Path> files = Files.list(SharedData.path("models"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".mlmodel")).sorted().toList()) {
        CoreMLModel given = ModelReader.read(file);

        int count =
            BatchNormFolding.apply(NetworkFormat.message(given))
                .map(result -> result.folded().size())
                .orElse(0);
        CoreMLModel folded = Rewrite.FOLD_BATCH_NORM.apply(given);

        assertThat(folded.layers()).as(file.toString()).hasSize(given.layers().size() - count);
        assertThat(folded.outputs()).isEqualTo(given.outputs());
        assertThat(folded.inputs()).isEqualTo(given.inputs());
        for (WeightTensor tensor : folded.weightTensors()) {
          assertThat(tensor.values().size()).isPositive();
        }
      }
    }
  }
}
