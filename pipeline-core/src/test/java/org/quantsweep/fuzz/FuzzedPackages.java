package org.quantsweep.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.quantsweep.coreml.Networks;
import org.quantsweep.coreml.Programs;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.mil.DataType;
import org.quantsweep.proto.mil.Operation;
import org.quantsweep.proto.mil.Value;
import org.quantsweep.proto.mil.ValueType;

/** Small packages with a weight in every form of storage, and with operations of every size. */
final class FuzzedPackages {
  private static final ValueType WEIGHT = Programs.array(DataType.FLOAT32, 4, 16);

  private FuzzedPackages() {}

  static List<Map<String, byte[]>> all() {
    List<Map<String, byte[]>> packages = new ArrayList<>();
    packages.add(Programs.parts());
    packages.add(
        weight(
            "CoreML6",
            operation("constexpr_affine_dequantize")
                .putAttributes("quantized_data", blob(DataType.INT8, 4, 16))
                .putAttributes("scale", Programs.floats(Programs.array(DataType.FLOAT32), 0.5f))
                .putAttributes("zero_point", Programs.bytes(Programs.array(DataType.INT8), 3))
                .putAttributes("axis", Programs.integers(Programs.array(DataType.INT32), 0)),
            new Programs.Blob(4, new byte[64], 0)));
    packages.add(
        weight(
            "CoreML6",
            operation("constexpr_lut_to_dense")
                .putAttributes("indices", blob(DataType.UINT8, 16))
                .putAttributes("lut", floats(4))
                .putAttributes("shape", shape()),
            new Programs.Blob(3, new byte[16], 0)));
    packages.add(
        weight(
            "CoreML6",
            operation("constexpr_sparse_to_dense")
                .putAttributes("nonzero_data", floats(3))
                .putAttributes(
                    "mask",
                    Programs.bytes(Programs.array(DataType.UINT8, 8), 1, 0, 0, 2, 0, 0, 0, 4))
                .putAttributes("shape", shape())));
    packages.add(
        weight(
            "CoreML8",
            operation("constexpr_blockwise_shift_scale")
                .putInputs("data", Programs.literal(blob(DataType.INT4, 4, 16)))
                .putInputs("scale", Programs.literal(floats(4, 2)))
                .putInputs(
                    "offset",
                    Programs.literal(
                        Programs.bytes(Programs.array(DataType.INT4, 4, 2), 1, 2, 3, 4))),
            new Programs.Blob(8, new byte[32], 0)));
    packages.add(
        weight(
            "CoreML8",
            operation("constexpr_lut_to_dense")
                .putInputs("indices", Programs.literal(blob(DataType.UINT2, 2, 16)))
                .putInputs("lut", Programs.literal(floats(1, 1, 4, 2)))
                .putInputs(
                    "vector_axis",
                    Programs.literal(Programs.integers(Programs.array(DataType.INT32), 0))),
            new Programs.Blob(10, new byte[8], 0)));
    packages.add(
        weight(
            "CoreML8",
            Programs.operation("constexpr_lut_to_sparse", "m", WEIGHT)
                .addOutputs(Programs.named("v", Programs.array(DataType.FLOAT32, 2)))
                .putInputs("indices_mask", Programs.literal(mask()))
                .putInputs(
                    "indices_nonzero_data",
                    Programs.literal(Programs.bytes(Programs.array(DataType.UINT1, 2), 1)))
                .putInputs("lut", Programs.literal(floats(1, 1, 2, 1))),
            operation("constexpr_sparse_to_dense")
                .putInputs("mask", Programs.name("m"))
                .putInputs("nonzero_data", Programs.name("v")),
            new Programs.Blob(9, new byte[] {1, 0, 0, 0, 0, 0, 0, 2}, 0)));
    packages.add(
        weight(
            "CoreML8",
            Programs.operation("constexpr_sparse_blockwise_shift_scale", "m", WEIGHT)
                .addOutputs(Programs.named("v", Programs.array(DataType.FLOAT32, 2)))
                .putInputs("data_mask", Programs.literal(mask()))
                .putInputs(
                    "nonzero_data",
                    Programs.literal(Programs.bytes(Programs.array(DataType.INT8, 2), 1, 2)))
                .putInputs("scale", Programs.literal(floats(4, 1))),
            operation("constexpr_sparse_to_dense")
                .putInputs("mask", Programs.name("m"))
                .putInputs("nonzero_data", Programs.name("v")),
            new Programs.Blob(9, new byte[] {1, 0, 0, 0, 0, 0, 0, 2}, 0)));
    packages.add(sizes());
    return packages;
  }

