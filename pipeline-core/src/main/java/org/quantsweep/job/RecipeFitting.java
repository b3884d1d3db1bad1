package org.quantsweep.job;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SamplePreparation;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.SampleSplits;
import org.quantsweep.sample.SampleSubset;
import org.quantsweep.sample.SplitSizes;

/**
 * What the fitted codes of a recipe depend on beside the model, as keys that people can read: flags
 * of the sweep ({@code seed}, {@code splits} where the samples are a part of a set, {@code fit}),
 * settings that have no flag, the engine, and the digest of the samples.
 *
 * @param keys by name; what is missing is as by default
 */
public record RecipeFitting(SortedMap<String, String> keys) {
  private static final String SAMPLES = "samples";
  private static final String SPLITS = "splits";
  private static final String MOST = "calibration-samples";
  private static final String SEED = "seed";
  private static final String ENGINE = "engine";
  private static final String PATCHES = "patches-per-sample";
  private static final String DAMPING = "damping";
  private static final String LARGEST_ORDER = "largest-order";
  private static final String MEAN_TRUST = "mean-trust";
  private static final String ROUNDS = "rounds";
  private static final String PRECISION = "precision";
  private static final String HALF = "float16";
  private static final String FUNCTIONS = "function";
  private static final String LINE = "\n";

  /** Copies the map. */
  public RecipeFitting {
    keys = Collections.unmodifiableSortedMap(new TreeMap<>(keys));
  }

  /** Of a sweep that fits. */
  static RecipeFitting of(SweepIdentity identity) {
    SweepSettings settings = identity.settings();
    CalibrationSettings own =
        settings
            .perTensor()
            .map(PerTensorSettings::calibration)
            .orElse(CalibrationSettings.DEFAULT);
    TreeMap<String, String> keys = new TreeMap<>(settings.preparation().flags());
    SamplePart samples = identity.samples().calibration();
    keys.put(SAMPLES, samples.index().setDigest().hex());
    if (samples.set() == SampleSet.MAIN) {
      keys.put(SPLITS, SweepSamples.sizes(settings).toString());
    }
    settings
        .perTensor()
        .ifPresent(all -> keys.put(MOST, Integer.toString(all.calibrationSamples())));
    keys.put(SEED, Long.toString(own.seed()));
    keys.put(ENGINE, identity.engine());
    keys.put(PATCHES, Integer.toString(own.patchesPerSample()));
    keys.put(DAMPING, Double.toString(own.damping()));
    keys.put(LARGEST_ORDER, Integer.toString(own.largestOrder()));
    keys.put(MEAN_TRUST, Double.toString(own.meanTrust()));
    keys.put(ROUNDS, Integer.toString(own.rounds()));
    if (settings.halfPrecision()) {
      keys.put(PRECISION, HALF);
    }
    if (!settings.functions().isEmpty()) {
      keys.put(FUNCTIONS, String.join(LINE, settings.functions()));
    }
    return new RecipeFitting(keys);
  }

  /**
   * How options are fitted.
   *
   * @throws BadInputException when a value is no number, or out of its range
   */
  public CalibrationSettings settings() {
    CalibrationSettings usual = CalibrationSettings.DEFAULT;
    try {
      return new CalibrationSettings(
          Integer.parseInt(keys.getOrDefault(PATCHES, Integer.toString(usual.patchesPerSample()))),
          Double.parseDouble(keys.getOrDefault(DAMPING, Double.toString(usual.damping()))),
          Integer.parseInt(
              keys.getOrDefault(LARGEST_ORDER, Integer.toString(usual.largestOrder()))),
          Double.parseDouble(keys.getOrDefault(MEAN_TRUST, Double.toString(usual.meanTrust()))),
          Integer.parseInt(keys.getOrDefault(ROUNDS, Integer.toString(usual.rounds()))),
          seed());
    } catch (IllegalArgumentException e) {
      throw new BadInputException(
          "fitting "
              + keys
              + " of the recipe cannot be used ("
              + e.getMessage()
              + ").\nMaybe take these keys from the recipe.yaml of the sweep again.",
          e);
    }
  }

  /**
   * The samples that the options were fitted on, of those that are given: these themselves, or
   * their part that the sweep took. Where neither are they, what is given.
   */
  public SampleSource of(SampleSource given) {
    Optional<String> wanted = Optional.ofNullable(keys.get(SAMPLES));
    SampleIndex all = given.index();
    if (wanted.isEmpty() || isOf(all, wanted.get())) {
      return given;
    }
    try {
      SampleIndex first = capped(all);
      if (isOf(first, wanted.get())) {
        return new SampleSubset(given, first);
      }
      if (!keys.containsKey(SPLITS)) {
        return given;
      }
      SampleIndex part =
          capped(SampleSplits.of(all, SplitSizes.parse(keys.get(SPLITS)), seed()).calibration());
      return isOf(part, wanted.get()) ? new SampleSubset(given, part) : given;
    } catch (UsageException | BadInputException | NumberFormatException e) {
      // So few samples have no such parts: they are others.
      return given;
    }
  }

  /** As the sweep took them; earlier ones took all. */
  private SampleIndex capped(SampleIndex samples) {
    return keys.containsKey(MOST)
        ? SweepSamples.capped(samples, Integer.parseInt(keys.get(MOST)))
        : samples;
  }

  /** Whether fitted options depend on the same as those of a recipe. */
  public boolean gives(
      Recipe recipe, SampleIndex samples, SamplePreparation preparation, String engine) {
    Sha256Digest found =
        SweepIdentity.fitting(
            new Sha256Digest(recipe.model()),
            recipe.rewrites(),
            SweepIdentity.preparation(preparation, engine),
            samples,
            Optional.of(settings().digest()));
    return found.hex().equals(recipe.calibration());
  }

  /** Which samples and engine there are here, by key, where a recipe tells of others. */
  public SortedMap<String, String> differences(SampleIndex samples, String engine) {
    TreeMap<String, String> here = new TreeMap<>();
    here.put(SAMPLES, samples.setDigest().hex());
    here.put(ENGINE, engine);
    here.entrySet().removeIf(entry -> entry.getValue().equals(keys.get(entry.getKey())));
    return here;
  }

  /** Whether what an ML Program holds in half precision was rounded to it. */
  public boolean halfPrecision() {
    return HALF.equals(keys.get(PRECISION));
  }

  /** The functions whose inputs counted; empty for all that the model has. */
  public List<String> functions() {
    return keys.containsKey(FUNCTIONS) ? List.of(keys.get(FUNCTIONS).split(LINE)) : List.of();
  }

  private long seed() {
    return Long.parseLong(
        keys.getOrDefault(SEED, Long.toString(CalibrationSettings.DEFAULT.seed())));
  }

  private static boolean isOf(SampleIndex samples, String digest) {
    return samples.setDigest().hex().equals(digest);
  }
}
