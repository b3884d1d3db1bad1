package org.quantsweep.coreml.mlprogram;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The types of operations, and the opset that brought each (coremltools 9.0, {@code
 * converters/mil/mil/ops/defs}). {@code write_state} is what files hold for {@code
 * coreml_update_state}.
 */
public final class OperationTypes {
  private static final Map<String, Opset> FIRST = table();

  private OperationTypes() {}

  private static Map<String, Opset> table() {
    Map<String, Opset> table = new HashMap<>();
    since(
        table,
        Opset.IOS15,
        "abs acos add affine argsort asin atan atanh avg_pool band_part batch_norm"
            + " batch_to_space cast ceil clamped_relu classify clip concat cond const conv"
            + " conv_quantized conv_transpose cos cosh crop crop_resize cumsum custom_layer"
            + " depth_to_space einsum elu equal erf exp exp2 expand_dims fill flatten2d floor"
            + " floor_div gather gather_along_axis gather_nd gelu greater greater_equal gru"
            + " identity instance_norm inverse l2_norm l2_pool layer_norm leaky_relu less"
            + " less_equal linear linear_activation list_gather list_length list_read"
            + " list_scatter list_write local_response_norm log logical_and logical_not"
            + " logical_or logical_xor lstm make_list matmul max_pool maximum minimum mod mul"
            + " non_maximum_suppression non_zero not_equal one_hot pad pixel_shuffle pow prelu"
            + " random_bernoulli random_categorical random_normal random_uniform range_1d"
            + " real_div reduce_argmax reduce_argmin reduce_l1_norm reduce_l2_norm"
            + " reduce_log_sum reduce_log_sum_exp reduce_max reduce_mean reduce_min reduce_prod"
            + " reduce_sum reduce_sum_square relu relu6 resample reshape resize_bilinear"
            + " resize_nearest_neighbor reverse reverse_sequence rnn round rsqrt scaled_tanh"
            + " scatter scatter_along_axis scatter_nd select shape sigmoid sigmoid_hard sign"
            + " silu sin sinh slice_by_index slice_by_size sliding_windows softmax softplus"
            + " softplus_parametric softsign space_to_batch space_to_depth split sqrt square"
            + " squeeze stack sub tan tanh threshold thresholded_relu tile topk transpose"
            + " upsample_bilinear upsample_nearest_neighbor while_loop");
    since(
        table,
        Opset.IOS16,
        "constexpr_affine_dequantize constexpr_cast constexpr_lut_to_dense"
            + " constexpr_sparse_to_dense fill_like pixel_unshuffle reshape_like");
    since(table, Opset.IOS17, "dequantize quantize resize");
    since(
        table,
        Opset.IOS18,
        "constexpr_blockwise_shift_scale constexpr_lut_to_sparse"
            + " constexpr_sparse_blockwise_shift_scale coreml_update_state read_state"
            + " scaled_dot_product_attention slice_update write_state");
    return Map.copyOf(table);
  }

  private static void since(Map<String, Opset> table, Opset opset, String types) {
    for (String type : types.split(" ", -1)) {
      table.put(type, opset);
    }
  }

  /** The opset that brought a type; empty where none did. */
  public static Optional<Opset> first(String type) {
    return Optional.ofNullable(FIRST.get(type));
  }

  /** All types, in ascending order. */
  public static SortedSet<String> all() {
    return new TreeSet<>(FIRST.keySet());
  }

  /** How many blocks an operation of a type has. */
  static int blocks(String type) {
    return type.equals("cond") || type.equals("while_loop") ? 2 : 0;
  }

  /** Whether an operation of a type may have no output. */
  static boolean mayAnswerNothing(String type) {
    return type.equals("write_state") || type.equals("coreml_update_state");
  }
}
