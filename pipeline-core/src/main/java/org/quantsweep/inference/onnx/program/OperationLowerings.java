package org.quantsweep.inference.onnx.program;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.quantsweep.inference.onnx.Extreme;
import org.quantsweep.inference.onnx.LimitedLstm;
import org.quantsweep.inference.onnx.ReduceFunction;

/** Which class lowers which type of operation. A new type is one line here and its lowering. */
public final class OperationLowerings {
  private static final Map<String, OperationLowering> BY_TYPE = byType();

  /** Those that {@link ProgramLowering} follows itself. */
  private static final Set<String> FOLLOWED =
      Set.of("cond", "while_loop", "read_state", "write_state", "coreml_update_state", "const");

  private static final Map<String, String> REFUSALS =
      Map.of(
          "conv_quantized", "it is experimental, and no converter writes it",
          "custom_layer", "only the app that brings it can run it",
          "random_bernoulli", "its draws differ from run to run",
          "random_categorical", "its draws differ from run to run",
          "random_normal", "its draws differ from run to run",
          "random_uniform", "its draws differ from run to run");

  /** What of a type does not run; one clause each. */
  private static final Map<String, String> LIMITS =
      Map.of(
          "affine",
          "other modes than those that coremltools allows are refused",
          "crop_resize",
          "sampling modes but ALIGN_CORNERS are refused: nobody outside Apple has said where they"
              + " sample",
          "lstm",
          "limited cells over more than " + LimitedLstm.MOST_STEPS + " steps are refused",
          "make_list",
          "more than " + ListOperations.MOST_ELEMENTS + " elements are refused",
          "scatter",
          takingTurns(),
          "scatter_along_axis",
          takingTurns(),
          "scatter_nd",
          takingTurns());

  private OperationLowerings() {}

  private static String takingTurns() {
    return "more than "
        + ScatterOperations.MOST_IN_TURN
        + " updates of modes max, min and div are refused";
  }

  static Optional<OperationLowering> of(String type) {
    return Optional.ofNullable(BY_TYPE.get(type));
  }

  /** Whether operations of a type run, at least in some of their modes. */
  public static boolean isKnown(String type) {
    return BY_TYPE.containsKey(type) || FOLLOWED.contains(type) || type.startsWith("constexpr_");
  }

  /** Why operations of a type do not run; one clause. */
  public static String refusal(String type) {
    return REFUSALS.getOrDefault(type, "its type is not known here");
  }

  /** What of a type that runs is refused; one clause, empty where nothing is. */
  static String limit(String type) {
    return LIMITS.getOrDefault(type, "");
  }

  /** Every type that runs, in ascending order. */
  static Set<String> known() {
    Set<String> known = new TreeSet<>(BY_TYPE.keySet());
    known.addAll(FOLLOWED);
    return known;
  }

  private static Map<String, OperationLowering> byType() {
    Map<String, OperationLowering> table = new HashMap<>();
    addElementwise(table);
    addActivations(table);
    addShapes(table);
    addSlices(table);
    addSpatial(table);
    addProducts(table);
    addReductions(table);
    addLookups(table);
    addOthers(table);
    return Map.copyOf(table);
  }

