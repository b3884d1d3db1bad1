package org.quantsweep.coreml.neuralnetwork;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import org.quantsweep.proto.coreml.ActivationParams;
import org.quantsweep.proto.coreml.BatchedMatMulLayerParams;
import org.quantsweep.proto.coreml.BatchnormLayerParams;
import org.quantsweep.proto.coreml.BiDirectionalLSTMLayerParams;
import org.quantsweep.proto.coreml.BiasLayerParams;
import org.quantsweep.proto.coreml.Convolution3DLayerParams;
import org.quantsweep.proto.coreml.ConvolutionLayerParams;
import org.quantsweep.proto.coreml.CustomLayerParams;
import org.quantsweep.proto.coreml.EmbeddingLayerParams;
import org.quantsweep.proto.coreml.EmbeddingNDLayerParams;
import org.quantsweep.proto.coreml.GRULayerParams;
import org.quantsweep.proto.coreml.InnerProductLayerParams;
import org.quantsweep.proto.coreml.LSTMParams;
import org.quantsweep.proto.coreml.LayerNormalizationLayerParams;
import org.quantsweep.proto.coreml.LoadConstantLayerParams;
import org.quantsweep.proto.coreml.LoadConstantNDLayerParams;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.ScaleLayerParams;
import org.quantsweep.proto.coreml.SimpleRecurrentLayerParams;
import org.quantsweep.proto.coreml.UniDirectionalLSTMLayerParams;
import org.quantsweep.proto.coreml.WeightParams;

/**
 * Where each layer type keeps its weights, and in which shape: the format's own table (Core ML
 * Format Specification, NeuralNetwork.proto), one method per layer type. Fields that a layer says
 * it does not use, such as a bias under {@code hasBias = false}, are not listed.
 */
public final class LayerWeights {
  private final NeuralNetworkLayer layer;
  private final FieldDescriptor type;
  private final List<WeightField> fields = new ArrayList<>();

  private LayerWeights(NeuralNetworkLayer layer, FieldDescriptor type) {
    this.layer = layer;
    this.type = type;
  }

  /** The weights of one layer, in a fixed order; empty for a layer without any. */
  public static List<WeightField> of(NeuralNetworkLayer layer) {
    if (layer.getLayerCase() == NeuralNetworkLayer.LayerCase.LAYER_NOT_SET) {
      return List.of();
    }
    FieldDescriptor type =
        NeuralNetworkLayer.getDescriptor().findFieldByNumber(layer.getLayerCase().getNumber());
    LayerWeights weights = new LayerWeights(layer, type);
    weights.collect();
    return weights.fields;
  }

  private void collect() {
    switch (layer.getLayerCase()) {
      case CONVOLUTION -> convolution(layer.getConvolution());
      case CONVOLUTION3D -> convolution3d(layer.getConvolution3D());
      case INNERPRODUCT -> innerProduct(layer.getInnerProduct());
      case EMBEDDING -> embedding(layer.getEmbedding());
      case EMBEDDINGND -> embeddingNd(layer.getEmbeddingND());
      case BATCHEDMATMUL -> batchedMatmul(layer.getBatchedMatmul());
      case BATCHNORM -> batchnorm(layer.getBatchnorm());
      case SCALE -> scale(layer.getScale());
      case BIAS -> bias(layer.getBias());
      case LOADCONSTANT -> loadConstant(layer.getLoadConstant());
      case LOADCONSTANTND -> loadConstantNd(layer.getLoadConstantND());
      case SIMPLERECURRENT -> simpleRecurrent(layer.getSimpleRecurrent());
      case GRU -> gru(layer.getGru());
      case UNIDIRECTIONALLSTM -> uniDirectionalLstm(layer.getUniDirectionalLSTM());
      case BIDIRECTIONALLSTM -> biDirectionalLstm(layer.getBiDirectionalLSTM());
      case LAYERNORMALIZATION -> layerNormalization(layer.getLayerNormalization());
      case ACTIVATION -> activation("", layer.getActivation());
      case CUSTOM -> custom(layer.getCustom());
      default -> {
        // The other layer types carry no weights; a test walks the schema to hold this.
      }
    }
  }

  private void convolution(ConvolutionLayerParams conv) {
    long outputs = conv.getOutputChannels();
    long height = conv.getKernelSizeCount() > 0 ? conv.getKernelSize(0) : 3;
    long width = conv.getKernelSizeCount() > 1 ? conv.getKernelSize(1) : 3;
    long channels = conv.getKernelChannels();
    // A second input brings the weights at run time; what the file holds then has no meaning.
    if (layer.getInputCount() < 2) {
      if (conv.getIsDeconvolution()) {
        long groups = Math.max(1, conv.getNGroups());
        matrix("weights", 1, outputs, List.of(channels, outputs / groups, height, width));
      } else {
        matrix("weights", 0, outputs, List.of(outputs, channels, height, width));
      }
    }
    if (conv.getHasBias()) {
      vector("bias", outputs);
    }
  }

