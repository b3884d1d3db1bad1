package org.quantsweep.quantize;

import java.lang.ref.SoftReference;
import java.util.BitSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Makes what ML Programs store: codes in blocks, look-up tables for groups of channels and for
 * vectors, tables with scales, and sparse forms of both, with the values that coremltools 9.0 makes
 * where it is right.
 */
public final class ProgramQuantizer extends TensorQuantizer {
  private final Tensor weights;
  private final FloatType type;
  private final WeightAxes axes;
  private final Map<Sparsity, BitSet> kept = new ConcurrentHashMap<>();
  private final Palettes palettes;
  private final ScaledTables scaledTables;

  /** The last form that was made: its fitted twin begins with it. */
  private Scheme.Compression lastScheme;

  private SoftReference<QuantizedWeights> last = new SoftReference<>(null);

  /**
   * For one weight tensor.
   *
   * @param weights numbers of the type, at least one
   * @param type what the program computes with
   * @throws org.quantsweep.BadInputException when a weight is NaN or infinite
   */
  public ProgramQuantizer(Tensor weights, FloatType type, WeightAxes axes) {
    this(weights, type, axes, new Palettes(weights, type), new ScaledTables(weights, type));
    requireFinite(weights);
  }

  private ProgramQuantizer(
      Tensor weights, FloatType type, WeightAxes axes, Palettes palettes, ScaledTables scaled) {
    this.weights = weights;
    this.type = type;
    this.axes = axes;
    this.palettes = palettes;
    this.scaledTables = scaled;
  }

  /** What the weights are. */
  public FloatType type() {
    return type;
  }

  /** What its axes are to the operation that takes it. */
  public WeightAxes axes() {
    return axes;
  }

  /** How many weights a sparse scheme stores. */
  public int count(Sparsity sparsity) {
    return kept(sparsity).cardinality();
  }

  @Override
  public boolean leavesNone(Scheme.Compression scheme) {
    return !scheme.sparsity().equals(Sparsity.NONE) && count(scheme.sparsity()) == 0;
  }

  private BitSet kept(Sparsity sparsity) {
    return kept.computeIfAbsent(sparsity, new Pruner(weights, type, axes)::kept);
  }

  @Override
  public synchronized QuantizedWeights quantize(Scheme.Compression scheme) {
    requirePlain(scheme);
    QuantizedWeights known = scheme.equals(lastScheme) ? last.get() : null;
    if (known == null) {
      known = made(scheme);
      last = new SoftReference<>(known);
      lastScheme = scheme;
    }
    return known;
  }

  private QuantizedWeights made(Scheme.Compression scheme) {
    return scheme instanceof Scheme.Quantization codes
        ? quantize(codes)
        : new SparseWeights(type, kept(scheme.sparsity()), weights);
  }

  private QuantizedWeights quantize(Scheme.Quantization scheme) {
    if (scheme.isScaledTable()) {
      return scaledTables.fit(scheme.bits(), blocks(weights.shape(), scheme.grouping(), axes));
    }
    if (scheme.sparsity().equals(Sparsity.NONE)) {
      return codes(scheme, palettes, weights);
    }
    BitSet left = kept(scheme.sparsity());
    float[] masked = weights.toArray();
    for (int i = left.nextClearBit(0); i < masked.length; i = left.nextClearBit(i + 1)) {
      masked[i] = 0;
    }
    Tensor zeroed = Tensor.wrap(weights.shape(), masked);
    // Zeros are not stored, so that a table of least error need not hold one.
    return new SparseWeights(
        type, left, codes(scheme, new Palettes(zeroed, type).only(left), zeroed));
  }

  private CodedWeights codes(Scheme.Quantization scheme, Palettes tables, Tensor values) {
    if (!scheme.isLookUpTable()) {
      boolean symmetric = scheme.method() == Method.Plain.LINEAR_SYMMETRIC;
      return new BlockwiseQuantizer(values, type, scheme.bits(), symmetric)
          .quantize(blocks(values.shape(), scheme.grouping(), axes));
    }
    return tables.fit(scheme, cut(values.shape(), scheme.grouping(), axes));
  }

  /** How many blocks a scheme of scales cuts a tensor into, along each axis. */
  public static Shape blocks(Shape shape, Grouping grouping, WeightAxes axes) {
    int[] blocks = BlockPlaces.whole(shape.rank()).lengths();
    if (grouping.equals(Grouping.PER_CHANNEL) || grouping instanceof Grouping.PerBlock) {
      blocks[axes.output()] = shape.length(axes.output());
    }
    if (grouping instanceof Grouping.PerBlock block) {
      blocks[axes.input()] = shape.length(axes.input()) / block.weights();
    }
    return Shape.of(blocks);
  }

  /** How a scheme of tables cuts a tensor. */
  public static PalettizedWeights.Cut cut(Shape shape, Grouping grouping, WeightAxes axes) {
    int[] tables = BlockPlaces.whole(shape.rank()).lengths();
    int vector = 1;
    if (grouping instanceof Grouping.PerChannelGroup group) {
      tables[axes.output()] = shape.length(axes.output()) / group.channels();
    } else if (grouping instanceof Grouping.PerVector several) {
      vector = several.channels();
    }
    return PalettizedWeights.Cut.of(shape, Shape.of(tables), vector, axes.output());
  }

  @Override
  public Optional<OptimalTableSet> knownTables() {
    return palettes.known();
  }

  @Override
  public ProgramQuantizer withTables(OptimalTableSet known) {
    return new ProgramQuantizer(weights, type, axes, palettes.with(known), scaledTables);
  }
}
