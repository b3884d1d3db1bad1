package org.quantsweep.inference.onnx.network;

import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quantsweep.proto.coreml.ActivationParams;
import org.quantsweep.proto.coreml.BorderAmounts;
import org.quantsweep.proto.coreml.ConvolutionLayerParams;
import org.quantsweep.proto.coreml.GRULayerParams;
import org.quantsweep.proto.coreml.GeluLayerParams;
import org.quantsweep.proto.coreml.LSTMWeightParams;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.Pooling3DLayerParams;
import org.quantsweep.proto.coreml.PoolingLayerParams;
import org.quantsweep.proto.coreml.ReduceLayerParams;
import org.quantsweep.proto.coreml.ReorganizeDataLayerParams;
import org.quantsweep.proto.coreml.ReshapeLayerParams;
import org.quantsweep.proto.coreml.SamePadding;
import org.quantsweep.proto.coreml.SamplingMode;
import org.quantsweep.proto.coreml.SliceLayerParams;
import org.quantsweep.proto.coreml.UnaryFunctionLayerParams;
import org.quantsweep.proto.coreml.UpsampleLayerParams;

/** The layers of the cases of {@code make_layer_fixtures.py}, by the name of the case. */
final class LayerDefinitions {
  /** Sets a layer's parameters; weights come from the case. */
  interface Definition {
    void define(NeuralNetworkLayer.Builder layer, LayerFixture fixture);
  }

  private final Map<String, Definition> byCase = new TreeMap<>();

  private LayerDefinitions() {}

  static Map<String, Definition> byCase() {
    LayerDefinitions definitions = new LayerDefinitions();
    definitions.convolutions();
    definitions.deconvolutions();
    definitions.poolings();
    definitions.volumes();
    definitions.spatial();
    definitions.norms();
    definitions.products();
    definitions.recurrents();
    definitions.reductions();
    definitions.logic();
    definitions.shapes();
    definitions.slices();
    definitions.functions();
    definitions.activations();
    return definitions.byCase;
  }

  private void add(String name, Definition definition) {
    byCase.put(name, definition);
  }

  private static BorderAmounts border(int top, int bottom, int left, int right) {
    BorderAmounts.Builder border = BorderAmounts.newBuilder();
    border.addBorderAmountsBuilder().setStartEdgeSize(top).setEndEdgeSize(bottom);
    border.addBorderAmountsBuilder().setStartEdgeSize(left).setEndEdgeSize(right);
    return border.build();
  }

  private static SamePadding same(String name) {
    return SamePadding.newBuilder()
        .setAsymmetryMode(
            name.contains("top left")
                ? SamePadding.SamePaddingMode.TOP_LEFT_HEAVY
                : SamePadding.SamePaddingMode.BOTTOM_RIGHT_HEAVY)
        .build();
  }

  private static ConvolutionLayerParams.Builder convolution(
      NeuralNetworkLayer.Builder layer,
      LayerFixture fixture,
      long channels,
      long kernelChannels,
      long height,
      long width,
      long stride) {
    ConvolutionLayerParams.Builder conv =
        layer
            .getConvolutionBuilder()
            .setOutputChannels(channels)
            .setKernelChannels(kernelChannels)
            .setNGroups(1)
            .addAllKernelSize(List.of(height, width))
            .addAllStride(List.of(stride, stride))
            .addAllDilationFactor(List.of(1L, 1L))
            .setWeights(fixture.weights("weights"));
    conv.getValidBuilder();
    if (fixture.arrays().containsKey(fixture.name() + "/bias")) {
      conv.setHasBias(true).setBias(fixture.weights("bias"));
    }
    return conv;
  }

  private void convolutions() {
    add(
        "convolution valid",
        (layer, fixture) ->
            convolution(layer, fixture, 3, 2, 3, 2, 1)
                .setStride(0, 2)
                .getValidBuilder()
                .setPaddingAmounts(border(1, 0, 0, 2)));
    for (String mode : List.of("bottom right", "top left")) {
      add(
          "convolution same " + mode,
          (layer, fixture) -> convolution(layer, fixture, 2, 2, 3, 3, 2).setSame(same(mode)));
    }
    add(
        "convolution groups dilation",
        (layer, fixture) ->
            convolution(layer, fixture, 4, 2, 3, 3, 1)
                .setNGroups(2)
                .setDilationFactor(0, 2)
                .setDilationFactor(1, 2)
                .setSame(same("")));
    add("convolution of five axes", (layer, fixture) -> convolution(layer, fixture, 3, 2, 3, 3, 1));
  }