  private void convolution3d(Convolution3DLayerParams conv) {
    long outputs = conv.getOutputChannels();
    long inputs = conv.getInputChannels();
    long groups = Math.max(1, conv.getNGroups());
    boolean deconvolution = conv.getIsDeconvolution();
    List<Long> dimensions =
        List.of(
            deconvolution ? inputs : outputs,
            (deconvolution ? outputs : inputs) / groups,
            (long) conv.getKernelDepth(),
            (long) conv.getKernelHeight(),
            (long) conv.getKernelWidth());
    // The format takes no quantized weights here.
    add("weights", dimensions, deconvolution ? 1 : 0, 0, false, true);
    if (conv.getHasBias()) {
      add("bias", List.of(outputs), 0, 0, true, true);
    }
  }

  private void innerProduct(InnerProductLayerParams product) {
    long outputs = product.getOutputChannels();
    matrix("weights", 0, outputs, List.of(outputs, product.getInputChannels()));
    if (product.getHasBias()) {
      vector("bias", outputs);
    }
  }

  private void embedding(EmbeddingLayerParams embedding) {
    long outputs = embedding.getOutputChannels();
    matrix("weights", 0, outputs, List.of(outputs, embedding.getInputDim()));
    if (embedding.getHasBias()) {
      vector("bias", outputs);
    }
  }

  private void embeddingNd(EmbeddingNDLayerParams embedding) {
    long size = embedding.getEmbeddingSize();
    matrix("weights", 0, size, List.of(size, embedding.getVocabSize()));
    if (embedding.getHasBias()) {
      vector("bias", size);
    }
  }

  /** Stored column by column, so that a row of the listed shape makes one output column. */
  private void batchedMatmul(BatchedMatMulLayerParams product) {
    if (layer.getInputCount() == 2) {
      return;
    }
    long columns = product.getWeightMatrixSecondDimension();
    matrix("weights", 0, columns, List.of(columns, product.getWeightMatrixFirstDimension()));
    if (product.getHasBias()) {
      vector("bias", columns);
    }
  }

  private void batchnorm(BatchnormLayerParams norm) {
    long channels = norm.getChannels();
    vector("gamma", channels);
    vector("beta", channels);
    // Statistics computed at run time need none in the file; some writers leave them there.
    boolean computed = norm.getComputeMeanVar();
    add("mean", List.of(channels), 0, 1, true, !computed);
    add("variance", List.of(channels), 0, 1, true, !computed);
  }

  private void scale(ScaleLayerParams scale) {
    shaped("scale", scale.getShapeScaleList(), true);
    if (scale.getHasBias()) {
      shaped("bias", scale.getShapeBiasList(), true);
    }
  }

  private void bias(BiasLayerParams bias) {
    shaped("bias", bias.getShapeList(), true);
  }

  private void loadConstant(LoadConstantLayerParams constant) {
    shaped("data", constant.getShapeList(), isVector(constant.getShapeList()));
  }

  private void loadConstantNd(LoadConstantNDLayerParams constant) {
    List<Long> shape = constant.getShapeList();
    add("data", shape, 0, 1, isVector(shape), true);
  }

  private void simpleRecurrent(SimpleRecurrentLayerParams recurrent) {
    long inputs = recurrent.getInputVectorSize();
    long outputs = recurrent.getOutputVectorSize();
    matrix("weightMatrix", 0, outputs, List.of(outputs, inputs));
    matrix("recursionMatrix", 0, outputs, List.of(outputs, outputs));
    if (recurrent.getHasBiasVector()) {
      vector("biasVector", outputs);
    }
    activation("activation.", recurrent.getActivation());
  }

  private void gru(GRULayerParams gru) {
    long inputs = gru.getInputVectorSize();
    long outputs = gru.getOutputVectorSize();
    List<String> gates = List.of("updateGate", "resetGate", "outputGate");
    for (String gate : gates) {
      matrix(gate + "WeightMatrix", 0, outputs, List.of(outputs, inputs));
    }
    for (String gate : gates) {
      matrix(gate + "RecursionMatrix", 0, outputs, List.of(outputs, outputs));
    }
    if (gru.getHasBiasVectors()) {
      for (String gate : gates) {
        vector(gate + "BiasVector", outputs);
      }
    }
    activations("activations", gru.getActivationsList());
  }

  private void uniDirectionalLstm(UniDirectionalLSTMLayerParams lstm) {
    lstm("weightParams", lstm.getInputVectorSize(), lstm.getOutputVectorSize(), lstm.getParams());
    activations("activations", lstm.getActivationsList());
  }

  private void biDirectionalLstm(BiDirectionalLSTMLayerParams lstm) {
    for (int direction = 0; direction < lstm.getWeightParamsCount(); direction++) {
      lstm(
          "weightParams[" + direction + "]",
          lstm.getInputVectorSize(),
          lstm.getOutputVectorSize(),
          lstm.getParams());
    }
    activations("activationsForwardLSTM", lstm.getActivationsForwardLSTMList());
    activations("activationsBackwardLSTM", lstm.getActivationsBackwardLSTMList());
  }

