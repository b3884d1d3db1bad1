package org.quantsweep.coreml.mlprogram;

import java.util.Optional;
import org.quantsweep.quantize.BlockwiseWeights;
import org.quantsweep.quantize.FloatType;
import org.quantsweep.quantize.Grouping;
import org.quantsweep.quantize.Method;
import org.quantsweep.quantize.PalettizedWeights;
import org.quantsweep.quantize.ProgramQuantizer;
import org.quantsweep.quantize.QuantizedWeights;
import org.quantsweep.quantize.ScaledTableWeights;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.quantize.SparseWeights;
import org.quantsweep.quantize.Sparsity;
import org.quantsweep.quantize.TableEntries;
import org.quantsweep.tensor.Shape;

/** How a constant is stored, without its numbers: all that its size depends on. */
sealed interface ConstantForm {
  /** The first opset that has it. */
  Opset least();

  /**
   * Plain floats.
   *
   * @param stored half precision in a program that computes in float32 is cast when it is loaded
   */
  record Floats(FloatType stored, FloatType meant) implements ConstantForm {
    @Override
    public Opset least() {
      return stored == meant ? Opset.IOS15 : Opset.IOS16;
    }
  }

  /**
   * Codes with scales for blocks.
   *
   * @param shape of the constant
   * @param blocks how many along each axis
   * @param zeroPoints whether there are any
   */
  record Blocks(int bits, boolean signed, Shape shape, Shape blocks, boolean zeroPoints)
      implements ConstantForm {
    @Override
    public Opset least() {
      return bits == 8 && isPerChannel() ? Opset.IOS16 : Opset.IOS18;
    }

    /** Whether there is one scale, or one for each place of one axis. */
    private boolean isPerChannel() {
      int cut = 0;
      for (int axis = 0; axis < blocks.rank(); axis++) {
        boolean one = blocks.length(axis) == 1;
        if (!one && blocks.length(axis) != shape.length(axis)) {
          return false;
        }
        cut += one ? 0 : 1;
      }
      return cut <= 1;
    }
  }

  /**
   * Codes with look-up tables.
   *
   * @param compact whether entries are bytes
   */
  record Tables(int bits, PalettizedWeights.Cut cut, boolean compact) implements ConstantForm {
    @Override
    public Opset least() {
      boolean one = cut.tables().elementCount() == 1 && cut.vector() == 1;
      return one && !compact && bits != 3 ? Opset.IOS16 : Opset.IOS18;
    }
  }

  /**
   * Codes with one look-up table, and scales for blocks. Before iOS 26 coremltools takes a scale
   * behind a table for the wrong order, and exchanges them ({@code
   * canonicalize_quantized_lut_pattern}).
   *
   * @param shape of the constant
   * @param blocks how many along each axis
   */
  record ScaledTable(int bits, Shape shape, Shape blocks) implements ConstantForm {
    @Override
    public Opset least() {
      return Opset.IOS26;
    }
  }

  /**
   * Some of the weights.
   *
   * @param kept how many
   * @param codes of these; empty for floats
   */
  record Sparse(int kept, Optional<ConstantForm> codes) implements ConstantForm {
    @Override
    public Opset least() {
      return codes.isPresent() ? Opset.IOS18 : Opset.IOS16;
    }
  }

  /**
   * The form of a scheme for a weight tensor.
   *
   * @param count tells how many weights a sparse scheme keeps
   */
  static ConstantForm of(
      Scheme scheme, ProgramWeight weight, java.util.function.ToIntFunction<Sparsity> count) {
    if (scheme instanceof Scheme.FullPrecision) {
      return new Floats(weight.type(), weight.type());
    }
    if (scheme instanceof Scheme.HalfPrecision) {
      return new Floats(FloatType.HALF, weight.type());
    }
    Scheme.Compression compression = (Scheme.Compression) scheme;
    Optional<ConstantForm> codes =
        compression instanceof Scheme.Quantization quantization
            ? Optional.of(codes(quantization, weight))
            : Optional.empty();
    return compression.sparsity().equals(Sparsity.NONE)
        ? codes.orElseThrow()
        : new Sparse(count.applyAsInt(compression.sparsity()), codes);
  }

  private static ConstantForm codes(Scheme.Quantization scheme, ProgramWeight weight) {
    Shape shape = weight.tensor().shape();
    Grouping grouping = scheme.grouping();
    if (scheme.isScaledTable()) {
      return new ScaledTable(
          scheme.codeBits().bits(), shape, ProgramQuantizer.blocks(shape, grouping, weight.axes()));
    }
    if (scheme.isLookUpTable()) {
      return new Tables(
          scheme.codeBits().bits(),
          ProgramQuantizer.cut(shape, grouping, weight.axes()),
          scheme.entries() == TableEntries.INT8);
    }
    boolean symmetric = scheme.method() == Method.Plain.LINEAR_SYMMETRIC;
    return new Blocks(
        scheme.codeBits().bits(),
        symmetric,
        shape,
        ProgramQuantizer.blocks(shape, grouping, weight.axes()),
        !symmetric);
  }

  /** The form of made weights. */
  static ConstantForm of(QuantizedWeights weights) {
    if (weights instanceof BlockwiseWeights blocks) {
      return new Blocks(
          blocks.bits().bits(),
          blocks.isSigned(),
          blocks.shape(),
          blocks.blocks(),
          blocks.zeroPoints().length > 0);
    }
    if (weights instanceof PalettizedWeights tables) {
      return new Tables(tables.bits().bits(), tables.cut(), tables.isCompact());
    }
    if (weights instanceof ScaledTableWeights scaled) {
      return new ScaledTable(scaled.bits().bits(), scaled.shape(), scaled.blocks());
    }
    if (weights instanceof SparseWeights sparse) {
      return new Sparse(sparse.count(), sparse.codes().map(ConstantForm::of));
    }
    throw new IllegalArgumentException(
        weights.getClass().getSimpleName() + " are no weights of an ML Program.");
  }
}
