package org.quantsweep.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.quantsweep.digest.ByteSize;

/** What was proved, as text for people. */
final class ResultProof {
  /** Of classes that are not judged. */
  private static final int MOST_NAMED = 5;

  private ResultProof() {}

  static String toText(SweepResult result) {
    StringBuilder text = new StringBuilder();
    if (result.recipe() != null) {
      plan(result.recipe(), text);
    }
    if (result.classes() != null) {
      classes(result.classes(), text);
    }
    Certificate certificate = result.certificate();
    if (certificate == null) {
      return text.toString();
    }
    if (certificate.confirmation() != null) {
      confirmation(certificate.confirmation(), text);
    }
    SweepResult.Chosen uniform = result.bestUniform();
    if (certificate.weightTensors() > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "Family: %s; %d options of %d weight tensors, 10^%.0f plans; %d candidates judged.%n",
              certificate.family(),
              certificate.options(),
              certificate.weightTensors(),
              certificate.logPlans(),
              certificate.evaluations()));
      boolean sized = result.largestSize().isPresent();
      if (uniform == null) {
        text.append(
            sized ? "No uniform candidate fits.\n" : "No uniform candidate is acceptable.\n");
      } else {
        text.append(
            String.format(
                Locale.ROOT,
                "Best uniform: %s, %s%s.%n",
                uniform.scheme(),
                new ByteSize(uniform.encodedSize()),
                sized ? ", " + count(uniform.agreement()) : ""));
      }
      smaller(result, text);
    }
    if (certificate.budget() != null) {
      text.append("The search ended early: ").append(certificate.budget()).append(".\n");
    }
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
                          : "plan " + own.plan().substring(0, ResultTable.PLAN_DIGITS),
                      new ByteSize(own.encodedSize()),
                      count(own.agreement()));
      text.append(
          "  %s: %s; %d plans judged%s%n"
              .formatted(
                  own.strategy(),
                  choice,
                  own.evaluations(),
                  own.budget() == null ? "" : ", ended early: " + own.budget()));
    }
  }

  private static void classes(ClassTable table, StringBuilder text) {
    text.append("Class floor ").append(table.floor()).append(": selection: ");
    part(table.selection(), text);
    if (table.confirmation() != null) {
      text.append("; confirmation: ");
      part(table.confirmation(), text);
    }
    text.append(".\n");
  }

  private static void part(ClassTable.Part part, StringBuilder text) {
    text.append(part.judged()).append(part.judged() == 1 ? " class" : " classes").append(" judged");
    part.closest()
        .ifPresent(
            row ->
                text.append(
                    ", the closest '%s' (%d of %d agree, %d must)"
                        .formatted(row.name(), row.agreeing(), row.samples(), row.required())));
    if (part.notJudged() > 0) {
      text.append(", ")
          .append(part.notJudged())
          .append(" not judged for their few samples (")
          .append(part.samplesNotJudged())
          .append(" together): ");
      List<String> names =
          part.classes().stream()
              .filter(row -> !row.isJudged())
              .limit(MOST_NAMED)
              .map(row -> "'" + row.name() + "'")
              .toList();
      text.append(names.isEmpty() ? "not named here" : String.join(", ", names));
      text.append(names.size() < part.notJudged() && !names.isEmpty() ? ", ..." : "");
    }
  }

  /** Why not smaller. */
  private static void smaller(SweepResult result, StringBuilder text) {
    Certificate certificate = result.certificate();
    SweepResult.Row smallest = certificate.smallest();
    if (smallest == null || result.selected() == null) {
      return;
    }
    long bytes = result.selected().encodedSize();
    long accepted =
        result.candidates().stream()
            .filter(row -> row.verdict().equals("accepted") && row.encodedSize() < bytes)
            .count();
    List<String> reasons = new ArrayList<>();
    if (accepted > 0) {
      reasons.add(
          "selection accepts "
              + accepted
              + " smaller candidates, down to "
              + new ByteSize(smallest.encodedSize())
              + unconfirmed(certificate.confirmation()));
    }
    if (!certificate.neighbours().isEmpty()) {
      reasons.add(
          certificate.neighbours().size()
              + " smaller neighbours of "
              + (accepted > 0 ? "the smallest of these" : "this plan")
              + " were judged, and all of them failed");
    }
    if (!reasons.isEmpty()) {
      text.append("Why not smaller: ").append(String.join("; ", reasons)).append(".\n");
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

  /** Why those that selection accepts are not the answer. */
  private static String unconfirmed(Certificate.Confirmed confirmed) {
    if (confirmed == null) {
      return "";
    }
    long failed = confirmed.tested().stream().filter(finalist -> !finalist.passed()).count();
    if (isLadder(confirmed) && failed == 0) {
      return "; the ladder ends above them";
    }
    return isLadder(confirmed)
        ? "; the next rung failed confirmation, which ends the ladder"
        : "; " + failed + " failed confirmation, and the others were no finalists";
  }

  /** Results of earlier versions tell of finalists that were tested from the smallest up. */
  private static boolean isLadder(Certificate.Confirmed confirmed) {
    return confirmed.samples() != null;
  }

  private static void confirmation(Certificate.Confirmed confirmed, StringBuilder text) {
    String opened =
        "these samples were opened by "
            + confirmed.opened()
            + (confirmed.opened() == 1 ? " sweep" : " sweeps");
    if (confirmed.rule().equals(Certificate.Confirmed.NO_RULE)) {
      // The answer alone: there is nothing that it could have failed.
      for (Certificate.Finalist answer : confirmed.tested()) {
        text.append("Confirmation: %s; %s.%n".formatted(whole(answer.agreement()), opened));
      }
      return;
    }
    text.append(
        isLadder(confirmed)
            ? "Confirmation (%s rule, %d of %d must agree; a ladder of %d, from the largest down; %s):%n"
                .formatted(
                    confirmed.rule(),
                    confirmed.required(),
                    confirmed.samples(),
                    confirmed.finalists(),
                    opened)
            : "Confirmation (%s rule, %d finalists, %d must agree; %s):%n"
                .formatted(confirmed.rule(), confirmed.finalists(), confirmed.required(), opened));
    for (Certificate.Finalist finalist : confirmed.tested()) {
      text.append(
          "  %s: %s: %s%n"
              .formatted(
                  new ByteSize(finalist.encodedSize()),
                  finalist.agreement() == null ? partial(finalist) : whole(finalist.agreement()),
                  (finalist.passed() ? "passed" : "failed")
                      + ResultTable.missed(finalist.missedClasses())));
    }
  }

  private static String whole(SweepResult.Agreement agreement) {
    return String.format(
        Locale.ROOT,
        "%s (lower bound %.4f at %.4f)",
        count(agreement),
        agreement.lowerBound(),
        agreement.confidence());
  }

  private static String count(SweepResult.Agreement agreement) {
    return agreement.agreeing() + " of " + agreement.samples() + " agree";
  }

  /** Up to where it was certain. */
  private static String partial(Certificate.Finalist finalist) {
    return finalist.disagreeing() + " of the first " + finalist.judged() + " differ";
  }
}