  private void deconvolutions() {
    add(
        "deconvolution valid",
        (layer, fixture) ->
            convolution(layer, fixture, 3, 2, 3, 3, 2)
                .setIsDeconvolution(true)
                .getValidBuilder()
                .setPaddingAmounts(border(1, 0, 0, 2)));
    for (String mode : List.of("bottom right", "top left")) {
      add(
          "deconvolution same " + mode,
          (layer, fixture) ->
              convolution(layer, fixture, 3, 2, 3, 3, 2)
                  .setIsDeconvolution(true)
                  .setSame(same(mode)));
    }
    add(
        "deconvolution same small kernel",
        (layer, fixture) ->
            convolution(layer, fixture, 3, 2, 1, 1, 2).setIsDeconvolution(true).setSame(same("")));
    add(
        "deconvolution output shape",
        (layer, fixture) ->
            convolution(layer, fixture, 3, 2, 3, 3, 2)
                .setIsDeconvolution(true)
                .addAllOutputShape(List.of(6L, 7L)));
    add(
        "deconvolution groups",
        (layer, fixture) ->
            convolution(layer, fixture, 2, 4, 2, 2, 2).setIsDeconvolution(true).setNGroups(2));
  }

  private static PoolingLayerParams.Builder pooling(
      NeuralNetworkLayer.Builder layer,
      PoolingLayerParams.PoolingType type,
      long height,
      long width,
      long stride) {
    return layer
        .getPoolingBuilder()
        .setType(type)
        .addAllKernelSize(List.of(height, width))
        .addAllStride(List.of(stride, stride));
  }

  private void poolings() {
    PoolingLayerParams.PoolingType max = PoolingLayerParams.PoolingType.MAX;
    PoolingLayerParams.PoolingType average = PoolingLayerParams.PoolingType.AVERAGE;
    add(
        "pooling max valid",
        (layer, fixture) ->
            pooling(layer, max, 3, 2, 2).getValidBuilder().setPaddingAmounts(border(1, 1, 0, 1)));
    add(
        "pooling max last pixel",
        (layer, fixture) ->
            pooling(layer, max, 2, 2, 2)
                .getIncludeLastPixelBuilder()
                .addAllPaddingAmounts(List.of(0L, 0L)));
    for (String mode : List.of("bottom right", "top left")) {
      add(
          "pooling max same " + mode,
          (layer, fixture) -> pooling(layer, max, 4, 4, 2).setSame(same(mode)));
    }
    add(
        "pooling l2",
        (layer, fixture) ->
            pooling(layer, PoolingLayerParams.PoolingType.L2, 2, 2, 1).getValidBuilder());
    add(
        "pooling global average",
        (layer, fixture) ->
            pooling(layer, average, 3, 3, 1).setGlobalPooling(true).getValidBuilder());
    add(
        "pooling global max",
        (layer, fixture) -> pooling(layer, max, 3, 3, 1).setGlobalPooling(true).getValidBuilder());
    for (boolean exclude : List.of(true, false)) {
      String word = exclude ? "without padding" : "with padding";
      add(
          "pooling average valid " + word,
          (layer, fixture) ->
              pooling(layer, average, 3, 3, 2)
                  .setAvgPoolExcludePadding(exclude)
                  .getValidBuilder()
                  .setPaddingAmounts(border(1, 1, 1, 1)));
      add(
          "pooling average last pixel " + word,
          (layer, fixture) ->
              pooling(layer, average, 3, 3, 2)
                  .setAvgPoolExcludePadding(exclude)
                  .getIncludeLastPixelBuilder()
                  .addAllPaddingAmounts(List.of(1L, 1L)));
      add(
          "pooling average last pixel cut " + word,
          (layer, fixture) ->
              pooling(layer, average, 2, 2, 2)
                  .setAvgPoolExcludePadding(exclude)
                  .getIncludeLastPixelBuilder()
                  .addAllPaddingAmounts(List.of(1L, 1L)));
    }
  }

  private void volumes() {
    add(
        "convolution of volumes",
        (layer, fixture) ->
            layer
                .getConvolution3DBuilder()
                .setOutputChannels(2)
                .setInputChannels(2)
                .setNGroups(1)
                .setKernelDepth(2)
                .setKernelHeight(3)
                .setKernelWidth(2)
                .setStrideDepth(2)
                .setStrideHeight(1)
                .setStrideWidth(1)
                .setDilationDepth(1)
                .setDilationHeight(1)
                .setDilationWidth(1)
                .setPaddingTypeValue(0)
                .setCustomPaddingFront(1)
                .setCustomPaddingBottom(1)
                .setHasBias(true)
                .setWeights(fixture.weights("weights"))
                .setBias(fixture.weights("bias")));
    add(
        "pooling of volumes max same",
        (layer, fixture) -> pooling3d(layer, 1).setTypeValue(0).setPaddingTypeValue(2));
    add(
        "pooling of volumes average",
        (layer, fixture) -> pooling3d(layer, 2).setTypeValue(1).setPaddingTypeValue(1));
    add(
        "pooling of volumes global",
        (layer, fixture) -> layer.getGlobalPooling3DBuilder().setTypeValue(1));
  }

