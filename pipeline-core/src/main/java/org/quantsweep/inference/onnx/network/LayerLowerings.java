package org.quantsweep.inference.onnx.network;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.quantsweep.inference.onnx.ReduceFunction;

/** Which class lowers which layer type. A new layer type is one line here and its lowering. */
final class LayerLowerings {
  private static final Map<String, LayerLowering> BY_TYPE = byType();

  private LayerLowerings() {}

  static Optional<LayerLowering> of(String layerType) {
    return Optional.ofNullable(BY_TYPE.get(layerType));
  }

  private static Map<String, LayerLowering> byType() {
    Map<String, LayerLowering> lowerings = new HashMap<>();
    addProducts(lowerings);
    addSpatial(lowerings);
    addNormalizations(lowerings);
    addActivations(lowerings);
    addElementwise(lowerings);
    addComparisons(lowerings);
    addReductions(lowerings);
    addShapes(lowerings);
    return Map.copyOf(lowerings);
  }

  private static void addProducts(Map<String, LayerLowering> lowerings) {
    lowerings.put("innerProduct", ProductLayers::inner);
    lowerings.put("batchedMatmul", ProductLayers::batchedMatmul);
    lowerings.put("dot", ProductLayers::dot);
    lowerings.put("simpleRecurrent", RecurrentLayers::simple);
    lowerings.put("gru", RecurrentLayers::gru);
    lowerings.put("uniDirectionalLSTM", RecurrentLayers::lstm);
    lowerings.put("biDirectionalLSTM", RecurrentLayers::lstmBothWays);
    lowerings.put("embedding", LookupLayers::embedding);
    lowerings.put("embeddingND", LookupLayers::embeddingNd);
    lowerings.put("gather", LookupLayers::gather);
    lowerings.put("gatherAlongAxis", LookupLayers::gatherAlongAxis);
    lowerings.put("gatherND", LookupLayers::gatherNd);
    lowerings.put("slidingWindows", LookupLayers::windows);
    lowerings.put("oneHot", LookupLayers::oneHot);
  }

  private static void addSpatial(Map<String, LayerLowering> lowerings) {
    lowerings.put("convolution", new Pictures(ConvolutionLayers::pictures));
    lowerings.put("convolution3d", ConvolutionLayers::volumes);
    lowerings.put("pooling3d", VolumeLayers::pooling);
    lowerings.put("globalPooling3d", VolumeLayers::globalPooling);
    lowerings.put("pooling", new Pictures(PoolingLayers::lower));
    lowerings.put("padding", SpatialLayers::padding);
    lowerings.put("constantPad", SpatialLayers::constantPad);
    lowerings.put("upsample", new Pictures(SpatialLayers::upsample));
    lowerings.put("resizeBilinear", new Pictures(SpatialLayers::resizeBilinear));
    lowerings.put("reorganizeData", new Pictures(SpatialLayers::reorganize));
    lowerings.put("crop", SliceLayers::crop);
  }

  private static void addNormalizations(Map<String, LayerLowering> lowerings) {
    lowerings.put("batchnorm", new Pictures(NormalizationLayers::batchnorm));
    lowerings.put("lrn", new Pictures(NormalizationLayers::responses));
    lowerings.put("l2normalize", new Pictures(NormalizationLayers::length));
    lowerings.put("mvn", new Pictures(NormalizationLayers::meanVariance));
    lowerings.put("layerNormalization", NormalizationLayers::layerNormalization);
    lowerings.put("scale", NormalizationLayers::scale);
    lowerings.put("bias", NormalizationLayers::bias);
  }

  private static void addActivations(Map<String, LayerLowering> lowerings) {
    lowerings.put("activation", ActivationLayers::lower);
    lowerings.put("clampedReLU", ActivationLayers::clamped);
    lowerings.put("gelu", ActivationLayers::gelu);
    lowerings.put("softmax", ActivationLayers::softmax);
    lowerings.put("softmaxND", ActivationLayers::softmaxNd);
  }

