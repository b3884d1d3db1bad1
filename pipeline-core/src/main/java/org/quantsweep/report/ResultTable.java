package org.quantsweep.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.quantsweep.digest.ByteSize;

/** A result as text for people. */
public final class ResultTable {
  private static final String[] HEADER = {
    "scheme", "size", "ratio", "agreement", "lower bound", "verdict"
  };

  /** The verdict of a candidate that was not judged for its size. */
  private static final String TOO_LARGE = "too-large";

  /** Of a plan's digest; enough to tell the plans of one sweep apart. */
  static final int PLAN_DIGITS = 8;

  private ResultTable() {}

  /** The candidates in ascending order of size, then the decision. */
  public static String toText(SweepResult result) {
    List<String[]> rows = new ArrayList<>();
    rows.add(HEADER);
    for (SweepResult.Row row : result.candidates()) {
      rows.add(cells(row));
    }
    int[] widths = new int[HEADER.length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.length; i++) {
        boolean number = i >= 1 && i <= 4;
        String pad = " ".repeat(widths[i] - row[i].length());
        line.append(number ? pad + row[i] : row[i] + pad).append("  ");
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.append('\n').append(decision(result)).toString();
  }

  private static String[] cells(SweepResult.Row row) {
    String agreement = "";
    String bound = "";
    if (row.agreement() != null) {
      agreement = share(row.agreement());
      bound = String.format(Locale.ROOT, "%.4f", row.agreement().lowerBound());
    } else if (row.judged() != null && row.judged() > 0) {
      agreement = row.disagreeing() + " of " + row.judged() + " differ";
    }
    return new String[] {
      row.plan() == null ? row.scheme() : "plan " + row.plan().substring(0, PLAN_DIGITS),
      new ByteSize(row.encodedSize()).toString(),
      String.format(Locale.ROOT, "%.3f", row.ratio()),
      agreement,
      bound,
      row.verdict() + missed(row.missedClasses())
    };
  }

  /** Which class was too low; a candidate may fail by it although enough samples agree in all. */
  static String missed(List<String> classes) {
    return classes.isEmpty() ? "" : " by class '" + String.join("', '", classes) + "'";
  }

  private static String share(SweepResult.Agreement agreement) {
    return String.format(Locale.ROOT, "%.4f", (double) agreement.agreeing() / agreement.samples());
  }

  private static String decision(SweepResult result) {
    String samples =
        result.samples().n()
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
    SweepResult.Chosen selected = result.selected();
    if (selected == null) {
      return "None acceptable: "
          + result
              .largestSize()
              .map(largest -> nothingFits(result, largest))
              .orElse(
                  "no candidate reaches the threshold"
                      + result.classFloor().map(floor -> " and the class floor").orElse(""))
          + ". "
          + samples
          + ".\n"
          + ResultProof.toText(result)
          + leftOut(result);
    }
    return String.format(
            Locale.ROOT,
            "Selected %s: %s, %.1f %% of the file as given; %d of %d samples agree (lower bound"
                + " %.4f at %.0f %%).%n%s.%nFile %s, SHA-256 %s%n",
            selected.plan() == null
                ? selected.scheme()
                : "plan " + selected.plan().substring(0, PLAN_DIGITS),
            new ByteSize(selected.encodedSize()),
            100 * selected.ratio(),
            selected.agreement().agreeing(),
            selected.agreement().samples(),
            selected.agreement().lowerBound(),
            100 * selected.agreement().confidence(),
            samples,
            selected.file(),
            selected.sha256())
        + ResultProof.toText(result)
        + leftOut(result)
        + publication(result.published());
  }

  /** Why there is no answer where a largest size was asked for. */
  private static String nothingFits(SweepResult result, String largest) {
    boolean ended = result.certificate() != null && result.certificate().budget() != null;
    return ended || result.candidates().stream().anyMatch(row -> !row.verdict().equals(TOO_LARGE))
        ? "the search ended before a candidate of at most " + largest + " was judged"
        : "no candidate has at most "
            + largest
            + result.candidates().stream()
                .map(SweepResult.Row::encodedSize)
                .min(Comparator.naturalOrder())
                .map(bytes -> "; the smallest has " + new ByteSize(bytes))
                .orElse("");
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

  private static String leftOut(SweepResult result) {
    StringBuilder text = new StringBuilder();
    Map<String, List<String>> tensors = new LinkedHashMap<>();
    for (SweepResult.LeftOut options : result.leftOut()) {
      int schemes = options.schemes().size();
      String rest =
          " could not have "
              + schemes
              + (schemes == 1 ? " scheme: " : " schemes: ")
              + options.reason()
              + ".\n";
      tensors.computeIfAbsent(rest, missing -> new ArrayList<>()).add(options.tensor());
    }
    tensors.forEach(
        (rest, own) ->
            text.append(
                    own.size() == 1
                        ? "Weight tensor '" + own.get(0) + "'"
                        : own.size() + " weight tensors")
                .append(rest));
    for (SweepResult.NotOffered forms : result.notOffered()) {
      text.append("Not offered: ")
          .append(forms.forms())
          .append(' ')
          .append(forms.reason())
          .append(" (")
          .append(forms.source())
          .append(").\n");
    }
    return text.toString();
  }

  private static String publication(SweepResult.Published published) {
    return published == null
        ? ""
        : "Published as version %d of '%s' in %s.%n"
            .formatted(published.version(), published.name(), published.registry());
  }
}