  private static Pooling3DLayerParams.Builder pooling3d(
      NeuralNetworkLayer.Builder layer, int stride) {
    return layer
        .getPooling3DBuilder()
        .setKernelDepth(2)
        .setKernelHeight(2)
        .setKernelWidth(2)
        .setStrideDepth(stride)
        .setStrideHeight(stride)
        .setStrideWidth(stride);
  }

  private static UpsampleLayerParams.Builder upsample(
      NeuralNetworkLayer.Builder layer, UpsampleLayerParams.InterpolationMode mode) {
    return layer.getUpsampleBuilder().setMode(mode).addAllScalingFactor(List.of(2L, 3L));
  }

  private void spatial() {
    add(
        "padding constant",
        (layer, fixture) ->
            layer
                .getPaddingBuilder()
                .setPaddingAmounts(border(2, 0, 1, 3))
                .getConstantBuilder()
                .setValue(7));
    add(
        "padding reflection",
        (layer, fixture) ->
            layer.getPaddingBuilder().setPaddingAmounts(border(2, 0, 2, 1)).getReflectionBuilder());
    add(
        "padding replication",
        (layer, fixture) ->
            layer
                .getPaddingBuilder()
                .setPaddingAmounts(border(2, 0, 2, 1))
                .getReplicationBuilder());
    add(
        "constant pad",
        (layer, fixture) ->
            layer
                .getConstantPadBuilder()
                .setValue(-1)
                .addAllPadAmounts(List.of(0L, 1L, 0L, 0L, 2L, 1L)));
    add(
        "constant pad to size",
        (layer, fixture) ->
            layer
                .getConstantPadBuilder()
                .setPadToGivenOutputSizeMode(true)
                .addAllPadAmounts(List.of(0L, 5L, 7L, 0L)));
    add(
        "upsample nearest",
        (layer, fixture) -> upsample(layer, UpsampleLayerParams.InterpolationMode.NN));
    add(
        "upsample aligned corners",
        (layer, fixture) ->
            upsample(layer, UpsampleLayerParams.InterpolationMode.BILINEAR)
                .setLinearUpsampleMode(UpsampleLayerParams.LinearUpsampleMode.ALIGN_CORNERS_TRUE));
    add(
        "upsample half pixels",
        (layer, fixture) ->
            upsample(layer, UpsampleLayerParams.InterpolationMode.BILINEAR)
                .setLinearUpsampleMode(UpsampleLayerParams.LinearUpsampleMode.ALIGN_CORNERS_FALSE));
    add(
        "upsample default",
        (layer, fixture) -> upsample(layer, UpsampleLayerParams.InterpolationMode.BILINEAR));
    Map<String, SamplingMode.Method> methods =
        Map.of(
            "strict", SamplingMode.Method.STRICT_ALIGN_ENDPOINTS_MODE,
            "align", SamplingMode.Method.ALIGN_ENDPOINTS_MODE,
            "upsample", SamplingMode.Method.UPSAMPLE_MODE,
            "roi", SamplingMode.Method.ROI_ALIGN_MODE);
    methods.forEach(
        (name, method) ->
            add(
                "resize bilinear " + name,
                (layer, fixture) ->
                    layer
                        .getResizeBilinearBuilder()
                        .addAllTargetSize(List.of(5L, 3L))
                        .setMode(SamplingMode.newBuilder().setSamplingMethod(method))));
    add(
        "resize bilinear align one",
        (layer, fixture) ->
            layer
                .getResizeBilinearBuilder()
                .addAllTargetSize(List.of(1L, 1L))
                .setMode(
                    SamplingMode.newBuilder()
                        .setSamplingMethod(SamplingMode.Method.ALIGN_ENDPOINTS_MODE)));
    Map<String, ReorganizeDataLayerParams.ReorganizationType> kinds =
        Map.of(
            "depth to space", ReorganizeDataLayerParams.ReorganizationType.DEPTH_TO_SPACE,
            "space to depth", ReorganizeDataLayerParams.ReorganizationType.SPACE_TO_DEPTH,
            "pixel shuffle", ReorganizeDataLayerParams.ReorganizationType.PIXEL_SHUFFLE);
    kinds.forEach(
        (name, kind) ->
            add(
                name,
                (layer, fixture) ->
                    layer.getReorganizeDataBuilder().setMode(kind).setBlockSize(2)));
    add(
        "crop by amounts",
        (layer, fixture) -> layer.getCropBuilder().setCropAmounts(border(1, 2, 0, 1)));
    add("crop to second", (layer, fixture) -> layer.getCropBuilder().addAllOffset(List.of(2L, 1L)));
  }