  private static void addElementwise(Map<String, LayerLowering> lowerings) {
    lowerings.put("copy", ElementwiseLayers.unary("Identity"));
    lowerings.put("unary", ElementwiseLayers::function);
    lowerings.put("exp2", ElementwiseLayers::exp2);
    lowerings.put("clip", ElementwiseLayers::clip);
    lowerings.put("average", ElementwiseLayers::average);
    lowerings.put(
        "add", ElementwiseLayers.withConstant("Add", layer -> layer.message().getAdd().getAlpha()));
    lowerings.put(
        "multiply",
        ElementwiseLayers.withConstant("Mul", layer -> layer.message().getMultiply().getAlpha()));
    lowerings.put("max", ElementwiseLayers.of("Max"));
    lowerings.put("min", ElementwiseLayers.of("Min"));
    lowerings.put("addBroadcastable", ElementwiseLayers.of("Add"));
    lowerings.put("subtractBroadcastable", ElementwiseLayers.of("Sub"));
    lowerings.put("multiplyBroadcastable", ElementwiseLayers.of("Mul"));
    lowerings.put("divideBroadcastable", ElementwiseLayers.of("Div"));
    lowerings.put("maxBroadcastable", ElementwiseLayers.of("Max"));
    lowerings.put("minBroadcastable", ElementwiseLayers.of("Min"));
    lowerings.put("powBroadcastable", ElementwiseLayers.of("Pow"));
    lowerings.put("floorDivBroadcastable", ElementwiseLayers::floorDivide);
    lowerings.put("modBroadcastable", ElementwiseLayers::modulo);
    for (String function :
        List.of(
            "Ceil", "Floor", "Sign", "Round", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh",
            "Cosh", "Tanh", "Asinh", "Acosh", "Atanh", "Erf")) {
      lowerings.put(function.toLowerCase(Locale.ROOT), ElementwiseLayers.unary(function));
    }
  }

  private static void addComparisons(Map<String, LayerLowering> lowerings) {
    lowerings.put(
        "equal", ComparisonLayers.of("Equal", layer -> layer.message().getEqual().getAlpha()));
    lowerings.put("notEqual", ComparisonLayers::notEqual);
    lowerings.put(
        "lessThan", ComparisonLayers.of("Less", layer -> layer.message().getLessThan().getAlpha()));
    lowerings.put(
        "lessEqual",
        ComparisonLayers.of("LessOrEqual", layer -> layer.message().getLessEqual().getAlpha()));
    lowerings.put(
        "greaterThan",
        ComparisonLayers.of("Greater", layer -> layer.message().getGreaterThan().getAlpha()));
    lowerings.put(
        "greaterEqual",
        ComparisonLayers.of(
            "GreaterOrEqual", layer -> layer.message().getGreaterEqual().getAlpha()));
    lowerings.put("logicalAnd", ComparisonLayers.logic("And"));
    lowerings.put("logicalOr", ComparisonLayers.logic("Or"));
    lowerings.put("logicalXor", ComparisonLayers.logic("Xor"));
    lowerings.put("logicalNot", ComparisonLayers::not);
    lowerings.put("whereBroadcastable", ComparisonLayers::where);
    lowerings.put("matrixBandPart", BandLayers::band);
    lowerings.put("lowerTriangular", BandLayers::lower);
    lowerings.put("upperTriangular", BandLayers::upper);
  }