  private void lstm(String prefix, long inputs, long outputs, LSTMParams params) {
    List<String> gates = List.of("inputGate", "forgetGate", "blockInput", "outputGate");
    for (String gate : gates) {
      matrix(prefix + "." + gate + "WeightMatrix", 0, outputs, List.of(outputs, inputs));
    }
    for (String gate : gates) {
      matrix(prefix + "." + gate + "RecursionMatrix", 0, outputs, List.of(outputs, outputs));
    }
    if (params.getHasBiasVectors()) {
      for (String gate : gates) {
        vector(prefix + "." + gate + "BiasVector", outputs);
      }
    }
    if (params.getHasPeepholeVectors()) {
      for (String gate : List.of("inputGate", "forgetGate", "outputGate")) {
        vector(prefix + "." + gate + "PeepholeVector", outputs);
      }
    }
  }

  private void layerNormalization(LayerNormalizationLayerParams norm) {
    List<Long> shape = norm.getNormalizedShapeList();
    // The format takes only float32 here.
    add("gamma", shape, 0, 0, true, true);
    add("beta", shape, 0, 0, true, true);
  }

  private void activations(String field, List<ActivationParams> activations) {
    for (int i = 0; i < activations.size(); i++) {
      activation(field + "[" + i + "].", activations.get(i));
    }
  }

  private void activation(String prefix, ActivationParams activation) {
    switch (activation.getNonlinearityTypeCase()) {
      case PRELU -> freeVector(prefix + "PReLU.alpha", 1);
      case PARAMETRICSOFTPLUS -> {
        freeVector(prefix + "parametricSoftplus.alpha", 1);
        freeVector(prefix + "parametricSoftplus.beta", 1);
      }
      default -> {
        // The other activations have numbers of their own, no weights.
      }
    }
  }

  /** Only the custom layer knows the shapes of its weights, so they stay flat and as stored. */
  private void custom(CustomLayerParams custom) {
    for (int i = 0; i < custom.getWeightsCount(); i++) {
      freeVector("weights[" + i + "]", 0);
    }
  }

  private static boolean isVector(List<Long> shape) {
    int longAxes = 0;
    for (long length : shape) {
      longAxes += length > 1 ? 1 : 0;
    }
    return longAxes <= 1;
  }

  private void matrix(String name, int axis, long legalScales, List<Long> dimensions) {
    add(name, dimensions, axis, legalScales, false, true);
  }

  private void vector(String name, long length) {
    add(name, List.of(length), 0, 1, true, true);
  }

  /** The rule of the older constant layers: scales along the channels of [C, H, W], or one. */
  private void shaped(String name, List<Long> shape, boolean isVector) {
    long legalScales = shape.size() == 3 && shape.get(0) > 1 ? shape.get(0) : 1;
    add(name, shape, 0, legalScales, isVector, true);
  }

  /** A vector whose length nothing but its values says. */
  private void freeVector(String name, long legalScales) {
    WeightParams params = Located.find(layer, type, name).params();
    add(name, List.of(storedCount(params)), 0, legalScales, true, true);
  }

  private static long storedCount(WeightParams params) {
    return switch (StoredValues.of(params)) {
      case FLOAT32 -> params.getFloatValueCount();
      case FLOAT16 -> params.getFloat16Value().size() / 2;
      case INT8 -> params.getInt8RawValue().size();
      case QUANTIZED -> {
        long bits = params.getQuantization().getNumberOfBits();
        yield bits < 1 || bits > 8 ? 0 : params.getRawValue().size() * 8L / bits;
      }
      case NONE, SEVERAL -> 0;
    };
  }

  private void add(
      String name,
      List<Long> dimensions,
      int axis,
      long legalScales,
      boolean isVector,
      boolean isRequired) {
    Located located = Located.find(layer, type, name);
    fields.add(
        new WeightField(
            located.steps(),
            name,
            dimensions,
            axis,
            legalScales,
            isVector,
            isRequired,
            located.params()));
  }

  /** A weight field found by its name below the layer's type, such as {@code a[1].b}. */
  private record Located(List<FieldStep> steps, WeightParams params) {
    static Located find(NeuralNetworkLayer layer, FieldDescriptor type, String name) {
      List<FieldStep> steps = new ArrayList<>();
      steps.add(FieldStep.into(type.getNumber()));
      Message message = (Message) layer.getField(type);
      for (String part : name.split("\\.", -1)) {
        int bracket = part.indexOf('[');
        String fieldName = bracket < 0 ? part : part.substring(0, bracket);
        FieldDescriptor field = message.getDescriptorForType().findFieldByName(fieldName);
        if (bracket < 0) {
          steps.add(FieldStep.into(field.getNumber()));
          message = (Message) message.getField(field);
        } else {
          int index = Integer.parseInt(part.substring(bracket + 1, part.length() - 1));
          steps.add(new FieldStep(field.getNumber(), index));
          message = (Message) message.getRepeatedField(field, index);
        }
      }
      return new Located(steps, (WeightParams) message);
    }
  }
}
