package org.quantsweep.quantize;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quantsweep.NearestName;
import org.quantsweep.UsageException;

/** Reads a scheme's text form. */
final class SchemeParser {
  private static final String FORMS =
      "full, half, linear:B (uintB), linear-symmetric:B (intB), lut-kmeans:B (lut:B), lut-linear:B,"
          + " lut-unique:B, lut-custom:NAME:B with B in 1 to 8, then @tensor, @channel, @blockN,"
          + " @groupN or @vectorN, then +bytewise; sparse:SHARE alone or before these; +calibrated"
          + " last, or +bias+calibrated";

  private static final Pattern SHORT = Pattern.compile("(int|uint)([0-9]{1,9})");
  private static final String COMPACT = "int8";

  private SchemeParser() {}

  static Scheme parse(String text) {
    if (text.equals("full")) {
      return new Scheme.FullPrecision();
    }
    if (text.equals("half")) {
      return new Scheme.HalfPrecision();
    }
    Fitting fitting = fitting(text);
    String plain = text.substring(0, text.length() - fitting.text().length());
    if (fitting == Fitting.NONE && plain.endsWith(Scheme.BIAS)) {
      throw bias(text, plain);
    }
    return compression(text, plain).with(fitting);
  }

  private static Fitting fitting(String text) {
    if (text.endsWith(Fitting.FITTED_WITH_BIAS.text())) {
      return Fitting.FITTED_WITH_BIAS;
    }
    return text.endsWith(Fitting.FITTED.text()) ? Fitting.FITTED : Fitting.NONE;
  }

  /** A bias of zeros would take bytes for nothing. */
  private static UsageException bias(String text, String plain) {
    String without = plain.substring(0, plain.length() - Scheme.BIAS.length());
    Scheme.Compression own =
        compression(
            text, without.substring(0, without.length() - fitting(without).text().length()));
    return new UsageException(
        "scheme ("
            + text
            + ") has +bias without +calibrated behind it: a bias is added where it is fitted.\n"
            + "Maybe write "
            + own.fittedWithBias()
            + ", or "
            + own
            + ".");
  }

  private static Scheme.Compression compression(String text, String plain) {
    List<String> parts = new ArrayList<>(List.of(plain.split("\\+", -1)));
    Sparsity sparsity = Sparsity.NONE;
    if (parts.get(0).startsWith(Scheme.SPARSE)) {
      sparsity =
          Sparsity.parse(parts.remove(0).substring(Scheme.SPARSE.length()))
              .orElseThrow(() -> unknown(text));
      if (parts.isEmpty()) {
        return new Scheme.Pruning(sparsity, Fitting.NONE);
      }
    }
    Scheme.Quantization codes = quantization(text, parts.remove(0)).sparse(sparsity);
    if (!parts.isEmpty() && parts.get(0).equals(COMPACT) && codes.isLookUpTable()) {
      codes = codes.compact();
      parts.remove(0);
    }
    if (parts.isEmpty()) {
      return codes;
    }
    if (parts.equals(List.of(Scheme.BYTEWISE.substring(1)))) {
      return bytewise(text, codes);
    }
    throw unknown(text);
  }

  private static Scheme.Quantization bytewise(String text, Scheme.Quantization codes) {
    boolean sparse = !codes.sparsity().equals(Sparsity.NONE);
    if (sparse || codes.bits().bits() == Byte.SIZE) {
      throw new UsageException(
          "scheme ("
              + text
              + ") cannot be bytewise: "
              + (sparse
                  ? "sparse weights have packed codes."
                  : "codes of 8 bits take a byte each anyway.")
              + "\nMaybe write "
              + codes
              + ".");
    }
    return codes.inBytes();
  }

  private static Scheme.Quantization quantization(String text, String part) {
    int at = part.indexOf('@');
    String form = at < 0 ? part : part.substring(0, at);
    Matcher shortly = SHORT.matcher(form);
    int colon = form.lastIndexOf(':');
    Method method;
    String digits;
    if (shortly.matches()) {
      method = shortly.group(1).equals("int") ? Method.Plain.LINEAR_SYMMETRIC : Method.Plain.LINEAR;
      digits = shortly.group(2);
    } else {
      method = colon < 0 ? null : method(form.substring(0, colon));
      digits = form.substring(colon + 1);
    }
    if (method == null) {
      throw unknown(text);
    }
    NumberOfBits bits = bits(text, method, digits);
    Grouping grouping =
        at < 0
            ? method.usualGrouping()
            : Grouping.parse(part.substring(at + 1)).orElseThrow(() -> unknown(text));
    return new Scheme.Quantization(method, bits, grouping);
  }

  private static Method method(String name) {
    if (name.equals("lut")) {
      return Method.Plain.LUT_KMEANS;
    }
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
    spellings.addAll(
        List.of("int8", "uint8", "int4", "uint4", "int4@block32", "lut:4", "lut:4@group16"));
    spellings.addAll(List.of("lut:6", "lut:8@vector2", "sparse:0.5", "sparse:0.5+lut:4"));
    return spellings;
  }
}
