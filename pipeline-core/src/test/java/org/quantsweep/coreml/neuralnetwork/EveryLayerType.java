package org.quantsweep.coreml.neuralnetwork;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.proto.coreml.ActivationParams;
import org.quantsweep.proto.coreml.ActivationSigmoid;
import org.quantsweep.proto.coreml.ArrayFeatureType;
import org.quantsweep.proto.coreml.FeatureDescription;
import org.quantsweep.proto.coreml.LSTMParams;
import org.quantsweep.proto.coreml.LSTMWeightParams;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkMultiArrayShapeMapping;
import org.quantsweep.proto.coreml.ValidPadding;
import org.quantsweep.proto.coreml.WeightParams;

/** A network that holds a sound layer of every type, with weights in every field for them. */
public final class EveryLayerType {
  private static final ActivationParams SIGMOID =
      ActivationParams.newBuilder().setSigmoid(ActivationSigmoid.getDefaultInstance()).build();
  private static final WeightParams ONE = WeightParams.newBuilder().addFloatValue(1).build();

  private EveryLayerType() {}

  /**
   * The network; its layers are named after their types. A copy of its input feeds all of them: the
   * rank of a blob that nothing describes fits every type.
   */
  public static CoreMLModel model() {
    Model.Builder model = Model.newBuilder().setSpecificationVersion(5);
    model.getDescriptionBuilder().addInput(array("x")).addOutput(array("sin0"));
    model
        .getNeuralNetworkBuilder()
        .setArrayInputShapeMapping(NeuralNetworkMultiArrayShapeMapping.EXACT_ARRAY_MAPPING)
        .addLayers(layer("copy").setInput(0, "x").setOutput(0, "blob"));
    for (LayerSpec spec : LayerSpecs.all()) {
      String type = spec.name();
      if (!Set.of("copy", "loopBreak", "loopContinue").contains(type)) {
        model.getNeuralNetworkBuilder().addAllLayers(samples(type));
      }
    }
    return ModelReader.read(ModelWriter.toBytes(model.build()), "every.mlmodel");
  }

  /** The types of layers that the engine refuses, whatever their settings. */
  public static Set<String> refusedTypes() {
    CoreMLModel model = model();
    try (Predictor predictor = InferenceEngines.onnxRuntime().open(model)) {
      throw new IllegalStateException(predictor + " runs every layer type");
    } catch (BadInputException e) {
      Set<String> refused = new TreeSet<>();
      Matcher type = Pattern.compile("' \\((\\w+)\\)").matcher(e.getMessage());
      while (type.find()) {
        refused.add(type.group(1));
      }
      return refused;
    }
  }

  /** Layers of one type that use each of its weight fields. */
  static List<NeuralNetworkLayer> samples(String type) {
    if (!type.equals("activation")) {
      return List.of(withWeights(layer(type)));
    }
    NeuralNetworkLayer.Builder slopes = layer(type);
    slopes.getActivationBuilder().getPReLUBuilder();
    NeuralNetworkLayer.Builder softplus = layer(type).setName("softplus").setOutput(0, "softplus");
    softplus.getActivationBuilder().getParametricSoftplusBuilder();
    return List.of(withWeights(slopes), withWeights(softplus));
  }

  private static NeuralNetworkLayer.Builder layer(String type) {
    NeuralNetworkLayer.Builder layer = NeuralNetworkLayer.newBuilder().setName(type);
    FieldDescriptor field = NeuralNetworkLayer.getDescriptor().findFieldByName(type);
    layer.setField(field, layer.getField(field));
    LayerArity arity = LayerSpecs.of(layer.build()).arity();
    for (int i = 0; i < arity.leastInputs(); i++) {
      layer.addInput("blob");
    }
    for (int i = 0; i < arity.leastOutputs(); i++) {
      layer.addOutput(type + i);
    }
    settings().getOrDefault(type, unchanged -> {}).accept(layer);
    return layer;
  }

  /** What the layer types need besides weights; the others are sound as they are. */
  private static Map<String, Consumer<NeuralNetworkLayer.Builder>> settings() {
    Map<String, Consumer<NeuralNetworkLayer.Builder>> settings = new HashMap<>();
    addProducts(settings);
    addVectors(settings);
    addRecurrent(settings);
    settings.put("pooling", to -> to.getPoolingBuilder().setValid(ValidPadding.newBuilder()));
    settings.put(
        "custom", to -> to.getCustomBuilder().setClassName("Mine").addWeights(ONE).addWeights(ONE));
    settings.put(
        "branch", to -> to.getBranchBuilder().getIfBranchBuilder().addLayers(layer("sin")));
    settings.put(
        "loop",
        to ->
            to.getLoopBuilder()
                .setMaxLoopIterations(1)
                .getBodyNetworkBuilder()
                .addLayers(layer("loopContinue"))
                .addLayers(layer("loopBreak")));
    return settings;
  }