  private static void addReductions(Map<String, LayerLowering> lowerings) {
    lowerings.put("reduce", ReductionLayers::reduce);
    lowerings.put(
        "reduceL1",
        ReductionLayers.of(
            ReduceFunction.L1,
            message ->
                new ReductionLayers.Wanted(
                    message.getReduceL1().getAxesList(),
                    message.getReduceL1().getKeepDims(),
                    message.getReduceL1().getReduceAll())));
    lowerings.put(
        "reduceL2",
        ReductionLayers.of(
            ReduceFunction.L2,
            message ->
                new ReductionLayers.Wanted(
                    message.getReduceL2().getAxesList(),
                    message.getReduceL2().getKeepDims(),
                    message.getReduceL2().getReduceAll())));
    lowerings.put(
        "reduceMax",
        ReductionLayers.of(
            ReduceFunction.MAX,
            message ->
                new ReductionLayers.Wanted(
                    message.getReduceMax().getAxesList(),
                    message.getReduceMax().getKeepDims(),
                    message.getReduceMax().getReduceAll())));
    lowerings.put(
        "reduceMin",
        ReductionLayers.of(
            ReduceFunction.MIN,
            message ->
                new ReductionLayers.Wanted(
                    message.getReduceMin().getAxesList(),
                    message.getReduceMin().getKeepDims(),
                    message.getReduceMin().getReduceAll())));
    lowerings.put(
        "reduceSum",
        ReductionLayers.of(
            ReduceFunction.SUM,
            message ->
                new ReductionLayers.Wanted(
                    message.getReduceSum().getAxesList(),
                    message.getReduceSum().getKeepDims(),
                    message.getReduceSum().getReduceAll())));
    lowerings.put(
        "reduceProd",
        ReductionLayers.of(
            ReduceFunction.PRODUCT,
            message ->
                new ReductionLayers.Wanted(
                    message.getReduceProd().getAxesList(),
                    message.getReduceProd().getKeepDims(),
                    message.getReduceProd().getReduceAll())));
    lowerings.put(
        "reduceMean",
        ReductionLayers.of(
            ReduceFunction.MEAN,
            message ->
                new ReductionLayers.Wanted(
                    message.getReduceMean().getAxesList(),
                    message.getReduceMean().getKeepDims(),
                    message.getReduceMean().getReduceAll())));
    lowerings.put(
        "reduceLogSum",
        ReductionLayers.of(
            ReduceFunction.LOG_SUM,
            message ->
                new ReductionLayers.Wanted(
                    message.getReduceLogSum().getAxesList(),
                    message.getReduceLogSum().getKeepDims(),
                    message.getReduceLogSum().getReduceAll())));
    lowerings.put(
        "reduceSumSquare",
        ReductionLayers.of(
            ReduceFunction.SUM_SQUARE,
            message ->
                new ReductionLayers.Wanted(
                    message.getReduceSumSquare().getAxesList(),
                    message.getReduceSumSquare().getKeepDims(),
                    message.getReduceSumSquare().getReduceAll())));
    lowerings.put(
        "reduceLogSumExp",
        ReductionLayers.of(
            ReduceFunction.LOG_SUM_EXP,
            message ->
                new ReductionLayers.Wanted(
                    message.getReduceLogSumExp().getAxesList(),
                    message.getReduceLogSumExp().getKeepDims(),
                    message.getReduceLogSumExp().getReduceAll())));
    lowerings.put("argMax", ReductionLayers::argMax);
    lowerings.put("argMin", ReductionLayers::argMin);
    lowerings.put("topK", ReductionLayers::topK);
    lowerings.put("argSort", ReductionLayers::argSort);
    lowerings.put("cumSum", ReductionLayers::cumSum);
  }

  private static void addShapes(Map<String, LayerLowering> lowerings) {
    lowerings.put("flatten", new Pictures(ShapeLayers::flatten));
    lowerings.put("flattenTo2D", ShapeLayers::flattenTo2d);
    lowerings.put("reshape", ShapeLayers::reshape);
    lowerings.put("reshapeStatic", ShapeLayers::reshapeStatic);
    lowerings.put("reshapeLike", ShapeLayers::reshapeLike);
    lowerings.put("rankPreservingReshape", ShapeLayers::rankPreservingReshape);
    lowerings.put("expandDims", ShapeLayers::expandDims);
    lowerings.put("squeeze", ShapeLayers::squeeze);
    lowerings.put("transpose", ShapeLayers::transpose);
    lowerings.put("permute", ShapeLayers::permute);
    lowerings.put("tile", ShapeLayers::tile);
    lowerings.put("sequenceRepeat", ShapeLayers::sequenceRepeat);
    lowerings.put("broadcastToStatic", ShapeLayers::broadcastToStatic);
    lowerings.put("broadcastToLike", ShapeLayers::broadcastToLike);
    lowerings.put("fillStatic", ShapeLayers::fillStatic);
    lowerings.put("fillLike", ShapeLayers::fillLike);
    lowerings.put("getShape", ShapeLayers::getShape);
    lowerings.put("loadConstant", ShapeLayers::constant);
    lowerings.put("loadConstantND", ShapeLayers::constant);
    lowerings.put("concat", SliceLayers::concat);
    lowerings.put("concatND", SliceLayers::concatNd);
    lowerings.put("stack", SliceLayers::stack);
    lowerings.put("split", SliceLayers::split);
    lowerings.put("splitND", SliceLayers::splitNd);
    lowerings.put("slice", SliceLayers::slice);
    lowerings.put("sliceStatic", SliceLayers::sliceStatic);
    lowerings.put("reverse", SliceLayers::reverse);
  }
}
