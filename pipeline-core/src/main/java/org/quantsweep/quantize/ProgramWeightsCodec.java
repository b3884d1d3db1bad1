package org.quantsweep.quantize;

import static org.quantsweep.quantize.CalibratedWeightsCodec.require;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.BitSet;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * The forms of ML Programs within a file of fitted codes. All numbers are big-endian:
 *
 * <pre>
 * uint8   form: 2 blocks, 3 tables, 4 sparse floats, 5 sparse codes,
 *         6 scaled table
 * uint8   type of the weights: 0 half precision, 1 float32
 * shape   of the weight tensor
 *   blocks: uint8 bits, uint8 1 for signed codes, shape of blocks, packed codes, float32 scales,
 *           uint8 1 when zero points follow, a byte each
 *   tables: uint8 bits, shape of tables, int32 vector, uint8 vector axis, packed codes, float32
 *           entries, float32 scale of entries that are bytes, or 0
 *   scaled table: uint8 bits, shape of blocks, packed codes, float32 entries, float32 scales
 *   sparse floats: bits of what is kept, the first in the highest bit, then float32 values
 *   sparse codes: bits of what is kept, then the codes of all weights, from {@code form} on
 * </pre>
 */
final class ProgramWeightsCodec {
  static final int VERSION = 2;

  private static final int BLOCKS = 2;
  private static final int TABLES = 3;
  private static final int SPARSE_FLOATS = 4;
  private static final int SPARSE_CODES = 5;
  private static final int SCALED_TABLE = 6;

  private ProgramWeightsCodec() {}

  static void write(DataOutputStream out, QuantizedWeights weights) throws IOException {
    if (weights instanceof BlockwiseWeights blocks) {
      begin(out, BLOCKS, blocks.type(), blocks.shape());
      out.writeByte(blocks.bits().bits());
      out.writeBoolean(blocks.isSigned());
      CalibratedWeightsCodec.write(out, blocks.blocks());
      packed(out, blocks);
      CalibratedWeightsCodec.write(out, blocks.scales());
      byte[] zeroPoints = blocks.zeroPoints();
      out.writeBoolean(zeroPoints.length > 0);
      out.write(zeroPoints);
    } else if (weights instanceof PalettizedWeights tables) {
      begin(out, TABLES, tables.type(), tables.shape());
      out.writeByte(tables.bits().bits());
      CalibratedWeightsCodec.write(out, tables.cut().tables());
      out.writeInt(tables.cut().vector());
      out.writeByte(tables.cut().vectorAxis());
      packed(out, tables);
      CalibratedWeightsCodec.write(out, tables.entries());
      out.writeFloat(tables.scale());
    } else if (weights instanceof ScaledTableWeights scaled) {
      begin(out, SCALED_TABLE, scaled.type(), scaled.shape());
      out.writeByte(scaled.bits().bits());
      CalibratedWeightsCodec.write(out, scaled.blocks());
      packed(out, scaled);
      CalibratedWeightsCodec.write(out, scaled.entries());
      CalibratedWeightsCodec.write(out, scaled.scales());
    } else {
      SparseWeights sparse = (SparseWeights) weights;
      begin(
          out,
          sparse.codes().isPresent() ? SPARSE_CODES : SPARSE_FLOATS,
          sparse.type(),
          sparse.shape());
      out.write(mask(sparse));
      if (sparse.codes().isPresent()) {
        write(out, sparse.codes().get());
      } else {
        CalibratedWeightsCodec.write(out, sparse.floats());
      }
    }
  }

  private static void begin(DataOutputStream out, int form, FloatType type, Shape shape)
      throws IOException {
    out.writeByte(form);
    out.writeByte(type == FloatType.HALF ? 0 : 1);
    CalibratedWeightsCodec.write(out, shape);
  }

  private static void packed(DataOutputStream out, CodedWeights weights) throws IOException {
    byte[] codes = weights.sharedCodes().clone();
    int mask = weights.bits().codes() - 1;
    for (int i = 0; i < codes.length; i++) {
      codes[i] &= (byte) mask;
    }
    out.write(CodePacker.packMostSignificantFirst(codes, weights.bits()));
  }