  private static void addProducts(Map<String, Consumer<NeuralNetworkLayer.Builder>> settings) {
    settings.put(
        "convolution",
        to ->
            to.getConvolutionBuilder()
                .setKernelChannels(1)
                .setOutputChannels(1)
                .setHasBias(true)
                .setValid(ValidPadding.newBuilder()));
    settings.put(
        "convolution3d",
        to ->
            to.getConvolution3DBuilder()
                .setInputChannels(1)
                .setOutputChannels(1)
                .setNGroups(1)
                .setKernelDepth(1)
                .setKernelHeight(1)
                .setKernelWidth(1)
                .setStrideDepth(1)
                .setStrideHeight(1)
                .setStrideWidth(1)
                .setDilationDepth(1)
                .setDilationHeight(1)
                .setDilationWidth(1)
                .setHasBias(true));
    settings.put(
        "innerProduct",
        to ->
            to.getInnerProductBuilder().setInputChannels(1).setOutputChannels(1).setHasBias(true));
    settings.put(
        "batchedMatmul",
        to ->
            to.getBatchedMatmulBuilder()
                .setWeightMatrixFirstDimension(1)
                .setWeightMatrixSecondDimension(1)
                .setHasBias(true));
    settings.put(
        "embedding",
        to -> to.getEmbeddingBuilder().setInputDim(1).setOutputChannels(1).setHasBias(true));
    settings.put(
        "embeddingND",
        to -> to.getEmbeddingNDBuilder().setVocabSize(1).setEmbeddingSize(1).setHasBias(true));
  }

  private static void addVectors(Map<String, Consumer<NeuralNetworkLayer.Builder>> settings) {
    settings.put("batchnorm", to -> to.getBatchnormBuilder().setChannels(1));
    settings.put(
        "scale", to -> to.getScaleBuilder().addShapeScale(1).setHasBias(true).addShapeBias(1));
    settings.put("bias", to -> to.getBiasBuilder().addShape(1));
    settings.put(
        "loadConstant", to -> to.getLoadConstantBuilder().addShape(1).addShape(1).addShape(1));
    settings.put("loadConstantND", to -> to.getLoadConstantNDBuilder().addShape(1));
    settings.put(
        "layerNormalization", to -> to.getLayerNormalizationBuilder().addNormalizedShape(1));
  }

  private static void addRecurrent(Map<String, Consumer<NeuralNetworkLayer.Builder>> settings) {
    LSTMParams params =
        LSTMParams.newBuilder().setHasBiasVectors(true).setHasPeepholeVectors(true).build();
    List<ActivationParams> three = List.of(SIGMOID, SIGMOID, SIGMOID);
    settings.put(
        "simpleRecurrent",
        to ->
            to.getSimpleRecurrentBuilder()
                .setInputVectorSize(1)
                .setOutputVectorSize(1)
                .setHasBiasVector(true)
                .setActivation(SIGMOID));
    settings.put(
        "gru",
        to ->
            to.getGruBuilder()
                .setInputVectorSize(1)
                .setOutputVectorSize(1)
                .setHasBiasVectors(true)
                .addActivations(SIGMOID)
                .addActivations(SIGMOID));
    settings.put(
        "uniDirectionalLSTM",
        to ->
            to.getUniDirectionalLSTMBuilder()
                .setInputVectorSize(1)
                .setOutputVectorSize(1)
                .setParams(params)
                .addAllActivations(three));
    settings.put(
        "biDirectionalLSTM",
        to ->
            to.getBiDirectionalLSTMBuilder()
                .setInputVectorSize(1)
                .setOutputVectorSize(1)
                .setParams(params)
                .addAllActivationsForwardLSTM(three)
                .addAllActivationsBackwardLSTM(three)
                .addWeightParams(LSTMWeightParams.newBuilder())
                .addWeightParams(LSTMWeightParams.newBuilder()));
  }

  /** With ones in every field for weights. */
  private static NeuralNetworkLayer withWeights(NeuralNetworkLayer.Builder layer) {
    for (WeightField field : LayerWeights.of(layer.build())) {
      long count = 1;
      for (long length : field.dimensions()) {
        count *= Math.max(1, length);
      }
      WeightParams.Builder ones = WeightParams.newBuilder();
      for (long i = 0; i < count; i++) {
        ones.addFloatValue(1);
      }
      put(layer, new ArrayList<>(field.steps()), ones.build());
    }
    return layer.build();
  }

  private static void put(Message.Builder into, List<FieldStep> steps, WeightParams weights) {
    FieldStep step = steps.remove(0);
    FieldDescriptor field = into.getDescriptorForType().findFieldByNumber(step.number());
    if (steps.isEmpty()) {
      if (field.isRepeated()) {
        into.setRepeatedField(field, step.index(), weights);
      } else {
        into.setField(field, weights);
      }
    } else if (field.isRepeated()) {
      put(into.getRepeatedFieldBuilder(field, step.index()), steps, weights);
    } else {
      put(into.getFieldBuilder(field), steps, weights);
    }
  }

  private static FeatureDescription array(String name) {
    FeatureDescription.Builder feature = FeatureDescription.newBuilder().setName(name);
    feature
        .getTypeBuilder()
        .getMultiArrayTypeBuilder()
        .setDataType(ArrayFeatureType.ArrayDataType.FLOAT32)
        .addShape(1);
    return feature.build();
  }
}