  private void norms() {
    add(
        "batchnorm default epsilon",
        (layer, fixture) ->
            layer
                .getBatchnormBuilder()
                .setChannels(3)
                .setGamma(fixture.weights("gamma"))
                .setBeta(fixture.weights("beta"))
                .setMean(fixture.weights("mean"))
                .setVariance(fixture.weights("variance")));
    add(
        "batchnorm instance",
        (layer, fixture) ->
            layer
                .getBatchnormBuilder()
                .setChannels(3)
                .setEpsilon(1e-5f)
                .setComputeMeanVar(true)
                .setInstanceNormalization(true)
                .setGamma(fixture.weights("gamma"))
                .setBeta(fixture.weights("beta")));
    add("mvn within", (layer, fixture) -> layer.getMvnBuilder().setNormalizeVariance(true));
    add(
        "mvn across",
        (layer, fixture) ->
            layer
                .getMvnBuilder()
                .setAcrossChannels(true)
                .setNormalizeVariance(true)
                .setEpsilon(1e-3f));
    add("mvn mean only", (layer, fixture) -> layer.getMvnBuilder());
    add("l2 normalize", (layer, fixture) -> layer.getL2NormalizeBuilder());
    add(
        "lrn",
        (layer, fixture) ->
            layer.getLrnBuilder().setAlpha(0.3f).setBeta(0.75f).setLocalSize(3).setK(2));
    add(
        "layer normalization",
        (layer, fixture) ->
            layer
                .getLayerNormalizationBuilder()
                .addAllNormalizedShape(List.of(3L, 4L))
                .setEps(0.01f)
                .setGamma(fixture.weights("gamma"))
                .setBeta(fixture.weights("beta")));
    add(
        "scale",
        (layer, fixture) ->
            layer
                .getScaleBuilder()
                .addShapeScale(3)
                .setScale(fixture.weights("scale"))
                .setHasBias(true)
                .addAllShapeBias(List.of(3L, 2L, 2L))
                .setBias(fixture.weights("bias")));
    add(
        "bias",
        (layer, fixture) ->
            layer
                .getBiasBuilder()
                .addAllShape(List.of(3L, 2L, 2L))
                .setBias(fixture.weights("bias")));
  }

  private void products() {
    for (int rank = 1; rank <= 5; rank++) {
      add(
          "inner product rank " + rank,
          (layer, fixture) ->
              layer
                  .getInnerProductBuilder()
                  .setInputChannels(8)
                  .setOutputChannels(3)
                  .setHasBias(true)
                  .setWeights(fixture.weights("weights"))
                  .setBias(fixture.weights("bias")));
    }
    add("batched product", (layer, fixture) -> layer.getBatchedMatmulBuilder().setTransposeB(true));
    add(
        "batched product weights",
        (layer, fixture) ->
            layer
                .getBatchedMatmulBuilder()
                .setWeightMatrixFirstDimension(4)
                .setWeightMatrixSecondDimension(5)
                .setHasBias(true)
                .setWeights(fixture.weights("weights"))
                .setBias(fixture.weights("bias")));
    add("dot", (layer, fixture) -> layer.getDotBuilder());
    add("cosine", (layer, fixture) -> layer.getDotBuilder().setCosineSimilarity(true));
    add(
        "embedding",
        (layer, fixture) ->
            layer
                .getEmbeddingBuilder()
                .setInputDim(7)
                .setOutputChannels(3)
                .setHasBias(true)
                .setWeights(fixture.weights("weights"))
                .setBias(fixture.weights("bias")));
    add(
        "embedding nd",
        (layer, fixture) ->
            layer
                .getEmbeddingNDBuilder()
                .setVocabSize(7)
                .setEmbeddingSize(3)
                .setWeights(fixture.weights("weights")));
    add("gather", (layer, fixture) -> layer.getGatherBuilder().setAxis(1));
    add("gather along axis", (layer, fixture) -> layer.getGatherAlongAxisBuilder().setAxis(-2));
    add("gather nd", (layer, fixture) -> layer.getGatherNDBuilder());
    add(
        "sliding windows",
        (layer, fixture) ->
            layer.getSlidingWindowsBuilder().setAxis(1).setWindowSize(2).setStep(1));
    add(
        "one hot",
        (layer, fixture) ->
            layer
                .getOneHotBuilder()
                .setOneHotVectorSize(4)
                .setAxis(0)
                .setOnValue(5)
                .setOffValue(-1));
  }