  private static byte[] mask(SparseWeights sparse) {
    int count = Math.toIntExact(sparse.shape().elementCount());
    byte[] bits = new byte[count];
    BitSet kept = sparse.kept();
    for (int i = 0; i < count; i++) {
      bits[i] = (byte) (kept.get(i) ? 1 : 0);
    }
    return CodePacker.packMostSignificantFirst(bits, new NumberOfBits(1));
  }

  static QuantizedWeights read(DataInputStream in) throws IOException {
    return read(in, true);
  }

  private static QuantizedWeights read(DataInputStream in, boolean outermost) throws IOException {
    int form = in.readUnsignedByte();
    int type = in.readUnsignedByte();
    require(type <= 1, "its type (" + type + ") is neither 0 nor 1");
    Shape shape = shape(in);
    FloatType floats = type == 0 ? FloatType.HALF : FloatType.SINGLE;
    return switch (form) {
      case BLOCKS -> blocks(in, shape, floats);
      case TABLES -> tables(in, shape, floats);
      case SCALED_TABLE -> scaledTable(in, shape, floats);
      case SPARSE_FLOATS, SPARSE_CODES -> {
        require(outermost, "a sparse form lies in another");
        yield sparse(in, shape, floats, form == SPARSE_CODES);
      }
      default ->
          throw new CalibratedWeightsCodec.DamagedException(
              "its form (" + form + ") is not in [2, 6]");
    };
  }

  /** What one byte stands for at most: a vector of 256 for each bit. */
  private static Shape shape(DataInputStream in) throws IOException {
    int rank = in.readUnsignedByte();
    require(rank >= 1 && rank <= 8, "rank " + rank + " is not in [1, 8]");
    int[] lengths = new int[rank];
    long count = 1;
    for (int axis = 0; axis < rank; axis++) {
      lengths[axis] = in.readInt();
      require(lengths[axis] >= 1, "a length (" + lengths[axis] + ") is not at least 1");
      count *= lengths[axis];
      require(
          count <= Math.min(Integer.MAX_VALUE - 16L, 2048L * in.available()),
          "its codes cannot lie in the " + in.available() + " bytes that are left");
    }
    return Shape.of(lengths);
  }

  private static BlockwiseWeights blocks(DataInputStream in, Shape shape, FloatType type)
      throws IOException {
    NumberOfBits bits = CalibratedWeightsCodec.bits(in);
    boolean signed = mark(in, "signed codes");
    Shape blocks = CalibratedWeightsCodec.shape(in, Float.SIZE, "scales");
    require(divides(blocks, shape), "its blocks " + blocks + " do not divide " + shape);
    byte[] codes = codes(in, bits, Math.toIntExact(shape.elementCount()));
    int unused = Integer.SIZE - bits.bits();
    for (int i = 0; signed && i < codes.length; i++) {
      codes[i] = (byte) (codes[i] << unused >> unused);
    }
    int count = Math.toIntExact(blocks.elementCount());
    float[] scales = floats(in, count, type, "scale");
    byte[] zeroPoints = new byte[mark(in, "zero points") ? count : 0];
    in.readFully(zeroPoints);
    for (byte zero : zeroPoints) {
      int code = signed ? zero << unused >> unused : zero & (bits.codes() - 1);
      require(zero == (byte) code, "a zero point (" + zero + ") is no code of " + bits + " bits");
    }
    return new BlockwiseWeights(shape, bits, codes, signed, type, blocks, scales, zeroPoints);
  }

