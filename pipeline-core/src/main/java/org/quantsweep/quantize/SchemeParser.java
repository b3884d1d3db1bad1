package org.quantsweep.quantize;

import org.quantsweep.NearestName;
import org.quantsweep.UsageException;

/** Reads a scheme's text form. */
final class SchemeParser {
  private static final String FORMS =
      "full, half, linear:B, linear:B@tensor, linear-symmetric:8, lut-linear:B, lut-kmeans:B,"
          + " lut-custom:NAME:B with B in 1 to 8; linear and lut-kmeans also with +calibrated";

  private SchemeParser() {}

  static Scheme parse(String text) {
    if (text.equals("full")) {
      return new Scheme.FullPrecision();
    }
    if (text.equals("half")) {
      return new Scheme.HalfPrecision();
    }
    if (text.endsWith(Scheme.CALIBRATED)) {
      Scheme plain = parse(text.substring(0, text.length() - Scheme.CALIBRATED.length()));
      if (!(plain instanceof Scheme.Quantization quantization) || quantization.calibrated()) {
        throw unknown(text);
      }
      return new Scheme.Quantization(
          quantization.method(), quantization.bits(), quantization.granularity(), true);
    }
    int at = text.indexOf('@');
    String form = at < 0 ? text : text.substring(0, at);
    int colon = form.lastIndexOf(':');
    Method method = colon < 0 ? null : method(form.substring(0, colon));
    if (method == null) {
      throw unknown(text);
    }
    NumberOfBits bits = bits(text, method, form.substring(colon + 1));
    if (at < 0) {
      boolean linear = method == Method.Plain.LINEAR || method == Method.Plain.LINEAR_SYMMETRIC;
      return new Scheme.Quantization(
          method, bits, linear ? Granularity.PER_CHANNEL : Granularity.PER_TENSOR);
    }
    if (method != Method.Plain.LINEAR) {
      throw new UsageException(
          "scheme ("
              + text
              + ") names a granularity: "
              + method.text()
              + " has one only, which goes without saying.\nMaybe write "
              + method.text()
              + ":"
              + bits
              + ".");
    }
    if (!text.substring(at).equals("@tensor")) {
      throw unknown(text);
    }
    return new Scheme.Quantization(method, bits, Granularity.PER_TENSOR);
  }

  private static Method method(String name) {
    for (Method.Plain plain : Method.Plain.values()) {
      if (plain.text().equals(name)) {
        return plain;
      }
    }
    return name.startsWith("lut-custom:")
        ? new Method.CustomTable(name.substring("lut-custom:".length()))
        : null;
  }

  private static NumberOfBits bits(String text, Method method, String digits) {
    if (!digits.matches("[0-9]{1,9}")) {
      throw unknown(text);
    }
    int bits = Integer.parseInt(digits);
    if (bits < 1 || bits > 8) {
      throw new UsageException(
          "scheme ("
              + text
              + ") has "
              + bits
              + " bits, which must be in [1, 8].\nMaybe write "
              + (bits > 8 ? method.text() + ":8, or half for 16 bits." : method.text() + ":1."));
    }
    return new NumberOfBits(bits);
  }

  private static UsageException unknown(String text) {
    return new UsageException(
        "scheme ("
            + text
            + ") is not known. Known are "
            + FORMS
            + ".\nMaybe write "
            + NearestName.of(text, Scheme.all().stream().map(Scheme::toString).toList())
            + ".");
  }
}
