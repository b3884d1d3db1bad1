package org.quantsweep.jobs.page;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.report.SweepResult;

/**
 * How two given models compare.
 *
 * @param reference model A
 * @param candidate model B
 * @param criterion as it is written
 * @param threshold the least share that was asked for, as it is written; null where none was
 * @param agreement on all samples that A answers
 * @param accepted whether the threshold is met; true without one
 * @param quarantined how many samples could not be read or run
 * @param settings by the names of their flags
 * @param remarks warnings, each a whole sentence
 */
public record Comparison(
    SweepResult.SourceModel reference,
    SweepResult.SourceModel candidate,
    String criterion,
    String threshold,
    SweepResult.Agreement agreement,
    boolean accepted,
    long quarantined,
    SortedMap<String, String> settings,
    List<String> remarks) {
  /** Copies the collections. */
  public Comparison {
    settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
    remarks = List.copyOf(remarks);
  }
}
