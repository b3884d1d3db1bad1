package org.quantsweep.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.quantsweep.agreement.Confidence;
import org.quantsweep.digest.ByteSize;

/**
 * What a result says, as sentences: what was chosen, what it rests on, how sure that is, and why it
 * is not smaller. Text for people and reports print the same ones.
 */
public final class ResultSentences {
  /** Of a plan's digest; enough to tell the plans of one sweep apart. */
  static final int PLAN_DIGITS = 8;

  /** Of classes that are not judged. */
  private static final int MOST_NAMED = 5;

  /** The verdict of a candidate that was not judged for its size. */
  private static final String TOO_LARGE = "too-large";

  private ResultSentences() {}

  /** All of them, in that order; each ends with a full stop. */
  public static List<String> of(SweepResult result) {
    List<String> sentences = new ArrayList<>();
    sentences.add(decision(result));
    sentences.add(samples(result) + ".");
    if (result.classes() != null) {
      sentences.add(classes(result.classes()));
    }
    sentences.addAll(proof(result));
    return sentences;
  }

  /** What was chosen. */
  static String decision(SweepResult result) {
    SweepResult.Chosen selected = result.selected();
    if (selected == null) {
      return "None acceptable: "
          + result
              .largestSize()
              .map(largest -> nothingFits(result, largest))
              .orElse(
                  "no candidate reaches the threshold"
                      + result.classFloor().map(floor -> " and the class floor").orElse(""))
          + ".";
    }
    return String.format(
        Locale.ROOT,
        "Selected %s: %s, %.1f %% of the file as given%s; %d of %d samples agree (lower bound"
            + " %.4f at %s %%).",
        selected.plan() == null
            ? selected.scheme()
            : "plan " + selected.plan().substring(0, PLAN_DIGITS),
        new ByteSize(selected.encodedSize()),
        100 * selected.ratio(),
        downloaded(result),
        selected.agreement().agreeing(),
        selected.agreement().samples(),
        selected.agreement().lowerBound(),
        Confidence.percent(selected.agreement().confidence()));
  }

  /** What the choice takes on its way to a device. */
  private static String downloaded(SweepResult result) {
    Long bytes = result.selected().downloadSize();
    return bytes == null ? "" : ", " + new ByteSize(bytes) + " to download";
  }

  /** The bytes that candidates were ordered by. */
  private static long ordered(SweepResult result, long onDisk, Long download) {
    return result.isForDownload() && download != null ? download : onDisk;
  }

  /** The same for people. */
  private static String told(SweepResult result, long onDisk, Long download) {
    return new ByteSize(ordered(result, onDisk, download))
        + (result.isForDownload() && download != null ? " to download" : "");
  }

  /** Why there is no answer where a largest size was asked for. */
  private static String nothingFits(SweepResult result, String largest) {
    boolean ended = result.certificate() != null && result.certificate().budget() != null;
    return ended || result.candidates().stream().anyMatch(row -> !row.verdict().equals(TOO_LARGE))
        ? "the search ended before a candidate of at most " + largest + " was judged"
        : "no candidate has at most "
            + largest
            + (result.isForDownload() ? " to download" : "")
            + result.candidates().stream()
                .map(row -> ordered(result, row.encodedSize(), row.downloadSize()))
                .min(Comparator.naturalOrder())
                .map(bytes -> "; the smallest has " + new ByteSize(bytes))
                .orElse("");
  }

  /** What it rests on; without a full stop. */
  static String samples(SweepResult result) {
    return result.samples().n()
        + " samples ("
        + result.samples().quarantined()
        + " quarantined"
        + (result.samples().trimmed() == 0
            ? ""
            : "; " + result.samples().trimmed() + " more left out, which are in two sets")
        + ")"
        + others(result.samples())
        + ", criterion "
        + result.criterion()
        + result
            .largestSize()
            .map(largest -> ", the most agreeing up to " + largest)
            .orElse(", threshold " + result.threshold())
        + result.classFloor().map(floor -> ", class floor " + floor).orElse("");
  }

