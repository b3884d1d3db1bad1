package org.quantsweep.quantize;

import java.util.BitSet;
import java.util.Optional;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** A weight tensor of which only some weights are stored, and zeros elsewhere. */
public final class SparseWeights extends QuantizedWeights {
  private static final long serialVersionUID = 1L;

  private final FloatType type;
  private final BitSet kept;

  /** Codes of all weights, those that are zero included; null for floats. */
  private final CodedWeights codes;

  private final float[] floats;

  /**
   * With floats.
   *
   * @param kept which weights are stored
   * @param weights all of them, numbers of the type
   */
  public SparseWeights(FloatType type, BitSet kept, Tensor weights) {
    super(weights.shape());
    this.type = type;
    this.kept = (BitSet) kept.clone();
    this.codes = null;
    this.floats = new float[kept.cardinality()];
    int at = 0;
    for (int i = kept.nextSetBit(0); i >= 0; i = kept.nextSetBit(i + 1)) {
      floats[at++] = weights.get(i);
    }
  }

  /**
   * With codes.
   *
   * @param kept which weights are stored
   * @param codes of all weights; those of others are not stored
   */
  public SparseWeights(FloatType type, BitSet kept, CodedWeights codes) {
    super(codes.shape());
    this.type = type;
    this.kept = (BitSet) kept.clone();
    this.codes = codes;
    this.floats = new float[0];
  }

  /** What the weights are. */
  public FloatType type() {
    return type;
  }

  /** How many weights are stored. */
  public int count() {
    return kept.cardinality();
  }

  /** Which weights are stored; a copy. */
  public BitSet kept() {
    return (BitSet) kept.clone();
  }

  /** The codes of all weights; empty where the stored ones are floats. */
  public Optional<CodedWeights> codes() {
    return Optional.ofNullable(codes);
  }

  /** The stored floats in row-major order; a copy. */
  public float[] floats() {
    return floats.clone();
  }

  @Override
  public boolean isOf(Scheme.Compression scheme) {
    return !scheme.sparsity().equals(Sparsity.NONE)
        && (codes == null ? scheme instanceof Scheme.Pruning : codes.isOfCodes(scheme));
  }

  @Override
  public Tensor dequantize() {
    Shape shape = shape();
    float[] weights = new float[Math.toIntExact(shape.elementCount())];
    Tensor decoded = codes == null ? null : codes.dequantize();
    int at = 0;
    for (int i = kept.nextSetBit(0); i >= 0; i = kept.nextSetBit(i + 1)) {
      weights[i] = decoded == null ? floats[at] : decoded.get(i);
      at++;
    }
    return Tensor.wrap(shape, weights);
  }
}
