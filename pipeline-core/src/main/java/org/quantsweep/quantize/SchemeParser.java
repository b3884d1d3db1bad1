package org.quantsweep.quantize;

import java.util.ArrayList;
import java.util.List;
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
      return quantization.fitted();
    }
    int at = text.indexOf('@');
    String form = at < 0 ? text : text.substring(0, at);
    int colon = form.lastIndexOf(':');
    Method method = colon < 0 ? null : method(form.substring(0, colon));
    if (method == null) {
      throw unknown(text);
    }
    NumberOfBits bits = bits(text, method, form.substring(colon + 1));
    Grouping grouping =
        at < 0
            ? method.usualGrouping()
            : Grouping.parse(text.substring(at + 1)).orElseThrow(() -> unknown(text));
    return new Scheme.Quantization(method, bits, grouping);
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
            + NearestName.of(text, spellings())
            + ".");
  }

  /** What people write mostly, for the nearest one. */
  private static List<String> spellings() {
    List<String> spellings = new ArrayList<>(List.of("full", "half", "linear-symmetric:8"));
    for (int bits = 1; bits <= 8; bits++) {
      for (String form : List.of("linear:", "lut-linear:", "lut-kmeans:")) {
        spellings.add(form + bits);
      }
      spellings.add("linear:" + bits + "@tensor");
    }
    return spellings;
  }
}
