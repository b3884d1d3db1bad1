package org.quantsweep.inference.onnx;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

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
    lowerings.put("innerProduct", Products::inner);
    lowerings.put("batchedMatmul", Products::batchedMatmul);
    lowerings.put("dot", Products::dot);
    lowerings.put("simpleRecurrent", Recurrents::simple);
    lowerings.put("gru", Recurrents::gru);
    lowerings.put("uniDirectionalLSTM", Recurrents::lstm);
    lowerings.put("biDirectionalLSTM", Recurrents::lstmBothWays);
    lowerings.put("embedding", Lookups::embedding);
    lowerings.put("embeddingND", Lookups::embeddingNd);
    lowerings.put("gather", Lookups::gather);
    lowerings.put("gatherAlongAxis", Lookups::gatherAlongAxis);
    lowerings.put("gatherND", Lookups::gatherNd);
    lowerings.put("slidingWindows", Lookups::windows);
    lowerings.put("oneHot", Lookups::oneHot);
  }

  private static void addSpatial(Map<String, LayerLowering> lowerings) {
    lowerings.put("convolution", new Pictures(Convolutions::lower));
    lowerings.put("convolution3d", Volumes::convolution);
    lowerings.put("pooling3d", Volumes::pooling);
    lowerings.put("globalPooling3d", Volumes::globalPooling);
    lowerings.put("pooling", new Pictures(Poolings::lower));
    lowerings.put("padding", Spatial::padding);
    lowerings.put("constantPad", Spatial::constantPad);
    lowerings.put("upsample", new Pictures(Spatial::upsample));
    lowerings.put("resizeBilinear", new Pictures(Spatial::resizeBilinear));
    lowerings.put("reorganizeData", new Pictures(Spatial::reorganize));
    lowerings.put("crop", Slices::crop);
  }

  private static void addNormalizations(Map<String, LayerLowering> lowerings) {
    lowerings.put("batchnorm", new Pictures(Normalizations::batchnorm));
    lowerings.put("lrn", new Pictures(Normalizations::responses));
    lowerings.put("l2normalize", new Pictures(Normalizations::length));
    lowerings.put("mvn", new Pictures(Normalizations::meanVariance));
    lowerings.put("layerNormalization", Normalizations::layerNormalization);
    lowerings.put("scale", Normalizations::scale);
    lowerings.put("bias", Normalizations::bias);
  }

  private static void addActivations(Map<String, LayerLowering> lowerings) {
    lowerings.put("activation", Activations::lower);
    lowerings.put("clampedReLU", Activations::clamped);
    lowerings.put("gelu", Activations::gelu);
    lowerings.put("softmax", Activations::softmax);
    lowerings.put("softmaxND", Activations::softmaxNd);
  }

  private static void addElementwise(Map<String, LayerLowering> lowerings) {
    lowerings.put("copy", Elementwise.unary("Identity"));
    lowerings.put("unary", Elementwise::function);
    lowerings.put("exp2", Elementwise::exp2);
    lowerings.put("clip", Elementwise::clip);
    lowerings.put("average", Elementwise::average);
    lowerings.put(
        "add", Elementwise.withConstant("Add", layer -> layer.message().getAdd().getAlpha()));
    lowerings.put(
        "multiply",
        Elementwise.withConstant("Mul", layer -> layer.message().getMultiply().getAlpha()));
    lowerings.put("max", Elementwise.of("Max"));
    lowerings.put("min", Elementwise.of("Min"));
    lowerings.put("addBroadcastable", Elementwise.of("Add"));
    lowerings.put("subtractBroadcastable", Elementwise.of("Sub"));
    lowerings.put("multiplyBroadcastable", Elementwise.of("Mul"));
    lowerings.put("divideBroadcastable", Elementwise.of("Div"));
    lowerings.put("maxBroadcastable", Elementwise.of("Max"));
    lowerings.put("minBroadcastable", Elementwise.of("Min"));
    lowerings.put("powBroadcastable", Elementwise.of("Pow"));
    lowerings.put("floorDivBroadcastable", Elementwise::floorDivide);
    lowerings.put("modBroadcastable", Elementwise::modulo);
    for (String function :
        List.of(
            "Ceil", "Floor", "Sign", "Round", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh",
            "Cosh", "Tanh", "Asinh", "Acosh", "Atanh", "Erf")) {
      lowerings.put(function.toLowerCase(Locale.ROOT), Elementwise.unary(function));
    }
  }

  private static void addComparisons(Map<String, LayerLowering> lowerings) {
    lowerings.put("equal", Comparisons.of("Equal", layer -> layer.message().getEqual().getAlpha()));
    lowerings.put("notEqual", Comparisons::notEqual);
    lowerings.put(
        "lessThan", Comparisons.of("Less", layer -> layer.message().getLessThan().getAlpha()));
    lowerings.put(
        "lessEqual",
        Comparisons.of("LessOrEqual", layer -> layer.message().getLessEqual().getAlpha()));
    lowerings.put(
        "greaterThan",
        Comparisons.of("Greater", layer -> layer.message().getGreaterThan().getAlpha()));
    lowerings.put(
        "greaterEqual",
        Comparisons.of("GreaterOrEqual", layer -> layer.message().getGreaterEqual().getAlpha()));
    lowerings.put("logicalAnd", Comparisons.logic("And"));
    lowerings.put("logicalOr", Comparisons.logic("Or"));
    lowerings.put("logicalXor", Comparisons.logic("Xor"));
    lowerings.put("logicalNot", Comparisons::not);
    lowerings.put("whereBroadcastable", Comparisons::where);
    lowerings.put("matrixBandPart", Bands::band);
    lowerings.put("lowerTriangular", Bands::lower);
    lowerings.put("upperTriangular", Bands::upper);
  }

  private static void addReductions(Map<String, LayerLowering> lowerings) {
    lowerings.put("reduce", Reductions::reduce);
    lowerings.put(
        "reduceL1",
        Reductions.of(
            "ReduceL1",
            message ->
                new Reductions.Axes(
                    message.getReduceL1().getAxesList(),
                    message.getReduceL1().getKeepDims(),
                    message.getReduceL1().getReduceAll())));
    lowerings.put(
        "reduceL2",
        Reductions.of(
            "ReduceL2",
            message ->
                new Reductions.Axes(
                    message.getReduceL2().getAxesList(),
                    message.getReduceL2().getKeepDims(),
                    message.getReduceL2().getReduceAll())));
    lowerings.put(
        "reduceMax",
        Reductions.of(
            "ReduceMax",
            message ->
                new Reductions.Axes(
                    message.getReduceMax().getAxesList(),
                    message.getReduceMax().getKeepDims(),
                    message.getReduceMax().getReduceAll())));
    lowerings.put(
        "reduceMin",
        Reductions.of(
            "ReduceMin",
            message ->
                new Reductions.Axes(
                    message.getReduceMin().getAxesList(),
                    message.getReduceMin().getKeepDims(),
                    message.getReduceMin().getReduceAll())));
    lowerings.put(
        "reduceSum",
        Reductions.of(
            "ReduceSum",
            message ->
                new Reductions.Axes(
                    message.getReduceSum().getAxesList(),
                    message.getReduceSum().getKeepDims(),
                    message.getReduceSum().getReduceAll())));
    lowerings.put(
        "reduceProd",
        Reductions.of(
            "ReduceProd",
            message ->
                new Reductions.Axes(
                    message.getReduceProd().getAxesList(),
                    message.getReduceProd().getKeepDims(),
                    message.getReduceProd().getReduceAll())));
    lowerings.put(
        "reduceMean",
        Reductions.of(
            "ReduceMean",
            message ->
                new Reductions.Axes(
                    message.getReduceMean().getAxesList(),
                    message.getReduceMean().getKeepDims(),
                    message.getReduceMean().getReduceAll())));
    lowerings.put(
        "reduceLogSum",
        Reductions.of(
            "ReduceLogSum",
            message ->
                new Reductions.Axes(
                    message.getReduceLogSum().getAxesList(),
                    message.getReduceLogSum().getKeepDims(),
                    message.getReduceLogSum().getReduceAll())));
    lowerings.put(
        "reduceSumSquare",
        Reductions.of(
            "ReduceSumSquare",
            message ->
                new Reductions.Axes(
                    message.getReduceSumSquare().getAxesList(),
                    message.getReduceSumSquare().getKeepDims(),
                    message.getReduceSumSquare().getReduceAll())));
    lowerings.put(
        "reduceLogSumExp",
        Reductions.of(
            "ReduceLogSumExp",
            message ->
                new Reductions.Axes(
                    message.getReduceLogSumExp().getAxesList(),
                    message.getReduceLogSumExp().getKeepDims(),
                    message.getReduceLogSumExp().getReduceAll())));
    lowerings.put("argMax", Reductions::argMax);
    lowerings.put("argMin", Reductions::argMin);
    lowerings.put("topK", Reductions::topK);
    lowerings.put("argSort", Reductions::argSort);
    lowerings.put("cumSum", Reductions::cumSum);
  }

  private static void addShapes(Map<String, LayerLowering> lowerings) {
    lowerings.put("flatten", new Pictures(Shapes::flatten));
    lowerings.put("flattenTo2D", Shapes::flattenTo2d);
    lowerings.put("reshape", Shapes::reshape);
    lowerings.put("reshapeStatic", Shapes::reshapeStatic);
    lowerings.put("reshapeLike", Shapes::reshapeLike);
    lowerings.put("rankPreservingReshape", Shapes::rankPreservingReshape);
    lowerings.put("expandDims", Shapes::expandDims);
    lowerings.put("squeeze", Shapes::squeeze);
    lowerings.put("transpose", Shapes::transpose);
    lowerings.put("permute", Shapes::permute);
    lowerings.put("tile", Shapes::tile);
    lowerings.put("sequenceRepeat", Shapes::sequenceRepeat);
    lowerings.put("broadcastToStatic", Shapes::broadcastToStatic);
    lowerings.put("broadcastToLike", Shapes::broadcastToLike);
    lowerings.put("fillStatic", Shapes::fillStatic);
    lowerings.put("fillLike", Shapes::fillLike);
    lowerings.put("getShape", Shapes::getShape);
    lowerings.put("loadConstant", Shapes::constant);
    lowerings.put("loadConstantND", Shapes::constant);
    lowerings.put("concat", Slices::concat);
    lowerings.put("concatND", Slices::concatNd);
    lowerings.put("stack", Slices::stack);
    lowerings.put("split", Slices::split);
    lowerings.put("splitND", Slices::splitNd);
    lowerings.put("slice", Slices::slice);
    lowerings.put("sliceStatic", Slices::sliceStatic);
    lowerings.put("reverse", Slices::reverse);
  }
}
