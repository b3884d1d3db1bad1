package org.quantsweep.quantize;

import java.io.Serializable;
import org.quantsweep.UsageException;

/** How a weight tensor is stored. Its text form is the one that people write. */
public sealed interface Scheme extends Serializable {
  /** Stands behind a scheme whose codes are fitted to the layer's inputs. */
  String CALIBRATED = "+calibrated";

  /** Float32. */
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

  /**
   * Codes of 1 to 8 bits. What a model may store is its format's to say.
   *
   * @param grouping what shares a scale or a look-up table
   * @param calibrated whether the codes are fitted to the layer's inputs; same format, same bytes
   */
  record Quantization(Method method, NumberOfBits bits, Grouping grouping, boolean calibrated)
      implements Scheme {
    /** Codes that depend on the weights alone. */
    public Quantization(Method method, NumberOfBits bits, Grouping grouping) {
      this(method, bits, grouping, false);
    }

    /** The same scheme without calibration. */
    public Quantization plain() {
      return new Quantization(method, bits, grouping, false);
    }

    /** The same scheme with codes that are fitted to the layer's inputs. */
    public Quantization fitted() {
      return new Quantization(method, bits, grouping, true);
    }

    /** Whether it stores a look-up table. */
    public boolean isLookUpTable() {
      return method.isLookUpTable();
    }

    @Override
    public String toString() {
      boolean usual = grouping.equals(method.usualGrouping());
      return method.text()
          + ":"
          + bits
          + (usual ? "" : "@" + grouping.text())
          + (calibrated ? CALIBRATED : "");
    }
  }

  /**
   * Reads {@code full}, {@code half}, {@code linear:B}, {@code linear-symmetric:B}, {@code
   * lut-linear:B}, {@code lut-kmeans:B} or {@code lut-custom:NAME:B}. What shares a scale or a
   * table may be named behind it where that is not a channel for linear codes and the whole tensor
   * for tables: {@code @tensor}, {@code @block32}, {@code @group16}. {@code +calibrated} stands
   * last.
   *
   * @throws UsageException when it is none of these
   */
  static Scheme parse(String text) {
    return SchemeParser.parse(text.strip());
  }
}
