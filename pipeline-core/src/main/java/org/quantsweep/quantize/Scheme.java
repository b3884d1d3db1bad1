package org.quantsweep.quantize;

import java.io.Serializable;
import org.quantsweep.UsageException;

/** How a weight tensor is stored. Its text form is the one that people write. */
public sealed interface Scheme extends Serializable {
  /** Stands behind a scheme whose codes are fitted to the layer's inputs. */
  String CALIBRATED = "+calibrated";

  /** Stands before {@link #CALIBRATED} where the layer gets a bias that it does not have. */
  String BIAS = "+bias";

  /** Stands behind a scheme whose codes take a byte each. */
  String BYTEWISE = "+bytewise";

  /** Begins a scheme that stores only some of the weights. */
  String SPARSE = "sparse:";

  /** In the short spelling, which people of ML Programs write: {@code int8}, {@code lut:4}. */
  default String shortly() {
    return toString();
  }

  /** Float32; in an ML Program, the floats that the program itself computes with. */
  record FullPrecision() implements Scheme {
    @Override
    public String toString() {
      return "full";
    }
  }

  /** IEEE half precision, rounded to nearest even. */
  record HalfPrecision() implements Scheme {
    @Override
    public String toString() {
      return "half";
    }
  }

  /** What changes weights to make them smaller, other than to plain floats. */
  sealed interface Compression extends Scheme {
    /** What is fitted to the layer's inputs. */
    Fitting fitting();

    /** The same, fitted otherwise or not at all. */
    Compression with(Fitting other);

    /** Whether it is fitted to the layer's inputs. */
    default boolean calibrated() {
      return fitting() != Fitting.NONE;
    }

    /** Whether the layer gets a bias that it does not have as given. */
    default boolean addsBias() {
      return fitting() == Fitting.FITTED_WITH_BIAS;
    }

    /** The same without calibration. */
    default Compression plain() {
      return with(Fitting.NONE);
    }

    /** The same, fitted to the layer's inputs; the layer keeps the bias that it has, or none. */
    default Compression fitted() {
      return with(Fitting.FITTED);
    }

    /** The same, fitted together with a bias that the layer does not have as given. */
    default Compression fittedWithBias() {
      return with(Fitting.FITTED_WITH_BIAS);
    }

    /** Which weights are left out. */
    Sparsity sparsity();

    /** The same with codes of as many bits as they need: it has the same weights. */
    default Compression packed() {
      return this;
    }

    /** The bits of what is stored for one weight, or for one of those that are left. */
    double bitsPerWeight();

    /** The text without the number of bits: what narrower and wider schemes have in common. */
    String form();
  }

