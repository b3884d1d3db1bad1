package org.quantsweep.job;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.WeightSelection;
import org.quantsweep.quantize.LookUpTableFitter;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SamplePreparation;
import org.quantsweep.search.Aim;
import org.quantsweep.search.Objective;
import org.quantsweep.search.OptionPass;
import org.quantsweep.search.OptionRules;
import org.quantsweep.search.PlanSearchSettings;
import org.quantsweep.sweep.EvaluationKey;

/**
 * What the digests of a sweep are made of. What is stored lies under all of them but the sweep's
 * own: where one of those changes, everything that was found before is found again.
 *
 * @param model digest of the model as given
 * @param engine the engine and its version
 * @param warmStart digest of the plan that is tried first
 * @param fitters the versions of users' look-up tables by their ids: another version makes other
 *     tables
 */
record SweepIdentity(
    SweepSettings settings,
    Sha256Digest model,
    SweepSamples samples,
    String engine,
    Optional<Sha256Digest> warmStart,
    SortedMap<String, String> fitters) {
  /** The fitters that are on the class path. */
  static SortedMap<String, String> loadedFitters() {
    TreeMap<String, String> versions = new TreeMap<>();
    for (LookUpTableFitter fitter : ServiceLoader.load(LookUpTableFitter.class)) {
      versions.put(fitter.id(), fitter.version());
    }
    return versions;
  }

  /** Covers everything that changes a prepared number or an answer. */
  static Sha256Digest preparation(SamplePreparation preparation, String engine) {
    return new Sha256Digest.Builder()
        .field("preparation", preparation.digest().hex())
        .field("engine", engine)
        .build();
  }

  /** What evaluations depend on beside the candidate and the sample. */
  EvaluationKey evaluations() {
    return new EvaluationKey(model, preparation(), settings.criterion().toString());
  }

  /** Covers everything that fitted codes depend on beside the weight tensor and its scheme. */
  Sha256Digest calibration() {
    return fitting(CalibrationSettings::digest);
  }

  /** Covers everything that the statistics of layers' inputs depend on. */
  Sha256Digest moments() {
    return fitting(CalibrationSettings::momentsDigest);
  }

  /**
   * Covers everything that sensitivities depend on.
   *
   * @param alone the samples that each option is run on
   */
  Sha256Digest sensitivity(SampleIndex alone) {
    return new Sha256Digest.Builder()
        .field("calibration", calibration().hex())
        .field("samples", alone.setDigest().hex())
        .field("criterion", settings.criterion().toString())
        .build();
  }

  /** What openings of the confirmation samples are counted by, whatever settings differ. */
  Sha256Digest confirmationOpening() {
    return new Sha256Digest.Builder()
        .field("reference", model.hex())
        .field("samples", samples.confirmation().index().setDigest().hex())
        .build();
  }

  /**
   * Covers what one opening asks of the confirmation samples: the sweep, and the very files that
   * are tested. So what the sweep's digest lacks is counted too where it leads to other files: a
   * time budget, Ctrl-C, a recipe.
   *
   * @param finalists digests of the files, in any order
   */
  Sha256Digest opening(Collection<Sha256Digest> finalists) {
    Sha256Digest.Builder digest =
        new Sha256Digest.Builder()
            .field("sweep", sweep().hex())
            .field(
                "timeBudget", settings.timeBudget().map(Object::toString).orElse("without limit"));
    finalists.stream().sorted().forEach(file -> digest.field("finalist", file.hex()));
    return digest.build();
  }

  /** Covers everything that decides the outcome; nothing that only decides what it takes. */
  Sha256Digest sweep() {
    Sha256Digest.Builder digest =
        new Sha256Digest.Builder()
            .field("model", model.hex())
            .field("samples", samples.selection().index().setDigest().hex())
            .field("calibration", samples.calibration().index().setDigest().hex())
            .field("confirmation", samples.confirmation().index().setDigest().hex())
            .field("preparation", preparation().hex())
            .field("criterion", settings.criterion().toString());
    if (settings.objective() != Objective.SIZE) {
      // Left out by default, so that other sweeps keep their digests.
      digest.field("objective", settings.objective().toString());
    }
    aim(digest, settings.aim())
        .field(
            "deployment",
            settings.deployment().target().map(target -> "iOS" + target.ios()).orElse("own"))
        .field("computeUnit", settings.deployment().unit().toString())
        .field("evaluateAll", Boolean.toString(settings.evaluateAll()))
        .field("maxEvaluations", Integer.toString(settings.maxEvaluations()));
    fields(digest, "scheme", settings.schemes());
    fields(digest, "rewrite", SweepSettings.names(settings.rewrites()));
    selection(digest, settings.selection());
    ConfirmationSettings confirmation = settings.confirmation();
    digest
        .field("acceptance.rule", confirmation.rule().toString())
        .field("acceptance.confidence", Double.toString(confirmation.confidence()))
        .field("acceptance.finalists", Integer.toString(confirmation.finalists()));
    fields(digest, "fitter", fitters);
    settings.perTensor().ifPresent(own -> perTensor(digest, own));
    warmStart.ifPresent(plan -> digest.field("warmStart", plan.hex()));
    return digest.build();
  }

  private static Sha256Digest.Builder aim(Sha256Digest.Builder digest, Aim aim) {
    if (aim instanceof Aim.MostAgreeing most) {
      return digest.field("largestSize", Long.toString(most.largest().bytes().bytes()));
    }
    Aim.Smallest smallest = (Aim.Smallest) aim;
    digest.field("threshold", decimal(smallest.threshold().share()));
    // Left out where nothing is asked, so that other sweeps keep their digests.
    return smallest.floor().asks()
        ? digest.field("classFloor", decimal(smallest.floor().share()))
        : digest;
  }

  private static String decimal(BigDecimal share) {
    return share.stripTrailingZeros().toPlainString();
  }

  private static void selection(Sha256Digest.Builder digest, WeightSelection selection) {
    fields(digest, "selection.layer", selection.layers());
    fields(digest, "selection.layerType", selection.layerTypes());
    digest
        .field("selection.leastCount", Long.toString(selection.leastCount()))
        .field("selection.vectors", Boolean.toString(selection.vectors()));
  }

  private static void perTensor(Sha256Digest.Builder digest, PerTensorSettings own) {
    OptionRules rules = own.rules();
    rules.bits().forEach(width -> digest.field("options.bits", Integer.toString(width)));
    digest
        .field("options.linear", Boolean.toString(rules.linear()))
        .field("options.tables", Boolean.toString(rules.tables()))
        .field("options.calibrated", Boolean.toString(rules.calibrated()))
        .field("options.addedBiases", Boolean.toString(rules.addedBiases()));
    TreeMap<String, String> kept = new TreeMap<>();
    rules.kept().forEach((tensor, scheme) -> kept.put(tensor, scheme.toString()));
    fields(digest, "options.kept", kept);
    PlanSearchSettings search = own.search();
    digest
        .field("strategy", own.strategy().toString())
        .field("calibrationSettings", own.calibration().digest().hex())
        .field("search.plansInFlight", Integer.toString(search.plansInFlight()))
        .field("search.scan", Integer.toString(search.scan()))
        .field("search.rungs", Integer.toString(search.rungs()))
        .field("search.neighbours", Integer.toString(search.neighbours()))
        .field("search.moves", Integer.toString(search.moves()))
        .field("sensitivitySamples", Integer.toString(own.sensitivitySamples()))
        // Which options are run, and on how many samples.
        .field("sensitivities", OptionPass.VERSION);
  }

  private static void fields(Sha256Digest.Builder digest, String name, List<String> values) {
    values.forEach(value -> digest.field(name, value));
  }

  private static void fields(Sha256Digest.Builder digest, String name, Map<String, String> values) {
    values.forEach((key, value) -> digest.field(name, key).field(key, value));
  }

  private Sha256Digest preparation() {
    return preparation(settings.preparation(), engine);
  }

  private Sha256Digest fitting(Function<CalibrationSettings, Sha256Digest> part) {
    return fitting(
        model,
        SweepSettings.names(settings.rewrites()),
        preparation(),
        samples.calibration().index(),
        settings.perTensor().map(PerTensorSettings::calibration).map(part));
  }

  /**
   * Covers what statistics or fitted codes depend on.
   *
   * @param rewrites what was done to the model before, by name
   * @param calibration the samples
   * @param settings digest of the settings that they depend on; empty where nothing is fitted
   */
  static Sha256Digest fitting(
      Sha256Digest model,
      List<String> rewrites,
      Sha256Digest preparation,
      SampleIndex calibration,
      Optional<Sha256Digest> settings) {
    Sha256Digest.Builder digest =
        new Sha256Digest.Builder()
            .field("model", model.hex())
            .field("rewrites", String.join(",", rewrites))
            .field("preparation", preparation.hex())
            .field("samples", calibration.setDigest().hex());
    settings.ifPresent(own -> digest.field("settings", own.hex()));
    return digest.build();
  }
}
