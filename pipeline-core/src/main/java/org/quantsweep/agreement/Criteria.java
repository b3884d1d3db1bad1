package org.quantsweep.agreement;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.quantsweep.UsageException;
import org.quantsweep.WrittenDecimal;
import org.quantsweep.inference.Prediction;

/** Reads criteria as people write them. */
public final class Criteria {
  private static final String FORMS =
      "top-1, top-k:K, psnr:DB, snr:DB, cosine:C, largest-error:E, pixel-agreement:P";

  private Criteria() {}

  /**
   * Reads {@code top-1}, {@code top-k:K}, {@code psnr:DB}, {@code snr:DB}, {@code cosine:C}, {@code
   * largest-error:E}, {@code pixel-agreement:P} or a plugin's {@code NAME[:ARGUMENT]}, each with
   * {@code @OUTPUT} to compare one output only.
   *
   * @throws UsageException when it is none of these
   */
  public static Criterion parse(String text) {
    String output = "";
    String form = text.strip();
    int at = form.indexOf('@');
    if (at >= 0) {
      output = form.substring(at + 1);
      form = form.substring(0, at);
      if (output.isEmpty()) {
        throw new UsageException(
            "criterion (" + text + ") names no output after '@'.\nMaybe write " + form + ".");
      }
    }
    int colon = form.indexOf(':');
    String name = colon < 0 ? form : form.substring(0, colon);
    String argument = colon < 0 ? "" : form.substring(colon + 1);
    if (name.equals("top-1") && argument.isEmpty()) {
      return new TopCriterion(1, output);
    }
    if (name.equals("top-k")) {
      return new TopCriterion(classes(text, argument), output);
    }
    for (Measure measure : Measure.values()) {
      if (measure.text().equals(name)) {
        return new OutputCriterion(measure, bound(text, measure, argument), output);
      }
    }
    List<String> plugins = new ArrayList<>();
    for (CriterionProvider provider : ServiceLoader.load(CriterionProvider.class)) {
      if (provider.id().equals(name)) {
        return new PluginCriterion(
            provider.id(), provider.version(), argument, output, provider.create(argument));
      }
      plugins.add(provider.id());
    }
    throw new UsageException(
        "criterion ("
            + text
            + ") is not known. Known are "
            + FORMS
            + (plugins.isEmpty() ? "" : " and the plugins' " + String.join(", ", plugins))
            + ".\nMaybe write top-1 for a classifier, or psnr:30 for pictures.");
  }

  /**
   * Refuses a criterion that compares nothing of what the model answers.
   *
   * @throws UsageException naming the model's outputs
   */
  public static void requireFit(Criterion criterion, Prediction reference) {
    if (criterion.compared(reference).isEmpty()) {
      throw new UsageException(
          "criterion ("
              + criterion
              + ") fits none of the model's outputs ("
              + String.join(", ", reference.outputs().keySet())
              + ").\nMaybe write top-1 for a classifier, or psnr:30 for pictures and arrays.");
    }
  }

  /**
   * Refuses a criterion whose answers have no class, where classes are judged.
   *
   * @throws UsageException naming the criterion
   */
  public static void requireClasses(Criterion criterion) {
    if (!(criterion instanceof TopCriterion)) {
      throw new UsageException(
          "--class-floor needs a criterion that compares classes (top-1 or top-k:K), not "
              + criterion
              + ".\nMaybe leave --class-floor out.");
    }
  }

  private static int classes(String text, String argument) {
    try {
      int k = Integer.parseInt(argument);
      if (k >= 1) {
        return k;
      }
    } catch (NumberFormatException e) {
      // Falls through to the one message for both mistakes.
    }
    throw new UsageException(
        "criterion ("
            + text
            + ") needs a whole number of classes of at least 1.\nMaybe write top-k:5.");
  }

  private static BigDecimal bound(String text, Measure measure, String argument) {
    BigDecimal bound;
    try {
      bound = WrittenDecimal.of(argument);
    } catch (NumberFormatException e) {
      throw new UsageException(
          "criterion ("
              + text
              + ") needs a number after the colon.\nMaybe write "
              + measure.text()
              + ":"
              + example(measure)
              + ".",
          e);
    }
    BigDecimal least =
        measure == Measure.COSINE
            ? BigDecimal.ONE.negate()
            : measure == Measure.PSNR || measure == Measure.SNR ? null : BigDecimal.ZERO;
    BigDecimal most =
        measure == Measure.COSINE || measure == Measure.PIXEL_AGREEMENT ? BigDecimal.ONE : null;
    if ((least != null && bound.compareTo(least) < 0)
        || (most != null && bound.compareTo(most) > 0)) {
      throw new UsageException(
          "criterion ("
              + text
              + ") needs a number "
              + (most == null ? "of at least 0" : "in [" + least + ", 1]")
              + ".\nMaybe write "
              + measure.text()
              + ":"
              + example(measure)
              + ".");
    }
    return bound;
  }

  private static String example(Measure measure) {
    return switch (measure) {
      case PSNR -> "30";
      case SNR -> "20";
      case COSINE -> "0.99";
      case LARGEST_ERROR -> "0.01";
      case PIXEL_AGREEMENT -> "0.98";
    };
  }
}