  /**
   * Codes of 1 to 8 bits. What a model may store is its format's to say.
   *
   * @param grouping what shares a scale or a look-up table; a table for channels or blocks is the
   *     whole tensor's, and these have a scale each
   * @param sparsity which weights are left out
   * @param entries what the entries of tables are stored as
   * @param bytewise whether a code takes a whole byte, of which it uses the lower bits: larger on
   *     disk, and often smaller once deflated, which looks for bytes that occur often
   * @param fitting whether the codes are fitted to the layer's inputs: same format, same bytes, but
   *     for a bias that the layer gets
   */
  record Quantization(
      Method method,
      NumberOfBits bits,
      Grouping grouping,
      Sparsity sparsity,
      TableEntries entries,
      boolean bytewise,
      Fitting fitting)
      implements Compression {
    /** Checks that there is something to widen. */
    public Quantization {
      if (bytewise && (bits.bits() == Byte.SIZE || !sparsity.equals(Sparsity.NONE))) {
        throw new IllegalArgumentException(
            "codes of " + bits + " bits and sparsity (" + sparsity + ") are not made bytewise.");
      }
    }

    /** Codes that depend on the weights alone. */
    public Quantization(Method method, NumberOfBits bits, Grouping grouping) {
      this(method, bits, grouping, Sparsity.NONE, TableEntries.FLOATS, false, Fitting.NONE);
    }

    @Override
    public Quantization with(Fitting other) {
      return new Quantization(method, bits, grouping, sparsity, entries, bytewise, other);
    }

    /** The same codes of the weights that are left. */
    public Quantization sparse(Sparsity left) {
      return new Quantization(method, bits, grouping, left, entries, bytewise, fitting);
    }

    /** The same codes with tables of bytes. */
    public Quantization compact() {
      return new Quantization(
          method, bits, grouping, sparsity, TableEntries.INT8, bytewise, fitting);
    }

    /** The same codes, each in a byte of its own. */
    public Quantization inBytes() {
      return new Quantization(method, bits, grouping, sparsity, entries, true, fitting);
    }

    @Override
    public Quantization packed() {
      return new Quantization(method, bits, grouping, sparsity, entries, false, fitting);
    }

    /** The bits that a code takes in the files. */
    public NumberOfBits codeBits() {
      return bytewise ? new NumberOfBits(Byte.SIZE) : bits;
    }

    /** Whether it stores a look-up table. */
    public boolean isLookUpTable() {
      return method.isLookUpTable();
    }

    /** Whether it stores one look-up table and a scale for each channel or block. */
    public boolean isScaledTable() {
      return isLookUpTable()
          && (grouping.equals(Grouping.PER_CHANNEL) || grouping instanceof Grouping.PerBlock);
    }

    @Override
    public double bitsPerWeight() {
      return grouping instanceof Grouping.PerVector vector
          ? (double) bits.bits() / vector.channels()
          : bits.bits();
    }

    @Override
    public String form() {
      return text(method.text());
    }

    @Override
    public String shortly() {
      return text(
          method instanceof Method.Plain plain
              ? switch (plain) {
                case LINEAR -> "uint" + bits;
                case LINEAR_SYMMETRIC -> "int" + bits;
                case LUT_KMEANS -> "lut:" + bits;
                default -> plain.text() + ":" + bits;
              }
              : method.text() + ":" + bits);
    }

    private String text(String codes) {
      boolean usual = grouping.equals(method.usualGrouping());
      return (sparsity.equals(Sparsity.NONE) ? "" : SPARSE + sparsity.text() + "+")
          + codes
          + (usual ? "" : "@" + grouping.text())
          + (entries == TableEntries.INT8 ? "+int8" : "")
          + (bytewise ? BYTEWISE : "")
          + fitting.text();
    }

    @Override
    public String toString() {
      return text(method.text() + ":" + bits);
    }
  }

  /**
   * Floats of the weights that are left.
   *
   * @param sparsity which are left out; not {@link Sparsity#NONE}
   * @param fitting whether it is chosen by the layer's inputs, and the others make up for it
   */
  record Pruning(Sparsity sparsity, Fitting fitting) implements Compression {
    @Override
    public Pruning with(Fitting other) {
      return new Pruning(sparsity, other);
    }

    @Override
    public double bitsPerWeight() {
      return Float.SIZE;
    }

    @Override
    public String form() {
      return toString();
    }

    @Override
    public String toString() {
      return SPARSE + sparsity.text() + fitting.text();
    }
  }

  /**
   * Reads {@code full}, {@code half}, {@code linear:B}, {@code linear-symmetric:B}, {@code
   * lut-linear:B}, {@code lut-unique:B}, {@code lut-kmeans:B} or {@code lut-custom:NAME:B}; {@code
   * uintB}, {@code intB} and {@code lut:B} are short for the first two and for {@code
   * lut-kmeans:B}. What shares a scale or a table may be named behind it where that is not a
   * channel for linear codes and the whole tensor for tables: {@code @tensor}, {@code @block32},
   * {@code @group16}, {@code @vector2}. A table {@code @channel} or {@code @block32} is the whole
   * tensor's, with a scale for each. {@code +int8} stores a table in bytes, {@code +bytewise} each
   * code. {@code sparse:0.5+} before it leaves out half of the weights; {@code sparse:0.5} alone
   * keeps the others as floats. {@code +calibrated} stands last; {@code +bias} right before it
   * gives the layer a bias that it does not have.
   *
   * @throws UsageException when it is none of these
   */
  static Scheme parse(String text) {
    return SchemeParser.parse(text.strip());
  }
}