  /** The parts that do not select, each with its own counts where they are known. */
  private static String others(SweepResult.Samples samples) {
    StringBuilder text = new StringBuilder();
    samples
        .splits()
        .forEach(
            (part, split) -> {
              if (!part.equals("selection")) {
                text.append(", ").append(part).append(" on ");
                text.append(split.n() == null ? split.samples() : split.n());
                if (split.quarantined() != null) {
                  text.append(" (").append(split.quarantined()).append(" quarantined)");
                }
              }
            });
    return text.toString();
  }

  private static List<String> proof(SweepResult result) {
    List<String> sentences = new ArrayList<>();
    Certificate certificate = result.certificate();
    if (certificate == null) {
      return sentences;
    }
    if (certificate.confirmation() != null) {
      List<String> lines = confirmation(certificate.confirmation());
      if (!lines.isEmpty()) {
        String rungs = String.join("; ", lines.subList(1, lines.size()));
        sentences.add(lines.get(0) + (rungs.isEmpty() ? "" : " " + rungs + "."));
      }
    }
    if (certificate.weightTensors() > 0) {
      sentences.add(family(certificate));
      sentences.add(uniform(result));
      smaller(result).ifPresent(sentences::add);
    }
    ended(certificate).ifPresent(sentences::add);
    return sentences;
  }

  /** How classes do where they have a floor. */
  static String classes(ClassTable table) {
    StringBuilder text =
        new StringBuilder("Class floor ").append(table.floor()).append(": selection: ");
    part(table.selection(), text);
    if (table.confirmation() != null) {
      text.append("; confirmation: ");
      part(table.confirmation(), text);
    }
    return text.append('.').toString();
  }