  private static ActivationParams sigmoid() {
    ActivationParams.Builder activation = ActivationParams.newBuilder();
    activation.getSigmoidBuilder();
    return activation.build();
  }

  private static ActivationParams tanh() {
    ActivationParams.Builder activation = ActivationParams.newBuilder();
    activation.getTanhBuilder();
    return activation.build();
  }

  private static LSTMWeightParams lstmWeights(LayerFixture fixture, String prefix, boolean peep) {
    LSTMWeightParams.Builder weights = LSTMWeightParams.newBuilder();
    for (FieldDescriptor field : LSTMWeightParams.getDescriptor().getFields()) {
      if (peep || !field.getName().endsWith("PeepholeVector")) {
        weights.setField(field, fixture.weights(prefix + field.getName()));
      }
    }
    return weights.build();
  }

  private void recurrents() {
    add(
        "recurrent",
        (layer, fixture) ->
            layer
                .getSimpleRecurrentBuilder()
                .setInputVectorSize(3)
                .setOutputVectorSize(2)
                .setSequenceOutput(true)
                .setHasBiasVector(true)
                .setWeightMatrix(fixture.weights("weightMatrix"))
                .setRecursionMatrix(fixture.weights("recursionMatrix"))
                .setBiasVector(fixture.weights("biasVector"))
                .getActivationBuilder()
                .getSigmoidHardBuilder()
                .setAlpha(0.2f)
                .setBeta(0.5f));
    add(
        "gru backwards",
        (layer, fixture) -> {
          GRULayerParams.Builder gru =
              layer
                  .getGruBuilder()
                  .setInputVectorSize(3)
                  .setOutputVectorSize(2)
                  .setReverseInput(true)
                  .setHasBiasVectors(true)
                  .addAllActivations(List.of(sigmoid(), tanh()));
          for (FieldDescriptor field : GRULayerParams.getDescriptor().getFields()) {
            if (field.getName().contains("Gate")) {
              gru.setField(field, fixture.weights(field.getName()));
            }
          }
        });
    add(
        "lstm with states and peepholes",
        (layer, fixture) ->
            layer
                .getUniDirectionalLSTMBuilder()
                .setInputVectorSize(3)
                .setOutputVectorSize(2)
                .addAllActivations(List.of(sigmoid(), tanh(), tanh()))
                .setWeightParams(lstmWeights(fixture, "", true))
                .getParamsBuilder()
                .setSequenceOutput(true)
                .setHasBiasVectors(true)
                .setForgetBias(true)
                .setHasPeepholeVectors(true));
    for (boolean sequence : List.of(true, false)) {
      add(
          "lstm both ways" + (sequence ? " sequence" : ""),
          (layer, fixture) ->
              layer
                  .getBiDirectionalLSTMBuilder()
                  .setInputVectorSize(3)
                  .setOutputVectorSize(2)
                  .addAllActivationsForwardLSTM(List.of(sigmoid(), tanh(), tanh()))
                  .addAllActivationsBackwardLSTM(List.of(sigmoid(), tanh(), tanh()))
                  .addWeightParams(lstmWeights(fixture, "forward_", false))
                  .addWeightParams(lstmWeights(fixture, "backward_", false))
                  .getParamsBuilder()
                  .setSequenceOutput(sequence)
                  .setHasBiasVectors(true));
    }
  }

  private void reductions() {
    for (ReduceLayerParams.ReduceOperation operation : ReduceLayerParams.ReduceOperation.values()) {
      ReduceLayerParams.ReduceAxis axis =
          operation == ReduceLayerParams.ReduceOperation.ARGMAX
              ? ReduceLayerParams.ReduceAxis.C
              : ReduceLayerParams.ReduceAxis.HW;
      if (operation != ReduceLayerParams.ReduceOperation.UNRECOGNIZED) {
        add(
            "reduce " + operation,
            (layer, fixture) -> layer.getReduceBuilder().setMode(operation).setAxis(axis));
      }
    }

    add("reduceL1", (layer, fixture) -> layer.getReduceL1Builder().addAxes(-2));
    add("reduceL2", (layer, fixture) -> layer.getReduceL2Builder().addAxes(-2));
    add("reduceMax", (layer, fixture) -> layer.getReduceMaxBuilder().addAxes(-2));
    add("reduceMin", (layer, fixture) -> layer.getReduceMinBuilder().addAxes(-2));
    add("reduceSum", (layer, fixture) -> layer.getReduceSumBuilder().addAxes(-2));
    add("reduceProd", (layer, fixture) -> layer.getReduceProdBuilder().addAxes(-2));
    add("reduceMean", (layer, fixture) -> layer.getReduceMeanBuilder().addAxes(-2));
    add("reduceLogSum", (layer, fixture) -> layer.getReduceLogSumBuilder().addAxes(-2));
    add("reduceSumSquare", (layer, fixture) -> layer.getReduceSumSquareBuilder().addAxes(-2));
    add("reduceLogSumExp", (layer, fixture) -> layer.getReduceLogSumExpBuilder().addAxes(-2));

    add("arg max", (layer, fixture) -> layer.getArgMaxBuilder().setAxis(-1).setRemoveDim(true));
    add("arg min", (layer, fixture) -> layer.getArgMinBuilder().setAxis(1));
    add("top k", (layer, fixture) -> layer.getTopKBuilder().setAxis(-1).setK(2));
    add(
        "bottom k",
        (layer, fixture) -> layer.getTopKBuilder().setAxis(-1).setK(2).setUseBottomK(true));
    add("arg sort", (layer, fixture) -> layer.getArgSortBuilder().setAxis(0));
    add("cum sum", (layer, fixture) -> layer.getCumSumBuilder().setAxis(0));
    add(
        "cum sum exclusive reverse",
        (layer, fixture) ->
            layer.getCumSumBuilder().setAxis(-1).setExcludeFinalSum(true).setReverse(true));
  }

