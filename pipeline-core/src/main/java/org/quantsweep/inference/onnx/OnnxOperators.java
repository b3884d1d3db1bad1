package org.quantsweep.inference.onnx;

import java.util.HashMap;
import java.util.Map;

/**
 * The operators that this program emits, as ONNX's operator set 17 defines them
 * (github.com/onnx/onnx, docs/Operators.md).
 */
final class OnnxOperators {
  /** The operator set of all graphs. */
  static final int OPERATOR_SET = 17;

  private static final Map<String, OperatorSignature> BY_NAME = byName();

  private OnnxOperators() {}

  /**
   * The signature of an operator.
   *
   * @throws IllegalStateException when the table has none
   */
  static OperatorSignature of(String operator) {
    OperatorSignature signature = BY_NAME.get(operator);
    if (signature == null) {
      throw new IllegalStateException("operator " + operator + " is not in the table.");
    }
    return signature;
  }

  /** All signatures by name. */
  static Map<String, OperatorSignature> all() {
    return BY_NAME;
  }

  private static Map<String, OperatorSignature> byName() {
    Map<String, OperatorSignature> table = new HashMap<>();
    add(
        table,
        "T -> T",
        "",
        "Abs",
        "Acos",
        "Acosh",
        "Asin",
        "Asinh",
        "Atan",
        "Atanh",
        "Ceil",
        "Cos",
        "Cosh",
        "Erf",
        "Exp",
        "Floor",
        "Identity",
        "Log",
        "Reciprocal",
        "Relu",
        "Round",
        "Sigmoid",
        "Sign",
        "Sin",
        "Sinh",
        "Softplus",
        "Softsign",
        "Sqrt",
        "Tan",
        "Tanh");
    add(table, "T T -> T", "", "Add", "Div", "MatMul", "Mul", "PRelu", "Sub");
    add(table, "B B -> B", "", "And", "Or", "Xor");
    add(table, "T -> L", "axis INT, keepdims INT, select_last_index INT", "ArgMax", "ArgMin");
    add(
        table,
        "T -> T",
        "auto_pad STRING, ceil_mode INT, count_include_pad INT, kernel_shape! INTS, pads INTS,"
            + " strides INTS",
        "AveragePool");
    add(
        table,
        "T U U V V -> T V? V?",
        "epsilon FLOAT, momentum FLOAT, training_mode INT",
        "BatchNormalization");
    add(table, "T -> A", "to! INT", "Cast");
    add(table, "T T? T? -> T", "", "Clip");
    add(table, "T* -> T", "axis! INT", "Concat");
    add(
        table,
        "T T T? -> T",
        "auto_pad STRING, dilations INTS, group INT, kernel_shape INTS, pads INTS, strides INTS",
        "Conv");
    add(
        table,
        "T T T? -> T",
        "auto_pad STRING, dilations INTS, group INT, kernel_shape INTS, output_padding INTS,"
            + " output_shape INTS, pads INTS, strides INTS",
        "ConvTranspose");
    add(table, "T L -> T", "exclusive INT, reverse INT", "CumSum");
    add(table, "T -> T", "blocksize! INT, mode STRING", "DepthToSpace");
    add(table, "T* -> T", "equation! STRING", "Einsum");
    add(table, "T -> T", "alpha FLOAT", "Elu", "LeakyRelu");
    add(table, "T T -> B", "", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual");
    add(table, "T L -> T", "", "Expand", "Tile");
    add(
        table,
        "T T T T? I? T? -> T? T?",
        "activation_alpha FLOATS, activation_beta FLOATS, activations STRINGS, clip FLOAT,"
            + " direction STRING, hidden_size INT, layout INT, linear_before_reset INT",
        "GRU");
    add(table, "T L -> T", "axis INT", "Gather", "GatherElements");
    add(table, "T L -> T", "batch_dims INT", "GatherND");
    add(table, "T T T? -> T", "alpha FLOAT, beta FLOAT, transA INT, transB INT", "Gemm");
    add(table, "T U -> T", "align_corners INT, mode STRING, padding_mode STRING", "GridSample");
    add(table, "T -> T", "alpha FLOAT, beta FLOAT", "HardSigmoid");
    add(table, "T T T -> T", "epsilon FLOAT", "InstanceNormalization");
    add(table, "T -> T", "alpha FLOAT, beta FLOAT, bias FLOAT, size! INT", "LRN");
    add(
        table,
        "T T T T? I? T? T? T? -> T? T? T?",
        "activation_alpha FLOATS, activation_beta FLOATS, activations STRINGS, clip FLOAT,"
            + " direction STRING, hidden_size INT, input_forget INT, layout INT",
        "LSTM");
    add(
        table,
        "T T T? -> T U? U?",
        "axis INT, epsilon FLOAT, stash_type INT",
        "LayerNormalization");
    add(table, "T* -> T", "", "Max", "Min");
    add(
        table,
        "T -> T L?",
        "auto_pad STRING, ceil_mode INT, dilations INTS, kernel_shape! INTS, pads INTS,"
            + " storage_order INT, strides INTS",
        "MaxPool");
    add(table, "B -> B", "", "Not");
    add(table, "T T -> T", "fmod INT", "Mod");
    add(table, "T L T? -> T", "mode STRING", "Pad");
    add(table, "T U -> T", "", "Pow");
    add(
        table,
        "T T T T? I? T? -> T? T?",
        "activation_alpha FLOATS, activation_beta FLOATS, activations STRINGS, clip FLOAT,"
            + " direction STRING, hidden_size INT, layout INT",
        "RNN");
    add(
        table,
        "T -> T",
        "axes INTS, keepdims INT",
        "ReduceL1",
        "ReduceL2",
        "ReduceLogSum",
        "ReduceLogSumExp",
        "ReduceMax",
        "ReduceMean",
        "ReduceMin",
        "ReduceProd",
        "ReduceSumSquare");
    add(table, "T L? -> T", "keepdims INT, noop_with_empty_axes INT", "ReduceSum");
    add(table, "T L -> T", "allowzero INT", "Reshape");
    add(table, "T L -> T", "batch_axis INT, time_axis INT", "ReverseSequence");
    add(table, "T L T -> T", "axis INT, reduction STRING", "ScatterElements");
    add(table, "T L T -> T", "reduction STRING", "ScatterND");
    add(
        table,
        "T U? F? L? -> T",
        "coordinate_transformation_mode STRING, cubic_coeff_a FLOAT, exclude_outside INT,"
            + " extrapolation_value FLOAT, mode STRING, nearest_mode STRING",
        "Resize");
    add(table, "T L L L? L? -> T", "", "Slice");
    add(table, "T -> T", "axis INT", "Softmax");
    add(table, "T -> T", "blocksize! INT", "SpaceToDepth");
    add(table, "T L? -> T*", "axis INT", "Split");
    add(table, "T L -> T L", "axis INT, largest INT, sorted INT", "TopK");
    add(table, "T -> T", "perm INTS", "Transpose");
    add(table, "B T T -> T", "", "Where");
    return Map.copyOf(table);
  }

  private static void add(
      Map<String, OperatorSignature> table, String types, String attributes, String... operators) {
    for (String operator : operators) {
      table.put(operator, OperatorSignature.parse(operator, types, attributes));
    }
  }
}