  private static void addElementwise(Map<String, OperationLowering> table) {
    Map.of(
            "add", "Add",
            "sub", "Sub",
            "mul", "Mul",
            "maximum", "Max",
            "minimum", "Min",
            "pow", "Pow",
            "equal", "Equal",
            "less", "Less",
            "greater", "Greater")
        .forEach((type, operator) -> table.put(type, ElementwiseOperations.binary(operator)));
    Map.of(
            "less_equal", "LessOrEqual",
            "greater_equal", "GreaterOrEqual",
            "logical_and", "And",
            "logical_or", "Or",
            "logical_xor", "Xor")
        .forEach((type, operator) -> table.put(type, ElementwiseOperations.binary(operator)));
    for (String operator :
        List.of(
            "Abs", "Acos", "Asin", "Atan", "Atanh", "Ceil", "Cos", "Cosh", "Erf", "Exp", "Floor",
            "Round", "Sign", "Sin", "Sinh", "Sqrt", "Tan", "Tanh")) {
      table.put(operator.toLowerCase(java.util.Locale.ROOT), ElementwiseOperations.unary(operator));
    }
    table.put("logical_not", ElementwiseOperations.unary("Not"));
    table.put("real_div", ElementwiseOperations::divide);
    table.put("floor_div", ElementwiseOperations::floorDivide);
    table.put("mod", ElementwiseOperations::modulo);
    table.put("not_equal", ElementwiseOperations::notEqual);
    table.put("select", ElementwiseOperations::select);
    table.put("exp2", ElementwiseOperations::exp2);
    table.put("square", ElementwiseOperations::square);
    table.put("inverse", ElementwiseOperations::inverse);
    table.put("rsqrt", ElementwiseOperations::reciprocalRoot);
    table.put("log", ElementwiseOperations::logarithm);
    table.put("clip", ElementwiseOperations::clip);
    table.put("threshold", ElementwiseOperations::threshold);
    table.put("cast", ElementwiseOperations::cast);
  }

  private static void addActivations(Map<String, OperationLowering> table) {
    table.put("relu", ElementwiseOperations.unary("Relu"));
    table.put("sigmoid", ElementwiseOperations.unary("Sigmoid"));
    table.put("softsign", ElementwiseOperations.unary("Softsign"));
    table.put("softplus", ElementwiseOperations.unary("Softplus"));
    table.put("relu6", ActivationOperations::relu6);
    table.put("silu", ActivationOperations::silu);
    table.put("gelu", ActivationOperations::gelu);
    table.put("leaky_relu", ActivationOperations.sloped("LeakyRelu"));
    table.put("elu", ActivationOperations.sloped("Elu"));
    table.put("prelu", ActivationOperations::prelu);
    table.put("clamped_relu", ActivationOperations::clampedRelu);
    table.put("thresholded_relu", ActivationOperations::thresholdedRelu);
    table.put("linear_activation", ActivationOperations::affine);
    table.put("scaled_tanh", ActivationOperations::scaledTanh);
    table.put("sigmoid_hard", ActivationOperations::hardSigmoid);
    table.put("softplus_parametric", ActivationOperations::parametricSoftplus);
    table.put("softmax", ActivationOperations::softmax);
  }

  private static void addShapes(Map<String, OperationLowering> table) {
    table.put("identity", ShapeOperations::identity);
    table.put("shape", ShapeOperations::shape);
    table.put("reshape", ShapeOperations::reshape);
    table.put("reshape_like", ShapeOperations::reshapeLike);
    table.put("expand_dims", ShapeOperations::expandDimensions);
    table.put("squeeze", ShapeOperations::squeeze);
    table.put("transpose", ShapeOperations::transpose);
    table.put("flatten2d", ShapeOperations::flatten);
    table.put("tile", ShapeOperations::tile);
    table.put("fill", ShapeOperations::fill);
    table.put("fill_like", ShapeOperations::fillLike);
    table.put("range_1d", ShapeOperations::range);
  }

  private static void addSlices(Map<String, OperationLowering> table) {
    table.put("slice_by_index", SliceOperations::byIndex);
    table.put("slice_by_size", SliceOperations::bySize);
    table.put("slice_update", SliceOperations::update);
    table.put("concat", SliceOperations::concat);
    table.put("stack", SliceOperations::stack);
    table.put("split", SliceOperations::split);
    table.put("reverse", SliceOperations::reverse);
    table.put("reverse_sequence", SliceOperations::reverseSequence);
    table.put("sliding_windows", SliceOperations::windows);
    table.put("crop", SliceOperations::crop);
  }