  private void logic() {
    add("equal", (layer, fixture) -> layer.getEqualBuilder());
    add("equal alpha", (layer, fixture) -> layer.getEqualBuilder().setAlpha(2));
    add("notEqual", (layer, fixture) -> layer.getNotEqualBuilder());
    add("notEqual alpha", (layer, fixture) -> layer.getNotEqualBuilder().setAlpha(2));
    add("lessThan", (layer, fixture) -> layer.getLessThanBuilder());
    add("lessThan alpha", (layer, fixture) -> layer.getLessThanBuilder().setAlpha(2));
    add("lessEqual", (layer, fixture) -> layer.getLessEqualBuilder());
    add("lessEqual alpha", (layer, fixture) -> layer.getLessEqualBuilder().setAlpha(2));
    add("greaterThan", (layer, fixture) -> layer.getGreaterThanBuilder());
    add("greaterThan alpha", (layer, fixture) -> layer.getGreaterThanBuilder().setAlpha(2));
    add("greaterEqual", (layer, fixture) -> layer.getGreaterEqualBuilder());
    add("greaterEqual alpha", (layer, fixture) -> layer.getGreaterEqualBuilder().setAlpha(2));
    add("logicalAnd", (layer, fixture) -> layer.getLogicalAndBuilder());
    add("logicalOr", (layer, fixture) -> layer.getLogicalOrBuilder());
    add("logicalXor", (layer, fixture) -> layer.getLogicalXorBuilder());
    add("logicalNot", (layer, fixture) -> layer.getLogicalNotBuilder());
    add("band", (layer, fixture) -> layer.getMatrixBandPartBuilder().setNumLower(1).setNumUpper(0));
    add("lower triangle", (layer, fixture) -> layer.getLowerTriangularBuilder().setK(1));
    add("upper triangle", (layer, fixture) -> layer.getUpperTriangularBuilder().setK(-1));
    add("where", (layer, fixture) -> layer.getWhereBroadcastableBuilder());
  }

  private void shapes() {
    add("flatten channel first", (layer, fixture) -> layer.getFlattenBuilder());
    add("flatten channel last", (layer, fixture) -> layer.getFlattenBuilder().setModeValue(1));
    add("flatten to 2d", (layer, fixture) -> layer.getFlattenTo2DBuilder().setAxis(1));
    add(
        "reshape static",
        (layer, fixture) ->
            layer.getReshapeStaticBuilder().addAllTargetShape(List.of(2L, -1L, 2L)));
    add(
        "rank preserving reshape",
        (layer, fixture) ->
            layer.getRankPreservingReshapeBuilder().addAllTargetShape(List.of(-1L, 1L, 0L)));
    add("reshape like", (layer, fixture) -> layer.getReshapeLikeBuilder());
    add(
        "transpose",
        (layer, fixture) -> layer.getTransposeBuilder().addAllAxes(List.of(2L, 0L, 1L)));
    add("tile", (layer, fixture) -> layer.getTileBuilder().addReps(3));
    add(
        "broadcast to static",
        (layer, fixture) ->
            layer.getBroadcastToStaticBuilder().addAllTargetShape(List.of(2L, 2L, 5L, 4L)));
    add("broadcast to like", (layer, fixture) -> layer.getBroadcastToLikeBuilder());
    add(
        "fill static",
        (layer, fixture) ->
            layer.getFillStaticBuilder().setValue(1.5f).addAllTargetShape(List.of(2L, 3L)));
    add("fill like", (layer, fixture) -> layer.getFillLikeBuilder().setValue(2.5f));
    add("get shape", (layer, fixture) -> layer.getGetShapeBuilder());
    add("squeeze", (layer, fixture) -> layer.getSqueezeBuilder().addAxes(1));
    add("squeeze all", (layer, fixture) -> layer.getSqueezeBuilder().setSqueezeAll(true));
    add(
        "expand dims",
        (layer, fixture) -> layer.getExpandDimsBuilder().addAllAxes(List.of(0L, -1L)));
    add(
        "load constant",
        (layer, fixture) ->
            layer
                .getLoadConstantBuilder()
                .addAllShape(List.of(2L, 3L, 4L))
                .setData(fixture.weights("data")));
    add(
        "load constant nd",
        (layer, fixture) ->
            layer
                .getLoadConstantNDBuilder()
                .addAllShape(List.of(3L, 4L))
                .setData(fixture.weights("data")));
    add(
        "old permute",
        (layer, fixture) -> layer.getPermuteBuilder().addAllAxis(List.of(0L, 3L, 1L, 2L)));
    add(
        "old reshape channel last",
        (layer, fixture) ->
            layer
                .getReshapeBuilder()
                .addAllTargetShape(List.of(6L, 2L, 2L))
                .setMode(ReshapeLayerParams.ReshapeOrder.CHANNEL_LAST));
    add(
        "old reshape channel first",
        (layer, fixture) -> layer.getReshapeBuilder().addAllTargetShape(List.of(4L, 3L, 2L)));
  }

