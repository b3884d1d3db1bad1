package org.quantsweep.report;

import java.util.List;
import java.util.Locale;
import org.quantsweep.digest.ByteSize;

/** What was proved, as text for people. */
final class ResultProof {
  private ResultProof() {}

  static String toText(SweepResult result) {
    StringBuilder text = new StringBuilder();
    if (result.recipe() != null) {
      plan(result.recipe(), text);
    }
    if (result.classes() != null) {
      text.append(ResultSentences.classes(result.classes())).append('\n');
    }
    Certificate certificate = result.certificate();
    if (certificate == null) {
      return text.toString();
    }
    if (certificate.confirmation() != null) {
      List<String> lines = ResultSentences.confirmation(certificate.confirmation());
      boolean rungs = !lines.isEmpty() && lines.get(0).endsWith(":");
      for (int i = 0; i < lines.size(); i++) {
        text.append(rungs && i > 0 ? "  " : "").append(lines.get(i)).append('\n');
      }
    }
    if (certificate.weightTensors() > 0) {
      text.append(ResultSentences.family(certificate)).append('\n');
      text.append(ResultSentences.uniform(result)).append('\n');
      ResultSentences.smaller(result).ifPresent(own -> text.append(own).append('\n'));
    }
    ResultSentences.ended(certificate).ifPresent(own -> text.append(own).append('\n'));
    strategies(result.strategies(), text);
    return text.toString();
  }

  private static void strategies(List<SweepResult.StrategyChoice> choices, StringBuilder text) {
    if (choices.isEmpty()) {
      return;
    }
    text.append("Other strategies on the selection samples, none of them confirmed:\n");
    for (SweepResult.StrategyChoice own : choices) {
      String choice =
          own.encodedSize() == null
              ? "none acceptable"
              : "%s, %s, %s"
                  .formatted(
                      own.plan() == null
                          ? own.scheme()
                          : "plan " + own.plan().substring(0, ResultSentences.PLAN_DIGITS),
                      new ByteSize(own.encodedSize()),
                      ResultSentences.count(own.agreement()));
      text.append(
          "  %s: %s; %d plans judged%s%n"
              .formatted(
                  own.strategy(),
                  choice,
                  own.evaluations(),
                  own.budget() == null ? "" : ", ended early: " + own.budget()));
    }
  }

  private static void plan(RecipeSummary recipe, StringBuilder text) {
    List<RecipeSummary.TensorRow> rows = recipe.tensors();
    int width = 13;
    int schemes = 6;
    for (RecipeSummary.TensorRow row : rows) {
      width = Math.max(width, row.tensor().length());
      schemes = Math.max(schemes, row.scheme().length());
    }
    String form = "%-" + width + "s  %-" + schemes + "s  %10s  %6s  %11s%n";
    text.append('\n')
        .append(
            String.format(
                Locale.ROOT, form, "weight tensor", "scheme", "size", "share", "sensitivity"));
    for (RecipeSummary.TensorRow row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              form,
              row.tensor(),
              row.scheme(),
              new ByteSize(row.encodedSize()),
              String.format(Locale.ROOT, "%.1f %%", 100 * row.share()),
              String.format(Locale.ROOT, "%.4g", row.sensitivity())));
    }
    text.append("Recipe ").append(recipe.file()).append('\n');
  }
}
