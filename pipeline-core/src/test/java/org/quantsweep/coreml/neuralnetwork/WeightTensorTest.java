package org.quantsweep.coreml.neuralnetwork;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Layer;
import org.quantsweep.coreml.Networks;
import org.quantsweep.coreml.WeightStorage;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.proto.coreml.BranchLayerParams;
import org.quantsweep.proto.coreml.LoopLayerParams;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetwork;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkMultiArrayShapeMapping;
import org.quantsweep.proto.coreml.Pipeline;
import org.quantsweep.proto.coreml.WeightParams;
import org.quantsweep.tensor.Shape;

class WeightTensorTest {
  private static List<String> identities(CoreMLModel model) {
    return model.weightTensors().stream().map(WeightTensor::identity).toList();
  }

  private static NeuralNetworkLayer product(String name, String input, String output) {
    return Networks.innerProduct().getNeuralNetwork().getLayers(0).toBuilder()
        .setName(name)
        .setInput(0, input)
        .setOutput(0, output)
        .build();
  }

  @Test
  void namesRepeatedAndEmptyLayersByTheirIndex() {
    Model.Builder model = Networks.innerProduct();
    model
        .getNeuralNetworkBuilder()
        .addLayers(product("ip", "x", "a"))
        .addLayers(product("", "x", "b"))
        .addLayers(product("ip#1", "x", "c"))
        .addLayers(product("other", "x", "d"));

    assertThat(identities(Networks.read(model)))
        .containsExactly(
            "ip#0/weights", "ip#1#1/weights", "#2/weights", "ip#1#3/weights", "other/weights");
  }

  @Test
  void namesStagesBranchesAndLoops() {
    Model.Builder network = Networks.innerProduct().setSpecificationVersion(4);
    network
        .getNeuralNetworkBuilder()
        .setArrayInputShapeMapping(NeuralNetworkMultiArrayShapeMapping.EXACT_ARRAY_MAPPING)
        .addLayers(
            NeuralNetworkLayer.newBuilder()
                .setName("choose")
                .addInput("x")
                .setBranch(
                    BranchLayerParams.newBuilder()
                        .setIfBranch(NeuralNetwork.newBuilder().addLayers(product("p", "x", "z")))
                        .setElseBranch(
                            NeuralNetwork.newBuilder().addLayers(product("p", "x", "z")))))
        .addLayers(
            NeuralNetworkLayer.newBuilder()
                .setName("repeat")
                .setLoop(
                    LoopLayerParams.newBuilder()
                        .setMaxLoopIterations(2)
                        .setBodyNetwork(
                            NeuralNetwork.newBuilder().addLayers(product("q", "x", "w")))));
    Model.Builder pipeline = Model.newBuilder().setSpecificationVersion(4);
    pipeline.setDescription(network.getDescription());
    pipeline.setPipeline(Pipeline.newBuilder().addModels(network));

    CoreMLModel model = Networks.read(pipeline);

    assertThat(identities(model))
        .containsExactly(
            "stage[0]/ip/weights",
            "stage[0]/branch[1].if/p/weights",
            "stage[0]/branch[1].else/p/weights",
            "stage[0]/loop[2].body/q/weights");
    assertThat(model.layers().stream().map(Layer::path))
        .containsExactly(
            "stage[0]/ip",
            "stage[0]/choose",
            "stage[0]/branch[1].if/p",
            "stage[0]/branch[1].else/p",
            "stage[0]/repeat",
            "stage[0]/loop[2].body/q");
    for (WeightTensor tensor : model.weightTensors()) {
      WeightPlace place = NetworkFormat.place(model, tensor);
      assertThat(place.location().get(NetworkFormat.message(model)))
          .isSameAs(place.field().params());
    }
  }

  @Test
  void replacesWeightsWhereTheyLie() {
    CoreMLModel model = Networks.read(Networks.convolution());
    WeightTensor tensor = model.weightTensors().get(0);
    WeightParams half = Networks.float16(216).build();
    Model.Builder changed = NetworkFormat.message(model).toBuilder();

    WeightPlace place = NetworkFormat.place(model, tensor);
    place.location().set(changed, half);

    assertThat(changed.getNeuralNetwork().getLayers(0).getConvolution().getWeights())
        .isEqualTo(half);
    place.location().set(changed, place.field().params());
    assertThat(changed.build()).isEqualTo(NetworkFormat.message(model));
  }

  @Test
  void tellsShapeAxisScalesStorageAndBytes() {
    Model.Builder builder = Networks.convolution();
    NeuralNetworkLayer.Builder layer = builder.getNeuralNetworkBuilder().getLayersBuilder(0);
    layer
        .getConvolutionBuilder()
        .setIsDeconvolution(true)
        .setKernelChannels(6)
        .setNGroups(2)
        .setWeights(Networks.linear(8, 4, 4, 108))
        .setHasBias(true)
        .setBias(Networks.float32(4));
    builder.getDescriptionBuilder().setInput(0, Networks.array("x", 6, 5, 5));
    builder.getDescriptionBuilder().setOutput(0, Networks.array("y", 4, 7, 7));

    CoreMLModel model = Networks.read(builder);

    WeightTensor weights = model.weightTensors().get(0);
    assertThat(weights.shape()).isEqualTo(Shape.of(6, 2, 3, 3));
    assertThat(weights.channelAxis()).isEqualTo(1);
    assertThat(NetworkFormat.place(model, weights).scales()).isEqualTo(4);
    assertThat(weights.storage()).isEqualTo(new WeightStorage.Linear(8, 4));
    assertThat(weights.isVector()).isFalse();
    assertThat(weights.storedBytes().bytes())
        .isEqualTo(NetworkWeights.stored(model, weights).getSerializedSize());
    WeightTensor bias = model.weightTensors().get(1);
    assertThat(bias.identity()).isEqualTo("conv/bias");
    assertThat(bias.isVector()).isTrue();
    assertThat(NetworkFormat.place(model, bias).scales()).isEqualTo(1);
    assertThat(bias.storage().toString()).isEqualTo("float32");
    assertThat(model.weightBytes(model.layers().get(0)).bytes())
        .isEqualTo(weights.storedBytes().bytes() + bias.storedBytes().bytes());
    assertThat(model.weightBytes(model.layers().get(1)).bytes()).isZero();
  }
}
