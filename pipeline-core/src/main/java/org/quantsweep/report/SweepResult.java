package org.quantsweep.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The contents of {@code result.json}: the record components are the keys. Fields that a family
 * does not have are null.
 *
 * @param schemaVersion of this form
 * @param settings by the names of their flags, as one would write them; empty in results of earlier
 *     versions
 * @param decision {@code selected} or {@code none-acceptable}
 * @param threshold as it was written
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record SweepResult(
    int schemaVersion,
    SortedMap<String, String> settings,
    String decision,
    String sweepDigest,
    String criterion,
    String threshold,
    SourceModel sourceModel,
    Samples samples,
    Chosen selected,
    Chosen bestUniform,
    List<Row> candidates,
    Published published,
    Certificate certificate,
    RecipeSummary recipe,
    Cost cost) {
  /** The version that this code writes; it reads all from 1 on. */
  public static final int SCHEMA_VERSION = 2;

  /** The decision when a candidate is acceptable. */
  public static final String SELECTED = "selected";

  /** The decision when none is. */
  public static final String NONE_ACCEPTABLE = "none-acceptable";

  private static final int CLOSEST = 3;

  /** Copies the collections. */
  public SweepResult {
    settings =
        Collections.unmodifiableSortedMap(new TreeMap<>(settings == null ? Map.of() : settings));
    candidates = List.copyOf(candidates);
  }

  /**
   * Where none is acceptable, the candidates that came closest, the closest first; empty otherwise.
   * Candidates that were rejected early count by the share of what they were judged on.
   */
  @JsonProperty(access = JsonProperty.Access.READ_ONLY)
  public List<Row> closest() {
    if (selected != null) {
      return List.of();
    }
    return candidates.stream()
        .filter(row -> row.share() >= 0)
        .sorted(Comparator.comparingDouble(Row::share).reversed().thenComparing(Row::encodedSize))
        .limit(CLOSEST)
        .toList();
  }

  /** The same with what was published. */
  public SweepResult withPublished(Published entry) {
    return new SweepResult(
        schemaVersion,
        settings,
        decision,
        sweepDigest,
        criterion,
        threshold,
        sourceModel,
        samples,
        selected,
        bestUniform,
        candidates,
        entry,
        certificate,
        recipe,
        cost);
  }

  /** The file as given: its name, its bytes and their SHA-256. */
  public record SourceModel(String name, long encodedSize, String sha256) {}

  /**
   * The samples that were judged.
   *
   * @param n the denominator of the selection
   * @param quarantined how many could not be read or run
   * @param setDigest digest of the sample set
   * @param splits its parts, by name
   * @param trimmed how many samples were taken out of a part because another one holds them
   */
  public record Samples(
      long n, long quarantined, String setDigest, Map<String, Split> splits, long trimmed) {
    /** Sorts the parts by name. */
    public Samples {
      splits = Collections.unmodifiableMap(new TreeMap<>(splits));
    }
  }

  /** A part of the samples: how many, copies counted, and the digest of their set. */
  public record Split(long samples, String setDigest) {}

  /**
   * Agreement over all samples.
   *
   * @param lowerBound one-sided Clopper-Pearson, not corrected for selection
   */
  public record Agreement(long agreeing, long samples, double lowerBound, double confidence) {}

  /**
   * A chosen model.
   *
   * @param encodedSize bytes
   * @param ratio encodedSize / bytes as given
   * @param sha256 of the file
   * @param file its name in the output folder
   */
  public record Chosen(
      String scheme,
      String plan,
      long encodedSize,
      double ratio,
      Agreement agreement,
      Agreement confirmation,
      String sha256,
      String file) {}

  /**
   * A candidate.
   *
   * @param agreement null unless every sample was judged
   * @param judged how far it was judged otherwise
   * @param disagreeing of those
   */
  public record Row(
      String scheme,
      String plan,
      long encodedSize,
      double ratio,
      String verdict,
      Agreement agreement,
      Long judged,
      Long disagreeing) {
    /** The share that agrees of what was judged; -1 where nothing was. */
    double share() {
      if (agreement != null) {
        return (double) agreement.agreeing() / agreement.samples();
      }
      return judged == null || judged == 0 ? -1 : 1 - (double) disagreeing / judged;
    }
  }

  /** Where the model was published. */
  public record Published(String registry, String name, int version) {}

  /** What it cost; seconds by phase are summed over threads but for {@code wallSeconds}. */
  public record Cost(
      long evaluations,
      long inferences,
      double preparationSeconds,
      double inferenceSeconds,
      double wallSeconds) {}
}