  private void slices() {
    add("concat channels", (layer, fixture) -> layer.getConcatBuilder());
    add("concat nd", (layer, fixture) -> layer.getConcatNDBuilder().setAxis(-2));
    add(
        "concat nd interleaved",
        (layer, fixture) -> layer.getConcatNDBuilder().setAxis(1).setInterleave(true));
    add("stack", (layer, fixture) -> layer.getStackBuilder().setAxis(-1));
    add("split", (layer, fixture) -> layer.getSplitBuilder().setNOutputs(2));
    add(
        "split nd",
        (layer, fixture) ->
            layer.getSplitNDBuilder().setAxis(-1).addAllSplitSizes(List.of(1L, 3L)));
    add(
        "slice",
        (layer, fixture) ->
            layer
                .getSliceBuilder()
                .setStartIndex(1)
                .setEndIndex(-1)
                .setStride(2)
                .setAxis(SliceLayerParams.SliceAxis.WIDTH_AXIS));
    add(
        "slice static",
        (layer, fixture) ->
            layer
                .getSliceStaticBuilder()
                .addAllBeginIds(List.of(1L, 1L, 0L))
                .addAllEndIds(List.of(0L, 3L, -1L))
                .addAllStrides(List.of(1L, 2L, 2L))
                .addAllBeginMasks(List.of(true, false, false))
                .addAllEndMasks(List.of(true, true, true))
                .addAllSqueezeMasks(List.of(false, true, false)));
    add(
        "slice static backwards",
        (layer, fixture) ->
            layer
                .getSliceStaticBuilder()
                .addAllBeginIds(List.of(1L, 2L, 0L))
                .addAllEndIds(List.of(2L, 0L, 0L))
                .addAllStrides(List.of(1L, -1L, -2L))
                .addAllBeginMasks(List.of(false, false, true))
                .addAllEndMasks(List.of(false, false, true))
                .addAllSqueezeMasks(List.of(false, false, false)));
    add(
        "reverse",
        (layer, fixture) -> layer.getReverseBuilder().addAllReverseDim(List.of(true, false, true)));
  }

