package org.quantsweep.quantize;

import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Codes that are places in look-up tables for blocks of the tensor; an entry is one weight, or a
 * vector of neighbours along one axis (ML Programs' {@code constexpr_lut_to_dense}).
 */
public final class PalettizedWeights extends CodedWeights {
  private static final long serialVersionUID = 1L;

  private final FloatType type;
  private final Cut cut;
  private final float[] entries;
  private final float scale;

  /**
   * How codes and tables lie.
   *
   * @param indices the shape of the codes: the tensor's, its vector axis divided by the vector
   * @param tables how many tables there are along each axis
   * @param vector weights that one code stands for; 1 for most
   * @param vectorAxis along which they lie
   */
  public record Cut(Shape indices, Shape tables, int vector, int vectorAxis)
      implements java.io.Serializable {
    /**
     * The cut of a tensor.
     *
     * @param shape of the tensor
     */
    static Cut of(Shape shape, Shape tables, int vector, int vectorAxis) {
      int[] lengths = shape.lengths();
      if (vector > 1) {
        lengths[vectorAxis] /= vector;
      }
      return new Cut(Shape.of(lengths), tables, vector, vectorAxis);
    }

    /** Where the weights of each code lie in the tensor: {@code [codes, vector]}. */
    public int[] elements() {
      int inner = 1;
      for (int axis = vectorAxis + 1; axis < indices.rank(); axis++) {
        inner *= indices.length(axis);
      }
      int codes = Math.toIntExact(indices.elementCount());
      int[] places = new int[codes * vector];
      for (int i = 0; i < codes; i++) {
        for (int j = 0; j < vector; j++) {
          places[i * vector + j] = vector == 1 ? i : (i / inner * vector + j) * inner + i % inner;
        }
      }
      return places;
    }
  }

  /**
   * Of stored parts, which the caller must not change any more.
   *
   * @param entries numbers of the type: {@code [tables, 2^bits, vector]}
   * @param scale of entries that are stored as signed bytes; 0 for floats
   */
  public PalettizedWeights(
      Shape shape,
      NumberOfBits bits,
      byte[] codes,
      FloatType type,
      Cut cut,
      float[] entries,
      float scale) {
    super(shape, bits, codes, cut.indices().elementCount());
    long wanted = cut.tables().elementCount() * bits.codes() * cut.vector();
    if (entries.length != wanted) {
      throw new IllegalArgumentException(
          "tables " + cut.tables() + " need " + wanted + " numbers, not " + entries.length + ".");
    }
    this.type = type;
    this.cut = cut;
    this.entries = entries;
    this.scale = scale;
  }

  /** What the entries are, and the weights. */
  public FloatType type() {
    return type;
  }

  /** How codes and tables lie. */
  public Cut cut() {
    return cut;
  }

  /** The numbers of the tables: {@code [tables, 2^bits, vector]}; a copy. */
  public float[] entries() {
    return entries.clone();
  }

  /** Whether the entries are stored as bytes. */
  public boolean isCompact() {
    return scale != 0;
  }

  /** The scale of entries that are stored as bytes. */
  public float scale() {
    return scale;
  }

  /** The stored bytes of the entries: {@code entry = scale x byte}. */
  public byte[] compactEntries() {
    byte[] bytes = new byte[entries.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Math.rint(entries[i] / scale);
    }
    return bytes;
  }

  @Override
  public PalettizedWeights bytewise() {
    NumberOfBits byteSize = new NumberOfBits(Byte.SIZE);
    int own = bits().codes() * cut.vector();
    int wide = byteSize.codes() * cut.vector();
    float[] padded = new float[entries.length / own * wide];
    for (int table = 0; table < entries.length / own; table++) {
      for (int i = 0; i < wide; i++) {
        // The last entry again and again, whole vectors of it.
        int from = i < own ? i : own - cut.vector() + i % cut.vector();
        padded[table * wide + i] = entries[table * own + from];
      }
    }
    return new PalettizedWeights(shape(), byteSize, sharedCodes(), type, cut, padded, scale);
  }

  @Override
  public Tensor dequantize() {
    byte[] codes = sharedCodes();
    int[] tables = new BlockPlaces(cut.indices(), cut.tables()).ofElements();
    int[] places = cut.elements();
    int vector = cut.vector();
    float[] weights = new float[codes.length * vector];
    for (int i = 0; i < codes.length; i++) {
      int entry = (tables[i] * bits().codes() + (codes[i] & 255)) * vector;
      for (int j = 0; j < vector; j++) {
        weights[places[i * vector + j]] = entries[entry + j];
      }
    }
    return Tensor.wrap(shape(), weights);
  }
}