  private static void part(ClassTable.ClassPart part, StringBuilder text) {
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

  /** What was searched. */
  static String family(Certificate certificate) {
    return String.format(
        Locale.ROOT,
        "Family: %s; %d options of %d weight tensors%s, 10^%.0f plans; %d candidates judged.",
        certificate.family(),
        certificate.options(),
        certificate.weightTensors(),
        runs(certificate),
        certificate.logPlans(),
        certificate.evaluations());
  }

  /** How many options were run; nothing where that is not known, or none was foretold. */
  private static String runs(Certificate certificate) {
    return certificate.predicted() == null || certificate.predicted() == 0
        ? ""
        : String.format(
            Locale.ROOT,
            " (%d run alone, %d foretold from these)",
            certificate.measured(),
            certificate.predicted());
  }

  /** What one scheme for all would have given. */
  static String uniform(SweepResult result) {
    SweepResult.Chosen uniform = result.bestUniform();
    boolean sized = result.largestSize().isPresent();
    if (uniform == null) {
      return sized ? "No uniform candidate fits." : "No uniform candidate is acceptable.";
    }
    return String.format(
        Locale.ROOT,
        "Best uniform: %s, %s%s.",
        uniform.scheme(),
        told(result, uniform.encodedSize(), uniform.downloadSize()),
        sized ? ", " + count(uniform.agreement()) : "");
  }

  /** What ended the search before its time. */
  static Optional<String> ended(Certificate certificate) {
    return Optional.ofNullable(certificate.budget())
        .map(budget -> "The search ended early: " + budget + ".");
  }

  /** Why not smaller. */
  static Optional<String> smaller(SweepResult result) {
    Certificate certificate = result.certificate();
    SweepResult.Row smallest = certificate.smallest();
    if (smallest == null || result.selected() == null) {
      return Optional.empty();
    }
    SweepResult.Chosen selected = result.selected();
    long bytes = ordered(result, selected.encodedSize(), selected.downloadSize());
    long accepted =
        result.candidates().stream()
            .filter(row -> row.verdict().equals("accepted"))
            .filter(row -> ordered(result, row.encodedSize(), row.downloadSize()) < bytes)
            .count();
    List<String> reasons = new ArrayList<>();
    if (accepted > 0) {
      reasons.add(
          "selection accepts "
              + accepted
              + " smaller candidates, down to "
              + told(result, smallest.encodedSize(), smallest.downloadSize())
              + unconfirmed(certificate.confirmation()));
    }
    if (!certificate.neighbours().isEmpty()) {
      reasons.add(
          certificate.neighbours().size()
              + " smaller neighbours of "
              + (accepted > 0 ? "the smallest of these" : "this plan")
              + " were judged, and all of them failed");
    }
    return reasons.isEmpty()
        ? Optional.empty()
        : Optional.of("Why not smaller: " + String.join("; ", reasons) + ".");
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
    List<Certificate.Finalist> tested = confirmed.tested();
    if (isLadder(confirmed) && tested.get(tested.size() - 1).passed()) {
      return "; a rung failed confirmation, which ends the ladder; the best uniform scheme was"
          + " tested behind it, and passed";
    }
    return isLadder(confirmed)
        ? "; the next rung failed confirmation, which ends the ladder"
        : "; " + failed + " failed confirmation, and the others were no finalists";
  }

  /** Results of earlier versions tell of finalists that were tested from the smallest up. */
  private static boolean isLadder(Certificate.Confirmed confirmed) {
    return confirmed.samples() != null;
  }

  /**
   * How sure it is: a line on the whole, which ends with a colon where a line for each candidate
   * that was tested follows. Empty where nothing was tested under no rule.
   */
  static List<String> confirmation(Certificate.Confirmed confirmed) {
    List<String> lines = new ArrayList<>();
    String opened =
        "these samples were opened by "
            + confirmed.opened()
            + (confirmed.opened() == 1 ? " sweep" : " sweeps");
    if (confirmed.rule().equals(Certificate.Confirmed.NO_RULE)) {
      // The answer alone: there is nothing that it could have failed.
      for (Certificate.Finalist answer : confirmed.tested()) {
        lines.add("Confirmation: %s; %s.".formatted(whole(answer.agreement()), opened));
      }
      return lines;
    }
    lines.add(
        isLadder(confirmed)
            ? "Confirmation (%s rule, %d of %d must agree; a ladder of %d, from the largest down; %s):"
                .formatted(
                    confirmed.rule(),
                    confirmed.required(),
                    confirmed.samples(),
                    confirmed.finalists(),
                    opened)
            : "Confirmation (%s rule, %d finalists, %d must agree; %s):"
                .formatted(confirmed.rule(), confirmed.finalists(), confirmed.required(), opened));
    for (Certificate.Finalist finalist : confirmed.tested()) {
      lines.add(
          "%s: %s: %s"
              .formatted(
                  size(finalist),
                  finalist.agreement() == null ? partial(finalist) : whole(finalist.agreement()),
                  (finalist.passed() ? "passed" : "failed")
                      + ResultTable.missed(finalist.missedClasses())));
    }
    return lines;
  }

  private static String size(Certificate.Finalist finalist) {
    return new ByteSize(finalist.encodedSize())
        + (finalist.downloadSize() == null
            ? ""
            : " (" + new ByteSize(finalist.downloadSize()) + " to download)");
  }

  private static String whole(SweepResult.Agreement agreement) {
    return String.format(
        Locale.ROOT,
        "%s (lower bound %.4f at %s %%)",
        count(agreement),
        agreement.lowerBound(),
        Confidence.percent(agreement.confidence()));
  }

  static String count(SweepResult.Agreement agreement) {
    return agreement.agreeing() + " of " + agreement.samples() + " agree";
  }

  /** Up to where it was certain. */
  private static String partial(Certificate.Finalist finalist) {
    return finalist.disagreeing() + " of the first " + finalist.judged() + " differ";
  }
}
