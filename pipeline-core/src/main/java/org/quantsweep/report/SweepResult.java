package org.quantsweep.report;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quantsweep.BadInputException;

/**
 * The contents of {@code result.json}: the record components are the keys. Fields that a family
 * does not have are null.
 *
 * @param schemaVersion of this form
 * @param runId what whoever ran the sweep calls the run ({@code --run-id}); empty where nothing was
 *     said, and in results of earlier versions
 * @param settings by the names of their flags, as one would write them; empty in results of earlier
 *     versions
 * @param decision {@code selected} or {@code none-acceptable}
 * @param threshold as it was written; null where the most agreeing model up to a size was asked
 *     for, which {@code settings} has as {@code largest-size}. Then the verdicts of candidates are
 *     {@code judged}, {@code too-large} and {@code not-needed}. {@code schemaVersion} 2 had no such
 *     results at first
 * @param classes what the chosen model does on each class; null where classes have no floor, where
 *     none is acceptable, and in results of earlier versions
 * @param leftOut by weight tensor; none in results of earlier versions
 * @param notOffered forms that were not offered, because they are reported to do badly where the
 *     model is to run; none in results of earlier versions
 * @param strategies what other strategies chose, where they were to be compared; none in results of
 *     earlier versions
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record SweepResult(
    int schemaVersion,
    String runId,
    SortedMap<String, String> settings,
    String decision,
    String sweepDigest,
    String criterion,
    String threshold,
    SourceModel sourceModel,
    Samples samples,
    Chosen selected,
    Chosen bestUniform,
    ClassTable classes,
    List<Row> candidates,
    List<LeftOut> leftOut,
    List<NotOffered> notOffered,
    Published published,
    Certificate certificate,
    RecipeSummary recipe,
    List<StrategyChoice> strategies,
    Cost cost) {
  /** The version that this code writes; it reads all from 1 on. */
  public static final int SCHEMA_VERSION = 2;

  /** The decision when a candidate is acceptable. */
  public static final String SELECTED = "selected";

  /** The decision when none is. */
  public static final String NONE_ACCEPTABLE = "none-acceptable";

  private static final String SELECTION = "selection";
  private static final String CONFIRMATION = "confirmation";
  private static final int CLOSEST = 3;

  /** Copies the collections. */
  public SweepResult {
    runId = runId == null ? "" : runId;
    settings =
        Collections.unmodifiableSortedMap(new TreeMap<>(settings == null ? Map.of() : settings));
    candidates = List.copyOf(candidates);
    leftOut = leftOut == null ? List.of() : List.copyOf(leftOut);
    strategies = strategies == null ? List.of() : List.copyOf(strategies);
    notOffered = notOffered == null ? List.of() : List.copyOf(notOffered);
  }

  /** The largest size that was asked for, as it was written; empty where a share was. */
  @JsonIgnore
  public Optional<String> largestSize() {
    return Optional.ofNullable(settings.get("largest-size"));
  }

  /** Whether candidates are ordered by what is downloaded. */
  @JsonIgnore
  public boolean isForDownload() {
    return "download".equals(settings.get("objective"));
  }

  /** The floor of classes that was asked for, as it was written; empty where none was. */
  @JsonIgnore
  public Optional<String> classFloor() {
    return Optional.ofNullable(settings.get("class-floor"));
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

  /**
   * The same once evidence for its report is made.
   *
   * @param wallSeconds of the whole sweep
   * @param reportSeconds what the evidence took of these
   */
  public SweepResult withReport(double wallSeconds, double reportSeconds) {
    return new SweepResult(
        schemaVersion,
        runId,
        settings,
        decision,
        sweepDigest,
        criterion,
        threshold,
        sourceModel,
        samples,
        selected,
        bestUniform,
        classes,
        candidates,
        leftOut,
        notOffered,
        published,
        certificate,
        recipe,
        strategies,
        new Cost(
            cost.evaluations(),
            cost.inferences(),
            cost.preparationSeconds(),
            cost.inferenceSeconds(),
            wallSeconds,
            reportSeconds));
  }

  /** The same with what was published. */
  public SweepResult withPublished(Published entry) {
    return new SweepResult(
        schemaVersion,
        runId,
        settings,
        decision,
        sweepDigest,
        criterion,
        threshold,
        sourceModel,
        samples,
        selected,
        bestUniform,
        classes,
        candidates,
        leftOut,
        notOffered,
        entry,
        certificate,
        recipe,
        strategies,
        cost);
  }

  /**
   * Refuses a result that rests on no samples: nothing meets every rule. Earlier versions wrote
   * such.
   *
   * @param where names it in messages
   * @throws BadInputException saying what of it counts none
   */
  public void requireJudged(String where) {
    SortedSet<String> empty = new TreeSet<>();
    if (samples == null || samples.n() < 1) {
      empty.add(SELECTION);
    } else {
      samples
          .splits()
          .forEach(
              (part, split) -> {
                if (split.n() != null && split.n() < 1) {
                  empty.add(part);
                }
              });
    }
    for (Row row : candidates) {
      addUncounted(SELECTION, row.agreement(), empty);
    }
    for (Chosen chosen : Arrays.asList(selected, bestUniform)) {
      if (chosen != null) {
        addUncounted(SELECTION, chosen.agreement(), empty);
        addUncounted(CONFIRMATION, chosen.confirmation(), empty);
      }
    }
    if (certificate != null && certificate.confirmation() != null) {
      for (Certificate.Finalist finalist : certificate.confirmation().tested()) {
        addUncounted(CONFIRMATION, finalist.agreement(), empty);
      }
    }
    if (!empty.isEmpty()) {
      throw new BadInputException(
          where
              + ": this result rests on no samples: n is 0 in its "
              + String.join(" and ", empty)
              + ".\nMaybe sweep again, with samples that the model answers.");
    }
  }

  /**
   * Refuses a result whose chosen model misses the floor of a class by its own counts.
   *
   * @param where names it in messages
   * @throws BadInputException naming the class
   */
  public void requireClasses(String where) {
    if (selected != null && classes != null) {
      classes.requireMet(where);
    }
  }

  private static void addUncounted(String part, Agreement agreement, Set<String> empty) {
    if (agreement != null && agreement.samples() < 1) {
      empty.add(part);
    }
  }

  /**
   * The file as given.
   *
   * @param encodedSize bytes
   * @param sha256 of these
   * @param downloadSize bytes of its files, each deflated alone at level 9; left out by earlier
   *     versions
   */
  public record SourceModel(
      String name,
      long encodedSize,
      String sha256,
      @JsonInclude(JsonInclude.Include.NON_NULL) Long downloadSize) {
    /** Where nothing was deflated. */
    public SourceModel(String name, long encodedSize, String sha256) {
      this(name, encodedSize, sha256, null);
    }
  }

  /**
   * The samples that were judged.
   *
   * @param n the denominator of the selection
   * @param quarantined how many of the selection could not be read or run
   * @param setDigest digest of the sample set
   * @param splits its parts, by name
   * @param trimmed how many samples were taken out of a part because another one holds them
   */
  public record Samples(
      long n, long quarantined, String setDigest, Map<String, Split> splits, long trimmed) {
    /** Sorts the parts by name. */
    public Samples {
      splits = Collections.unmodifiableMap(new TreeMap<>(splits == null ? Map.of() : splits));
    }
  }

  /**
   * A part of the samples. Copies are counted in every number.
   *
   * @param samples how many could be read
   * @param n how many of them the model as given answers: the denominator; null in results of
   *     earlier versions
   * @param quarantined how many could not be read or run; what of the main set could not be read
   *     counts to the selection; null in results of earlier versions
   * @param setDigest digest of the samples that could be read
   */
  public record Split(long samples, Long n, Long quarantined, String setDigest) {}

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
   * @param downloadSize bytes of its files, each deflated alone at level 9; left out by earlier
   *     versions
   */
  public record Chosen(
      String scheme,
      String plan,
      long encodedSize,
      double ratio,
      Agreement agreement,
      Agreement confirmation,
      String sha256,
      String file,
      @JsonInclude(JsonInclude.Include.NON_NULL) Long downloadSize) {
    /** Where nothing was deflated. */
    public Chosen(
        String scheme,
        String plan,
        long encodedSize,
        double ratio,
        Agreement agreement,
        Agreement confirmation,
        String sha256,
        String file) {
      this(scheme, plan, encodedSize, ratio, agreement, confirmation, sha256, file, null);
    }
  }

  /**
   * A candidate.
   *
   * @param agreement null unless every sample was judged
   * @param judged how far it was judged otherwise
   * @param disagreeing of those
   * @param missedClasses classes that cannot reach their floor, of what was judged: the farthest
   *     first, and only a few; left out where there is none
   * @param downloadSize bytes of its files, each deflated alone at level 9; left out where it was
   *     not judged, and by earlier versions
   */
  public record Row(
      String scheme,
      String plan,
      long encodedSize,
      double ratio,
      String verdict,
      Agreement agreement,
      Long judged,
      Long disagreeing,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> missedClasses,
      @JsonInclude(JsonInclude.Include.NON_NULL) Long downloadSize) {
    /** How many classes are named at most. */
    public static final int MOST_MISSED = 3;

    /** Copies the list. */
    public Row {
      missedClasses = missedClasses == null ? List.of() : List.copyOf(missedClasses);
    }

    /** Where no class missed its floor, and nothing was deflated. */
    public Row(
        String scheme,
        String plan,
        long encodedSize,
        double ratio,
        String verdict,
        Agreement agreement,
        Long judged,
        Long disagreeing) {
      this(
          scheme,
          plan,
          encodedSize,
          ratio,
          verdict,
          agreement,
          judged,
          disagreeing,
          List.of(),
          null);
    }

    /** The share that agrees of what was judged; -1 where nothing was. */
    double share() {
      if (agreement != null) {
        return (double) agreement.agreeing() / agreement.samples();
      }
      return judged == null || judged == 0 ? -1 : 1 - (double) disagreeing / judged;
    }
  }

  /**
   * Options that a weight tensor could not have.
   *
   * @param tensor its identity
   * @param reason as the rest of a sentence
   */
  public record LeftOut(String tensor, List<String> schemes, String reason) {
    /** Copies the list. */
    public LeftOut {
      schemes = List.copyOf(schemes);
    }
  }

  /**
   * Forms that were not offered.
   *
   * @param forms in words
   * @param reason what is reported of them, as the rest of a sentence
   * @param source where it is reported
   */
  public record NotOffered(String forms, String reason, String source) {}

  /**
   * What a strategy chose on the selection samples. Nothing of it is confirmed, and nothing of the
   * answer depends on it.
   *
   * @param strategy its name
   * @param scheme of a uniform choice; null for a plan, and where there is none
   * @param plan digest of the plan; null for a uniform choice, and where there is none
   * @param encodedSize bytes; null where there is no choice
   * @param ratio encodedSize / bytes as given
   * @param agreement on the selection samples
   * @param line how many plans it lined up
   * @param evaluations how many plans it asked for
   * @param budget what ended it before it was through, or null
   * @param downloadSize bytes of its choice's files, each deflated alone at level 9; only where
   *     candidates are ordered by that
   */
  public record StrategyChoice(
      String strategy,
      String scheme,
      String plan,
      Long encodedSize,
      Double ratio,
      Agreement agreement,
      int line,
      int evaluations,
      String budget,
      @JsonInclude(JsonInclude.Include.NON_NULL) Long downloadSize) {
    /** Ordered by bytes on disk. */
    public StrategyChoice(
        String strategy,
        String scheme,
        String plan,
        Long encodedSize,
        Double ratio,
        Agreement agreement,
        int line,
        int evaluations,
        String budget) {
      this(strategy, scheme, plan, encodedSize, ratio, agreement, line, evaluations, budget, null);
    }
  }

  /** Where the model was published. */
  public record Published(String registry, String name, int version) {}

  /**
   * What it cost; seconds by phase are summed over threads but for {@code wallSeconds} and {@code
   * reportSeconds}.
   *
   * @param reportSeconds what making the evidence for a report took of {@code wallSeconds}; null
   *     where none was made, and in results of earlier versions
   */
  public record Cost(
      long evaluations,
      long inferences,
      double preparationSeconds,
      double inferenceSeconds,
      double wallSeconds,
      Double reportSeconds) {
    /** Without a report. */
    public Cost(
        long evaluations,
        long inferences,
        double preparationSeconds,
        double inferenceSeconds,
        double wallSeconds) {
      this(evaluations, inferences, preparationSeconds, inferenceSeconds, wallSeconds, null);
    }
  }
}
