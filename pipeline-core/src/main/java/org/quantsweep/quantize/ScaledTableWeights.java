package org.quantsweep.quantize;

import java.util.Arrays;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Codes that are places in one look-up table of the whole tensor, and scales for blocks: w = scale
 * x entry, the product rounded once to the type (ML Programs' {@code constexpr_lut_to_dense}, then
 * {@code constexpr_blockwise_shift_scale}).
 */
public final class ScaledTableWeights extends CodedWeights {
  private static final long serialVersionUID = 1L;

  private final FloatType type;
  private final Shape blocks;
  private final float[] entries;
  private final float[] scales;

  /**
   * Of stored parts, which the caller must not change any more.
   *
   * @param entries 2^bits numbers of the type
   * @param blocks how many blocks there are along each axis
   * @param scales numbers of the type, one for each block
   */
  public ScaledTableWeights(
      Shape shape,
      NumberOfBits bits,
      byte[] codes,
      FloatType type,
      float[] entries,
      Shape blocks,
      float[] scales) {
    super(shape, bits, codes, shape.elementCount());
    if (entries.length != bits.codes() || scales.length != blocks.elementCount()) {
      throw new IllegalArgumentException(
          "blocks "
              + blocks
              + " and "
              + bits
              + " bits need as many scales and "
              + bits.codes()
              + " entries, not "
              + scales.length
              + " and "
              + entries.length
              + ".");
    }
    this.type = type;
    this.blocks = blocks;
    this.entries = entries;
    this.scales = scales;
  }

  /** What entries and scales are, and the weights. */
  public FloatType type() {
    return type;
  }

  /** How many blocks there are along each axis. */
  public Shape blocks() {
    return blocks;
  }

  /** The table; a copy. */
  public float[] entries() {
    return entries.clone();
  }

  /** One for each block; a copy. */
  public float[] scales() {
    return scales.clone();
  }

  @Override
  boolean isOfCodes(Scheme.Compression scheme) {
    return scheme instanceof Scheme.Quantization codes
        && codes.codeBits().equals(bits())
        && codes.isScaledTable();
  }

  @Override
  public ScaledTableWeights bytewise() {
    NumberOfBits byteSize = new NumberOfBits(Byte.SIZE);
    float[] padded = Arrays.copyOf(entries, byteSize.codes());
    Arrays.fill(padded, entries.length, padded.length, entries[entries.length - 1]);
    return new ScaledTableWeights(shape(), byteSize, sharedCodes(), type, padded, blocks, scales);
  }

  @Override
  public Tensor dequantize() {
    byte[] codes = sharedCodes();
    int[] places = new BlockPlaces(shape(), blocks).ofElements();
    float[] weights = new float[codes.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = type.round(scales[places[i]] * entries[codes[i] & 255]);
    }
    return Tensor.wrap(shape(), weights);
  }
}