  private void functions() {
    add("ceil", (layer, fixture) -> layer.getCeilBuilder());
    add("floor", (layer, fixture) -> layer.getFloorBuilder());
    add("sign", (layer, fixture) -> layer.getSignBuilder());
    add("round", (layer, fixture) -> layer.getRoundBuilder());
    add("sin", (layer, fixture) -> layer.getSinBuilder());
    add("cos", (layer, fixture) -> layer.getCosBuilder());
    add("tan", (layer, fixture) -> layer.getTanBuilder());
    add("atan", (layer, fixture) -> layer.getAtanBuilder());
    add("sinh", (layer, fixture) -> layer.getSinhBuilder());
    add("cosh", (layer, fixture) -> layer.getCoshBuilder());
    add("tanh", (layer, fixture) -> layer.getTanhBuilder());
    add("asinh", (layer, fixture) -> layer.getAsinhBuilder());
    add("erf", (layer, fixture) -> layer.getErfBuilder());
    add("exp2", (layer, fixture) -> layer.getExp2Builder());
    add("asin", (layer, fixture) -> layer.getAsinBuilder());
    add("acos", (layer, fixture) -> layer.getAcosBuilder());
    add("atanh", (layer, fixture) -> layer.getAtanhBuilder());
    add("acosh", (layer, fixture) -> layer.getAcoshBuilder());
    add("modBroadcastable", (layer, fixture) -> layer.getModBroadcastableBuilder());
    add("floorDivBroadcastable", (layer, fixture) -> layer.getFloorDivBroadcastableBuilder());
    add("addBroadcastable", (layer, fixture) -> layer.getAddBroadcastableBuilder());
    add("subtractBroadcastable", (layer, fixture) -> layer.getSubtractBroadcastableBuilder());
    add("multiplyBroadcastable", (layer, fixture) -> layer.getMultiplyBroadcastableBuilder());
    add("divideBroadcastable", (layer, fixture) -> layer.getDivideBroadcastableBuilder());
    add("maxBroadcastable", (layer, fixture) -> layer.getMaxBroadcastableBuilder());
    add("minBroadcastable", (layer, fixture) -> layer.getMinBroadcastableBuilder());
    add("powBroadcastable", (layer, fixture) -> layer.getPowBroadcastableBuilder());
    add(
        "gelu exact",
        (layer, fixture) -> layer.getGeluBuilder().setMode(GeluLayerParams.GeluMode.EXACT));
    add(
        "gelu tanh",
        (layer, fixture) ->
            layer.getGeluBuilder().setMode(GeluLayerParams.GeluMode.TANH_APPROXIMATION));
    add(
        "gelu sigmoid",
        (layer, fixture) ->
            layer.getGeluBuilder().setMode(GeluLayerParams.GeluMode.SIGMOID_APPROXIMATION));
    add("clip", (layer, fixture) -> layer.getClipBuilder().setMinVal(-0.75f).setMaxVal(1.25f));
    add(
        "clampedReLU",
        (layer, fixture) -> layer.getClampedReLUBuilder().setAlpha(0.5f).setBeta(1.25f));
    for (UnaryFunctionLayerParams.Operation operation :
        UnaryFunctionLayerParams.Operation.values()) {
      if (operation != UnaryFunctionLayerParams.Operation.UNRECOGNIZED) {
        add(
            "unary " + operation,
            (layer, fixture) ->
                layer
                    .getUnaryBuilder()
                    .setType(operation)
                    .setAlpha(3)
                    .setScale(2)
                    .setShift(1.0078125f));
      }
    }
    add("add alpha", (layer, fixture) -> layer.getAddBuilder().setAlpha(1.5f));
    add("multiply three", (layer, fixture) -> layer.getMultiplyBuilder());
    add("average", (layer, fixture) -> layer.getAverageBuilder());
    add("max", (layer, fixture) -> layer.getMaxBuilder());
    add("min", (layer, fixture) -> layer.getMinBuilder());
    add("softmax", (layer, fixture) -> layer.getSoftmaxBuilder());
    add("softmax nd", (layer, fixture) -> layer.getSoftmaxNDBuilder().setAxis(-1));
  }

  private void activation(
      String name, java.util.function.BiConsumer<ActivationParams.Builder, LayerFixture> kind) {
    add(
        "activation " + name,
        (layer, fixture) -> kind.accept(layer.getActivationBuilder(), fixture));
  }

  private void activations() {
    activation("linear", (a, fixture) -> a.getLinearBuilder().setAlpha(2).setBeta(0.5f));
    activation("ReLU", (a, fixture) -> a.getReLUBuilder());
    activation("leakyReLU", (a, fixture) -> a.getLeakyReLUBuilder().setAlpha(0.2f));
    activation("thresholdedReLU", (a, fixture) -> a.getThresholdedReLUBuilder().setAlpha(1));
    activation("tanh", (a, fixture) -> a.getTanhBuilder());
    activation("scaledTanh", (a, fixture) -> a.getScaledTanhBuilder().setAlpha(1.5f).setBeta(0.5f));
    activation("sigmoid", (a, fixture) -> a.getSigmoidBuilder());
    activation(
        "sigmoidHard", (a, fixture) -> a.getSigmoidHardBuilder().setAlpha(0.2f).setBeta(0.5f));
    activation("ELU", (a, fixture) -> a.getELUBuilder().setAlpha(1.5f));
    activation("softsign", (a, fixture) -> a.getSoftsignBuilder());
    activation("softplus", (a, fixture) -> a.getSoftplusBuilder());
    activation("PReLU", (a, fixture) -> a.getPReLUBuilder().setAlpha(fixture.weights("alpha")));
    activation(
        "parametricSoftplus",
        (a, fixture) ->
            a.getParametricSoftplusBuilder()
                .setAlpha(fixture.weights("alpha"))
                .setBeta(fixture.weights("beta")));
  }
}