  private static PalettizedWeights tables(DataInputStream in, Shape shape, FloatType type)
      throws IOException {
    NumberOfBits bits = CalibratedWeightsCodec.bits(in);
    Shape tables = CalibratedWeightsCodec.shape(in, Float.SIZE, "tables");
    int vector = in.readInt();
    int axis = in.readUnsignedByte();
    require(
        axis < shape.rank()
            && vector >= 1
            && vector <= in.available()
            && shape.length(axis) % vector == 0,
        "its vectors of " + vector + " along axis " + axis + " do not divide " + shape);
    PalettizedWeights.Cut cut = PalettizedWeights.Cut.of(shape, tables, vector, axis);
    require(divides(tables, cut.indices()), "its tables " + tables + " do not divide " + shape);
    byte[] codes = codes(in, bits, Math.toIntExact(cut.indices().elementCount()));
    long entries = tables.elementCount() * bits.codes() * vector;
    require(entries <= in.available() / Float.BYTES, "its entries are cut off");
    float[] table = floats(in, (int) entries, type, "table");
    float scale = floats(in, 1, type, "scale")[0];
    require(scale >= 0, "its scale (" + scale + ") is below 0");
    for (int i = 0; scale > 0 && i < table.length; i++) {
      double place = Math.rint(table[i] / scale);
      require(
          Math.abs(place) <= 128 && place < 128 && type.round(place * scale) == table[i],
          "an entry (" + table[i] + ") is no byte of scale " + scale);
    }
    return new PalettizedWeights(shape, bits, codes, type, cut, table, scale);
  }

  private static ScaledTableWeights scaledTable(DataInputStream in, Shape shape, FloatType type)
      throws IOException {
    NumberOfBits bits = CalibratedWeightsCodec.bits(in);
    Shape blocks = CalibratedWeightsCodec.shape(in, Float.SIZE, "scales");
    require(divides(blocks, shape), "its blocks " + blocks + " do not divide " + shape);
    byte[] codes = codes(in, bits, Math.toIntExact(shape.elementCount()));
    float[] entries = floats(in, bits.codes(), type, "table");
    float[] scales = floats(in, Math.toIntExact(blocks.elementCount()), type, "scale");
    return new ScaledTableWeights(shape, bits, codes, type, entries, blocks, scales);
  }

  private static SparseWeights sparse(
      DataInputStream in, Shape shape, FloatType type, boolean coded) throws IOException {
    int count = Math.toIntExact(shape.elementCount());
    byte[] bits = codes(in, new NumberOfBits(1), count);
    BitSet kept = new BitSet(count);
    for (int i = 0; i < count; i++) {
      kept.set(i, bits[i] != 0);
    }
    if (coded) {
      QuantizedWeights codes = read(in, false);
      require(codes.shape().equals(shape), "its codes are of shape " + codes.shape());
      return new SparseWeights(type, kept, (CodedWeights) codes);
    }
    float[] stored = floats(in, kept.cardinality(), type, "weight");
    float[] all = new float[count];
    int at = 0;
    for (int i = kept.nextSetBit(0); i >= 0; i = kept.nextSetBit(i + 1)) {
      all[i] = stored[at++];
    }
    return new SparseWeights(type, kept, Tensor.wrap(shape, all));
  }

  private static byte[] codes(DataInputStream in, NumberOfBits bits, int count) throws IOException {
    require(
        bits.packedBytes(count) <= in.available(),
        "its codes cannot lie in the " + in.available() + " bytes that are left");
    return CalibratedWeightsCodec.codes(in, bits, count);
  }

  private static boolean mark(DataInputStream in, String what) throws IOException {
    int mark = in.readUnsignedByte();
    require(mark <= 1, "the mark of its " + what + " (" + mark + ") is neither 0 nor 1");
    return mark == 1;
  }

  private static float[] floats(DataInputStream in, int count, FloatType type, String what)
      throws IOException {
    float[] values = CalibratedWeightsCodec.floats(in, count, what);
    for (float value : values) {
      require(
          type.round(value) == value, "a " + what + " (" + value + ") is no half-precision number");
    }
    return values;
  }

  private static boolean divides(Shape parts, Shape shape) {
    boolean divides = parts.rank() == shape.rank();
    for (int axis = 0; divides && axis < shape.rank(); axis++) {
      divides = shape.length(axis) % parts.length(axis) == 0;
    }
    return divides;
  }
}
