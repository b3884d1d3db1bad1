package org.quantsweep.quantize;

import java.io.Serializable;
import org.quantsweep.UsageException;

/** How a weight tensor is stored. Its text form is the one that people write. */
public sealed interface Scheme extends Serializable {
  /** Stands behind a scheme whose codes are fitted to the layer's inputs. */
  String CALIBRATED = "+calibrated";

  /** Begins a scheme that stores only some of the weights. */
  String SPARSE = "sparse:";

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
    /** Whether it is fitted to the layer's inputs. */
    boolean calibrated();

    /** The same without calibration. */
    Compression plain();

    /** The same, fitted to the layer's inputs. */
    Compression fitted();

    /** Which weights are left out. */
    Sparsity sparsity();

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
   * @param calibrated whether the codes are fitted to the layer's inputs; same format, same bytes
   */
  record Quantization(
      Method method,
      NumberOfBits bits,
      Grouping grouping,
      Sparsity sparsity,
      TableEntries entries,
      boolean calibrated)
      implements Compression {
    /** Codes that depend on the weights alone. */
    public Quantization(Method method, NumberOfBits bits, Grouping grouping) {
      this(method, bits, grouping, false);
    }

    /** Codes of all weights, with plain tables. */
    public Quantization(Method method, NumberOfBits bits, Grouping grouping, boolean calibrated) {
      this(method, bits, grouping, Sparsity.NONE, TableEntries.FLOATS, calibrated);
    }

    @Override
    public Quantization plain() {
      return new Quantization(method, bits, grouping, sparsity, entries, false);
    }

    @Override
    public Quantization fitted() {
      return new Quantization(method, bits, grouping, sparsity, entries, true);
    }

    /** The same codes of the weights that are left. */
    public Quantization sparse(Sparsity left) {
      return new Quantization(method, bits, grouping, left, entries, calibrated);
    }

    /** The same codes with tables of bytes. */
    public Quantization compact() {
      return new Quantization(method, bits, grouping, sparsity, TableEntries.INT8, calibrated);
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
      return text("");
    }

    private String text(String width) {
      boolean usual = grouping.equals(method.usualGrouping());
      return (sparsity.equals(Sparsity.NONE) ? "" : SPARSE + sparsity.text() + "+")
          + method.text()
          + width
          + (usual ? "" : "@" + grouping.text())
          + (entries == TableEntries.INT8 ? "+int8" : "")
          + (calibrated ? CALIBRATED : "");
    }

    @Override
    public String toString() {
      return text(":" + bits);
    }
  }

  /**
   * Floats of the weights that are left.
   *
   * @param sparsity which are left out; not {@link Sparsity#NONE}
   * @param calibrated whether it is chosen by the layer's inputs, and the others make up for it
   */
  record Pruning(Sparsity sparsity, boolean calibrated) implements Compression {
    @Override
    public Pruning plain() {
      return new Pruning(sparsity, false);
    }

    @Override
    public Pruning fitted() {
      return new Pruning(sparsity, true);
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
      return SPARSE + sparsity.text() + (calibrated ? CALIBRATED : "");
    }
  }

  /**
   * Reads {@code full}, {@code half}, {@code linear:B}, {@code linear-symmetric:B}, {@code
   * lut-linear:B}, {@code lut-unique:B}, {@code lut-kmeans:B} or {@code lut-custom:NAME:B}; {@code
   * uintB}, {@code intB} and {@code lut:B} are short for the first two and for {@code
   * lut-kmeans:B}. What shares a scale or a table may be named behind it where that is not a
   * channel for linear codes and the whole tensor for tables: {@code @tensor}, {@code @block32},
   * {@code @group16}, {@code @vector2}. A table {@code @channel} or {@code @block32} is the whole
   * tensor's, with a scale for each. {@code +int8} stores a table in bytes. {@code sparse:0.5+}
   * before it leaves out half of the weights; {@code sparse:0.5} alone keeps the others as floats.
   * {@code +calibrated} stands last.
   *
   * @throws UsageException when it is none of these
   */
  static Scheme parse(String text) {
    return SchemeParser.parse(text.strip());
  }
}