  private static Value shape() {
    return Programs.bytes(Programs.array(DataType.UINT32, 2), 4, 0, 0, 0, 16, 0, 0, 0);
  }

  private static Value mask() {
    return blob(DataType.UINT1, 4, 16);
  }

  private static Value blob(DataType type, long... lengths) {
    return Programs.blob(Programs.array(type, lengths), 64);
  }

  private static Value floats(long... lengths) {
    int count = 1;
    for (long length : lengths) {
      count *= (int) length;
    }
    return Programs.floats(Programs.array(DataType.FLOAT32, lengths), new float[count]);
  }

  private static Operation.Builder operation(String type) {
    return Programs.operation(type, "w", WEIGHT);
  }

  private static Map<String, byte[]> weight(
      String opset, Operation.Builder constant, Programs.Blob... blobs) {
    return Programs.parts(model(opset, constant, linear()), blobs);
  }

  private static Map<String, byte[]> weight(
      String opset, Operation.Builder first, Operation.Builder second, Programs.Blob... blobs) {
    return Programs.parts(model(opset, first, second, linear()), blobs);
  }

  private static Operation.Builder linear() {
    return Programs.operation(
        "linear", "z", Programs.array(DataType.FLOAT32, 1, 4), "x", "weight", "w");
  }

  private static Model model(String opset, Operation.Builder... operations) {
    Model.Builder model = Programs.linear().setSpecificationVersion(9);
    model.getMlProgramBuilder().putFunctions("main", Programs.function(opset, operations).build());
    model.getDescriptionBuilder().setOutput(0, Networks.array("z", 1, 4));
    return model.build();
  }

  /** Operations whose parameters say how much they make. */
  private static Map<String, byte[]> sizes() {
    ValueType any = Programs.array(DataType.FLOAT32, -1, -1);
    ValueType two = Programs.array(DataType.INT32, 2);
    return Programs.parts(
        model(
            "CoreML7",
            Programs.operation("tile", "a", any)
                .putInputs("x", Programs.name("x"))
                .putInputs("reps", Programs.literal(Programs.integers(two, 2, 3))),
            Programs.operation("fill", "b", any)
                .putInputs("shape", Programs.literal(Programs.integers(two, 2, 48)))
                .putInputs("value", Programs.literal(floats())),
            Programs.operation("add", "c", any)
                .putInputs("x", Programs.name("a"))
                .putInputs("y", Programs.name("b")),
            Programs.operation("pad", "d", any)
                .putInputs("x", Programs.name("c"))
                .putInputs(
                    "pad",
                    Programs.literal(
                        Programs.integers(Programs.array(DataType.INT32, 4), 1, 1, 2, 2))),
            Programs.operation("range_1d", "r", Programs.array(DataType.INT32, -1))
                .putInputs("start", number(0))
                .putInputs("end", number(52))
                .putInputs("step", number(1)),
            Programs.operation("gather", "e", any)
                .putInputs("x", Programs.name("d"))
                .putInputs("indices", Programs.name("r"))
                .putInputs("axis", number(1)),
            Programs.operation("one_hot", "f", Programs.array(DataType.INT32, -1, -1))
                .putInputs("indices", Programs.name("r"))
                .putInputs("one_hot_vector_size", number(52)),
            Programs.operation("reduce_sum", "z", any)
                .putInputs("x", Programs.name("e"))
                .putInputs(
                    "axes",
                    Programs.literal(Programs.integers(Programs.array(DataType.INT32, 1), 1)))));
  }

  private static org.quantsweep.proto.mil.Argument number(int value) {
    return Programs.literal(Programs.integers(Programs.array(DataType.INT32), value));
  }
}
