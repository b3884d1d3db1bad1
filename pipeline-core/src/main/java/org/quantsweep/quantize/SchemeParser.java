package org.quantsweep.quantize;

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
            + nearest(text)
            + ".");
  }

  /** The known form with the fewest edits (Levenshtein) from what was written. */
  private static String nearest(String text) {
    String best = "linear:8";
    int least = Integer.MAX_VALUE;
    for (Scheme scheme : Scheme.all()) {
      int edits = edits(text, scheme.toString());
      if (edits < least) {
        least = edits;
        best = scheme.toString();
      }
    }
    return best;
  }

  private static int edits(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int substituted = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
