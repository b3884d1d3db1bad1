package org.quantsweep.quantize;

import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Codes with scales and zero points for blocks: w = scale x (code - zero point), the product
 * rounded once to the type of the scales (ML Programs' {@code constexpr_affine_dequantize} and
 * {@code constexpr_blockwise_shift_scale}).
 */
public final class BlockwiseWeights extends CodedWeights {
  private static final long serialVersionUID = 1L;

  private final FloatType type;
  private final boolean signed;
  private final Shape blocks;
  private final float[] scales;
  private final byte[] zeroPoints;

  /**
   * Of stored parts, which the caller must not change any more.
   *
   * @param signed whether codes are signed whole numbers
   * @param blocks how many blocks there are along each axis
   * @param scales numbers of the type, one for each block
   * @param zeroPoints as many codes, or none for zeros
   */
  public BlockwiseWeights(
      Shape shape,
      NumberOfBits bits,
      byte[] codes,
      boolean signed,
      FloatType type,
      Shape blocks,
      float[] scales,
      byte[] zeroPoints) {
    super(shape, bits, codes, shape.elementCount());
    if (scales.length != blocks.elementCount()
        || (zeroPoints.length != 0 && zeroPoints.length != scales.length)) {
      throw new IllegalArgumentException(
          "blocks "
              + blocks
              + " need as many scales, and zero points or none, not "
              + scales.length
              + " and "
              + zeroPoints.length
              + ".");
    }
    this.type = type;
    this.signed = signed;
    this.blocks = blocks;
    this.scales = scales;
    this.zeroPoints = zeroPoints;
  }

  /** What the scales are, and the weights. */
  public FloatType type() {
    return type;
  }

  /** Whether codes are signed whole numbers. */
  public boolean isSigned() {
    return signed;
  }

  /** How many blocks there are along each axis. */
  public Shape blocks() {
    return blocks;
  }

  /** One for each block; a copy. */
  public float[] scales() {
    return scales.clone();
  }

  /** One for each block, or none for zeros; a copy. */
  public byte[] zeroPoints() {
    return zeroPoints.clone();
  }

  private int number(byte code) {
    return signed ? code : code & 255;
  }

  @Override
  public BlockwiseWeights bytewise() {
    NumberOfBits byteSize = new NumberOfBits(Byte.SIZE);
    return new BlockwiseWeights(
        shape(), byteSize, sharedCodes(), signed, type, blocks, scales, zeroPoints);
  }

  @Override
  public Tensor dequantize() {
    byte[] codes = sharedCodes();
    int[] places = new BlockPlaces(shape(), blocks).ofElements();
    float[] weights = new float[codes.length];
    for (int i = 0; i < weights.length; i++) {
      int zero = zeroPoints.length == 0 ? 0 : number(zeroPoints[places[i]]);
      weights[i] = type.round((float) (number(codes[i]) - zero) * scales[places[i]]);
    }
    return Tensor.wrap(shape(), weights);
  }
}
