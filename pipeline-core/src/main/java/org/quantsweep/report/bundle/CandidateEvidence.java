package org.quantsweep.report.bundle;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A candidate that was judged.
 *
 * @param scheme as in {@code result.json}; null for a plan
 * @param plan digest of the plan; null for a uniform scheme
 * @param kind {@code given}, {@code uniform}, {@code plan} or {@code strategy}
 * @param sha256 of its encoded files
 * @param encodedSize bytes
 * @param downloadSize bytes of its files, each deflated alone at level 9; null where that was not
 *     counted
 * @param parts what is known of it, by part of the samples
 */
public record CandidateEvidence(
    String scheme,
    String plan,
    String kind,
    String sha256,
    long encodedSize,
    Long downloadSize,
    SortedMap<String, Judged> parts) {
  /** Copies the map. */
  public CandidateEvidence {
    parts = Collections.unmodifiableSortedMap(new TreeMap<>(parts == null ? Map.of() : parts));
  }

  /**
   * Which samples of a part it was judged on, and which of these agree, by rank.
   *
   * @param judged all that is stored, which may be more than the rule looked at
   */
  public record Judged(Bits judged, Bits agreed) {}
}