  private static void addSpatial(Map<String, OperationLowering> table) {
    table.put("pad", SpatialOperations::pad);
    table.put("depth_to_space", SpatialOperations.depthToSpace("block_size", "DCR"));
    table.put("pixel_shuffle", SpatialOperations.depthToSpace("upscale_factor", "CRD"));
    table.put("space_to_depth", SpatialOperations::spaceToDepth);
    table.put("pixel_unshuffle", SpatialOperations::pixelUnshuffle);
    table.put("space_to_batch", SpatialOperations::spaceToBatch);
    table.put("batch_to_space", SpatialOperations::batchToSpace);
    table.put("resize_bilinear", ResamplingOperations::bilinear);
    table.put("upsample_bilinear", ResamplingOperations::upsampleBilinear);
    table.put("upsample_nearest_neighbor", ResamplingOperations::upsampleNearest);
    table.put("resize_nearest_neighbor", ResamplingOperations::resizeNearest);
    table.put("resize", ResamplingOperations::resize);
    table.put("affine", SamplingOperations::affine);
    table.put("resample", SamplingOperations::resample);
    table.put("crop_resize", SamplingOperations::cropResize);
    table.put("conv", ConvolutionOperations::convolution);
    table.put("conv_transpose", ConvolutionOperations::transposed);
    table.put("max_pool", PoolingOperations::largest);
    table.put("avg_pool", PoolingOperations::mean);
    table.put("l2_pool", PoolingOperations::root);
  }

  private static void addProducts(Map<String, OperationLowering> table) {
    table.put("linear", ProductOperations::linear);
    table.put("matmul", ProductOperations::matmul);
    table.put("einsum", ProductOperations::einsum);
    table.put("scaled_dot_product_attention", ProductOperations::attention);
    table.put("batch_norm", NormalizationOperations::batch);
    table.put("instance_norm", NormalizationOperations::instance);
    table.put("layer_norm", NormalizationOperations::layer);
    table.put("l2_norm", NormalizationOperations::length);
    table.put("local_response_norm", NormalizationOperations::localResponse);
    table.put("rnn", RecurrentOperations::simple);
    table.put("gru", RecurrentOperations::gru);
    table.put("lstm", RecurrentOperations::lstm);
  }

  private static void addReductions(Map<String, OperationLowering> table) {
    Map.of(
            "reduce_max", ReduceFunction.MAX,
            "reduce_mean", ReduceFunction.MEAN,
            "reduce_min", ReduceFunction.MIN,
            "reduce_prod", ReduceFunction.PRODUCT,
            "reduce_sum", ReduceFunction.SUM,
            "reduce_sum_square", ReduceFunction.SUM_SQUARE,
            "reduce_l1_norm", ReduceFunction.L1,
            "reduce_l2_norm", ReduceFunction.L2,
            "reduce_log_sum", ReduceFunction.LOG_SUM,
            "reduce_log_sum_exp", ReduceFunction.LOG_SUM_EXP)
        .forEach((type, function) -> table.put(type, ReductionOperations.reduce(function)));
    table.put("reduce_argmax", ReductionOperations.place(Extreme.LARGEST));
    table.put("reduce_argmin", ReductionOperations.place(Extreme.SMALLEST));
    table.put("topk", ReductionOperations::topK);
    table.put("argsort", ReductionOperations::argSort);
    table.put("cumsum", ReductionOperations::cumulativeSum);
  }

  private static void addLookups(Map<String, OperationLowering> table) {
    table.put("gather", LookupOperations::gather);
    table.put("gather_along_axis", LookupOperations::gatherAlongAxis);
    table.put("gather_nd", LookupOperations::gatherNd);
    table.put("scatter", ScatterOperations::slices);
    table.put("scatter_along_axis", ScatterOperations::alongAxis);
    table.put("scatter_nd", ScatterOperations::ways);
    table.put("one_hot", LookupOperations::oneHot);
    table.put("non_zero", LookupOperations::nonZero);
    table.put("band_part", LookupOperations::band);
    table.put("non_maximum_suppression", BoxOperations::suppress);
  }

  private static void addOthers(Map<String, OperationLowering> table) {
    table.put("quantize", QuantizedOperations::quantize);
    table.put("dequantize", QuantizedOperations::dequantize);
    table.put("make_list", ListOperations::make);
    table.put("list_length", ListOperations::length);
    table.put("list_read", ListOperations::read);
    table.put("list_write", ListOperations::write);
    table.put("list_gather", ListOperations::gather);
    table.put("list_scatter", ListOperations::scatter);
    table.put("classify", OtherOperations::classify);
  }
}
