package org.quantsweep.inference.onnx.program;

import java.util.Locale;
import java.util.SortedSet;
import org.quantsweep.coreml.mlprogram.OperationTypes;
import org.quantsweep.coreml.mlprogram.Opset;

/** The page of the documentation that lists every operation, made from the tables of the code. */
final class OperationTable {
  private OperationTable() {}

  /** The page in Markdown. */
  static String page() {
    SortedSet<String> types = OperationTypes.all();
    StringBuilder page = new StringBuilder();
    page.append(
        String.format(
            Locale.ROOT,
            """
            # Operations of ML Programs

            This page is generated: `OperationTableTest` says how to write it again.

            %d of the %d operations run here. A model with any other is refused.

            - The opset of a function tells what its operations mean. Each column is an opset, with the
              first system that runs it.
            - *runs* means that a prediction can run the operation, in the meaning of that opset.
            - *refused* means that it cannot; the last column tells why.
            - *-* means that the opset has no such operation. A program with it is not valid.
            - The last column also tells what is refused of an operation that runs.

            | Operation |\
            """,
            types.stream().filter(OperationLowerings::isKnown).count(),
            types.size()));
    for (Opset opset : Opset.values()) {
      page.append(String.format(Locale.ROOT, " %s |", heading(opset)));
    }
    page.append(" Limits |\n|---|").append("---|".repeat(Opset.values().length)).append("---|\n");
    for (String type : types) {
      page.append(row(type));
    }
    return page.toString();
  }

  private static String heading(Opset opset) {
    return opset + ", " + opset.system().split(",", -1)[0];
  }

  private static String row(String type) {
    Opset first = OperationTypes.first(type).orElseThrow();
    boolean runs = OperationLowerings.isKnown(type);
    StringBuilder row = new StringBuilder("| `" + type + "` |");
    for (Opset opset : Opset.values()) {
      row.append(opset.isAtLeast(first) ? (runs ? " runs |" : " refused |") : " - |");
    }
    String limit = runs ? OperationLowerings.limit(type) : OperationLowerings.refusal(type);
    return row.append(limit.isEmpty() ? "" : " " + limit).append(" |\n").toString();
  }
}
