package org.quantsweep.report;

import java.util.ArrayList;
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

  /** The column of sizes on disk. */
  private static final int SIZE = 1;

  private ResultTable() {}

  /** The candidates in ascending order of size, then the decision. */
  public static String toText(SweepResult result) {
    boolean deflated = result.candidates().stream().anyMatch(row -> row.downloadSize() != null);
    List<String[]> rows = new ArrayList<>();
    rows.add(columns(HEADER, "download", deflated));
    for (SweepResult.Row row : result.candidates()) {
      String download =
          row.downloadSize() == null ? "" : new ByteSize(row.downloadSize()).toString();
      rows.add(columns(cells(row), download, deflated));
    }
    int[] widths = new int[rows.get(0).length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.length; i++) {
        boolean number = i >= 1 && i < row.length - 1;
        String pad = " ".repeat(widths[i] - row[i].length());
        line.append(number ? pad + row[i] : row[i] + pad).append("  ");
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.append('\n').append(decision(result)).toString();
  }

  /** The columns with another one behind the size on disk, where there is something in it. */
  private static String[] columns(String[] usual, String download, boolean deflated) {
    if (!deflated) {
      return usual;
    }
    List<String> columns = new ArrayList<>(List.of(usual));
    columns.add(SIZE + 1, download);
    return columns.toArray(String[]::new);
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
      row.plan() == null
          ? row.scheme()
          : "plan " + row.plan().substring(0, ResultSentences.PLAN_DIGITS),
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
    SweepResult.Chosen selected = result.selected();
    String samples = ResultSentences.samples(result);
    if (selected == null) {
      return ResultSentences.decision(result)
          + " "
          + samples
          + ".\n"
          + ResultProof.toText(result)
          + leftOut(result);
    }
    return String.format(
            Locale.ROOT,
            "%s%n%s.%nFile %s, SHA-256 %s%n",
            ResultSentences.decision(result),
            samples,
            selected.file(),
            selected.sha256())
        + ResultProof.toText(result)
        + leftOut(result)
        + publication(result.published());
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
