package org.quantsweep.quantize;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
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
   * Codes of 1 to 8 bits.
   *
   * @param granularity what shares a scale; a look-up table is always the whole tensor's
   * @param calibrated whether the codes are fitted to the layer's inputs; same format, same bytes
   */
  record Quantization(Method method, NumberOfBits bits, Granularity granularity, boolean calibrated)
      implements Scheme {
    /**
     * Checks that the parts go together.
     *
     * @throws UsageException when they do not
     */
    public Quantization {
      if (method == Method.Plain.LINEAR_SYMMETRIC && bits.bits() != 8) {
        throw new UsageException(
            "scheme (linear-symmetric:"
                + bits
                + ") must have 8 bits: Core ML's symmetric form has no other.\n"
                + "Maybe write linear:"
                + bits
                + ".");
      }
      if (method == Method.Plain.LINEAR_SYMMETRIC && granularity != Granularity.PER_CHANNEL) {
        throw new UsageException(
            "scheme (linear-symmetric:8) must be per channel: it has no other form.\n"
                + "Maybe write linear:8@tensor.");
      }
      boolean table = method != Method.Plain.LINEAR && method != Method.Plain.LINEAR_SYMMETRIC;
      if (table && granularity != Granularity.PER_TENSOR) {
        throw new UsageException(
            "scheme ("
                + method.text()
                + ":"
                + bits
                + ") cannot be per channel: a weight tensor has one look-up table.\n"
                + "Maybe leave the granularity out.");
      }
      if (calibrated && method != Method.Plain.LINEAR && method != Method.Plain.LUT_KMEANS) {
        throw new UsageException(
            "scheme ("
                + method.text()
                + ":"
                + bits
                + "+calibrated) has no calibrated form: linear and lut-kmeans have one.\n"
                + "Maybe write lut-kmeans:"
                + bits
                + "+calibrated.");
      }
    }

    /** Codes that depend on the weights alone. */
    public Quantization(Method method, NumberOfBits bits, Granularity granularity) {
      this(method, bits, granularity, false);
    }

    /** The same scheme without calibration. */
    public Quantization plain() {
      return new Quantization(method, bits, granularity, false);
    }

    /** Whether it stores a look-up table. */
    public boolean isLookUpTable() {
      return method != Method.Plain.LINEAR && method != Method.Plain.LINEAR_SYMMETRIC;
    }

    @Override
    public String toString() {
      boolean marked = !isLookUpTable() && granularity == Granularity.PER_TENSOR;
      return method.text()
          + ":"
          + bits
          + (marked ? "@tensor" : "")
          + (calibrated ? CALIBRATED : "");
    }
  }

  /**
   * Reads {@code full}, {@code half}, {@code linear:B}, {@code linear:B@tensor}, {@code
   * linear-symmetric:8}, {@code lut-linear:B}, {@code lut-kmeans:B} or {@code lut-custom:NAME:B};
   * {@code +calibrated} may stand behind linear and lut-kmeans.
   *
   * @throws UsageException when it is none of these
   */
  static Scheme parse(String text) {
    return SchemeParser.parse(text.strip());
  }

  /**
   * Every scheme at every width that needs no plugin, in a fixed order: the uniform family is one
   * candidate of each.
   */
  static List<Scheme> all() {
    List<Scheme> schemes = new ArrayList<>();
    schemes.add(new FullPrecision());
    schemes.add(new HalfPrecision());
    for (int width = 1; width <= 8; width++) {
      NumberOfBits bits = new NumberOfBits(width);
      schemes.add(new Quantization(Method.Plain.LINEAR, bits, Granularity.PER_CHANNEL));
      schemes.add(new Quantization(Method.Plain.LINEAR, bits, Granularity.PER_TENSOR));
      schemes.add(new Quantization(Method.Plain.LUT_LINEAR, bits, Granularity.PER_TENSOR));
      schemes.add(new Quantization(Method.Plain.LUT_KMEANS, bits, Granularity.PER_TENSOR));
    }
    schemes.add(
        new Quantization(
            Method.Plain.LINEAR_SYMMETRIC, new NumberOfBits(8), Granularity.PER_CHANNEL));
    return schemes;
  }
}
