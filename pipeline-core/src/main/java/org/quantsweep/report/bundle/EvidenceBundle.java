package org.quantsweep.report.bundle;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The contents of {@code evidence.json}: the record components are the keys. With {@code
 * result.json} beside it a report needs neither the model nor the samples. It holds no time and no
 * host but in {@link #environment()}.
 *
 * @param schemaVersion of this form
 * @param sweepDigest of the result that it belongs to; empty for a comparison of two given models
 * @param runId of that result
 * @param environment what ran the models
 * @param network the model as given
 * @param tensors its weight tensors, in the model's order
 * @param parts the samples that were judged, by the name of their part: {@code selection}, {@code
 *     confirmation}
 * @param candidates every candidate that was judged, and the model as given, which agrees with
 *     itself; ascending in bytes
 * @param line the plans that the strategy lined up, ascending in bytes; a part of them where there
 *     are many
 * @param shown some samples with both answers: those that disagree come first
 * @param explanations why this candidate was chosen, and not a smaller one
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record EvidenceBundle(
    int schemaVersion,
    String sweepDigest,
    String runId,
    SortedMap<String, String> environment,
    NetworkEvidence network,
    List<TensorEvidence> tensors,
    SortedMap<String, SampleEvidence> parts,
    List<CandidateEvidence> candidates,
    List<LinePoint> line,
    List<ShownSample> shown,
    Explanations explanations) {
  /** The version that this code writes; it reads all from 1 on. */
  public static final int SCHEMA_VERSION = 1;

  /** The file's name beside {@code result.json}. */
  public static final String FILE = "evidence.json";

  /** Copies the collections. */
  public EvidenceBundle {
    environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    tensors = List.copyOf(tensors);
    parts = Collections.unmodifiableSortedMap(new TreeMap<>(parts));
    candidates = List.copyOf(candidates);
    line = List.copyOf(line);
    shown = List.copyOf(shown);
  }

  /**
   * A plan of the line.
   *
   * @param encodedSize bytes of its file
   * @param loss that its options have alone, summed
   */
  public record LinePoint(long encodedSize, double loss) {}
}
