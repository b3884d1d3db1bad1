package org.quantsweep.quantize;

import org.quantsweep.NearestName;
import org.quantsweep.UsageException;

/** Reads a scheme's text form. */
final class SchemeParser {
  private static final String FORMS =
      "full, half, linear:B, linear:B@tensor, linear-symmetric:8, lut-linear:B, lut-kmeans:B,"
          + " lut-custom:NAME:B with B in 1 to 8";

  private SchemeParser() {}

  static Scheme parse(String text) {
    if (text.equals("full")) {
      return new Scheme.FullPrecision();
    }
    if (text.equals("half")) {
      return new Scheme.HalfPrecision();
    }
    if (text.endsWith("+calibrated")) {
      throw new UsageException(
          "scheme ("
              + text
              + ") is calibrated: this version knows plain schemes only.\nMaybe write "
              + text.substring(0, text.length() - "+calibrated".length())
              + ".");
    }
    boolean perTensor = text.endsWith("@tensor");
    String form = perTensor ? text.substring(0, text.length() - "@tensor".length()) : text;
    int colon = form.lastIndexOf(':');
    if (colon < 0) {
      throw unknown(text);
    }
    Method method = method(form.substring(0, colon));
    if (method == null) {
      throw unknown(text);
    }
    boolean linear = method == Method.Plain.LINEAR || method == Method.Plain.LINEAR_SYMMETRIC;
    if (perTensor && method != Method.Plain.LINEAR) {
      throw unknown(text);
    }
    return new Scheme.Quantization(
        method,
        bits(text, form.substring(colon + 1)),
        linear && !perTensor ? Granularity.PER_CHANNEL : Granularity.PER_TENSOR);
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

  private static NumberOfBits bits(String text, String digits) {
    if (!digits.matches("[0-9]{1,3}")) {
      throw unknown(text);
    }
    return new NumberOfBits(Integer.parseInt(digits));
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
