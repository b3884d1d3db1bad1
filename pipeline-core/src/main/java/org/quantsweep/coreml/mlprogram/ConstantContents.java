package org.quantsweep.coreml.mlprogram;

import java.util.BitSet;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;
import org.quantsweep.coreml.mlprogram.ConstantArrays.Role;
import org.quantsweep.quantize.BlockwiseWeights;
import org.quantsweep.quantize.CodedWeights;
import org.quantsweep.quantize.FloatType;
import org.quantsweep.quantize.HalfPrecisionCodec;
import org.quantsweep.quantize.NumberOfBits;
import org.quantsweep.quantize.PalettizedWeights;
import org.quantsweep.quantize.QuantizedWeights;
import org.quantsweep.quantize.ScaledTableWeights;
import org.quantsweep.quantize.SparseWeights;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** The arrays of made weights: codes packed from the lowest bit, floats little-endian. */
final class ConstantContents {
  private ConstantContents() {}

  /** Of plain floats. */
  static ConstantArrays of(Tensor values, FloatType stored) {
    return new ConstantArrays(Map.of(Role.DATA, () -> floats(stored, values.sharedArray())));
  }

  /** Of codes, tables or sparse weights. */
  static ConstantArrays of(QuantizedWeights weights) {
    Map<Role, Supplier<byte[]>> arrays = new EnumMap<>(Role.class);
    if (weights instanceof SparseWeights sparse) {
      BitSet kept = sparse.kept();
      int all = Math.toIntExact(sparse.shape().elementCount());
      arrays.put(Role.MASK, () -> mask(kept, all));
      if (sparse.codes().isPresent()) {
        codes(sparse.codes().get(), arrays);
        CodedWeights codes = sparse.codes().get();
        arrays.put(Role.DATA, () -> pack(only(codes.sharedCodes(), kept), codes.bits()));
      } else {
        arrays.put(Role.DATA, () -> floats(sparse.type(), sparse.floats()));
      }
    } else {
      codes((CodedWeights) weights, arrays);
    }
    return new ConstantArrays(arrays);
  }

  private static void codes(CodedWeights weights, Map<Role, Supplier<byte[]>> arrays) {
    arrays.put(Role.DATA, () -> pack(weights.sharedCodes(), weights.bits()));
    if (weights instanceof BlockwiseWeights blocks) {
      arrays.put(Role.SCALE, () -> floats(blocks.type(), blocks.scales()));
      arrays.put(Role.OFFSET, () -> pack(blocks.zeroPoints(), blocks.bits()));
    } else if (weights instanceof PalettizedWeights tables) {
      arrays.put(
          Role.TABLE,
          tables.isCompact()
              ? tables::compactEntries
              : () -> floats(tables.type(), tables.entries()));
      arrays.put(Role.TABLE_SCALE, () -> floats(tables.type(), new float[] {tables.scale()}));
    } else if (weights instanceof ScaledTableWeights scaled) {
      arrays.put(Role.TABLE, () -> floats(scaled.type(), scaled.entries()));
      arrays.put(Role.SCALE, () -> floats(scaled.type(), scaled.scales()));
    }
  }

  private static byte[] only(byte[] codes, BitSet kept) {
    byte[] some = new byte[kept.cardinality()];
    int at = 0;
    for (int i = kept.nextSetBit(0); i >= 0; i = kept.nextSetBit(i + 1)) {
      some[at++] = codes[i];
    }
    return some;
  }

  private static byte[] mask(BitSet kept, int all) {
    byte[] bytes = new byte[(all + 7) / 8];
    byte[] used = kept.toByteArray();
    System.arraycopy(used, 0, bytes, 0, used.length);
    return bytes;
  }

  private static byte[] pack(byte[] codes, NumberOfBits bits) {
    return bits.bits() == 8 ? codes : CodeBits.pack(codes, bits.bits());
  }

  private static byte[] floats(FloatType type, float[] values) {
    if (type == FloatType.HALF) {
      return HalfPrecisionCodec.encode(values);
    }
    return ElementBytes.of(
        DataType.FLOAT32,
        TensorValue.floats(DataType.FLOAT32, Shape.of(values.length), () -> values));
  }
}
