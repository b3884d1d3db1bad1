package org.quantsweep.jobs.page;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.quantsweep.agreement.Confidence;
import org.quantsweep.report.SweepResult;
import org.quantsweep.report.bundle.EvidenceBundle;

/** What the views of a sweep and of a comparison say alike. */
final class PageWords {
  private PageWords() {}

  static String number(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  static String percent(double share) {
    double percent = 100 * share;
    return percent == Math.rint(percent)
        ? String.format(Locale.ROOT, "%.0f%%", percent)
        : String.format(Locale.ROOT, "%.4f%%", percent);
  }

  /** The note below a share. */
  static String bound(SweepResult.Agreement agreement) {
    return String.format(
        Locale.ROOT,
        "at least %s with %s%% confidence",
        Figure.percent(agreement.lowerBound()).text(),
        Confidence.percent(agreement.confidence()));
  }

  static Figure share(SweepResult.Agreement agreement) {
    return Figure.percent((double) agreement.agreeing() / agreement.samples());
  }

  /** Of a model, from the format's own spelling: {@code neuralNetworkClassifier}. */
  static String kind(String spelled) {
    return spelled == null || spelled.isEmpty()
        ? ""
        : ", "
            + (spelled.equals("mlProgram")
                ? "ML Program"
                : spelled.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT));
  }

  static PageView.Fact text(String name, String value) {
    return new PageView.Fact(name, Figure.text(value == null ? "" : value));
  }

  static List<PageView.Fact> texts(Map<String, String> map) {
    return map.entrySet().stream().map(entry -> text(entry.getKey(), entry.getValue())).toList();
  }

  static PageView.Listing settings(Map<String, String> settings) {
    return new PageView.Listing(
        "run-settings",
        "Settings",
        settings.entrySet().stream()
            .map(entry -> text("--" + entry.getKey(), entry.getValue()))
            .toList());
  }

  static boolean hasTensors(EvidenceBundle evidence) {
    return !evidence.tensors().isEmpty() || !evidence.network().nodes().isEmpty();
  }

  static boolean hasDense(EvidenceBundle evidence) {
    return evidence.shown().stream()
        .anyMatch(sample -> sample.answers().stream().anyMatch(own -> !own.dense().isEmpty()));
  }
}
