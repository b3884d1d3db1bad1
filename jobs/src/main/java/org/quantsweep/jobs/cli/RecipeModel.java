package org.quantsweep.jobs.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.quantsweep.BadInputException;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.datasets.SteppedPreparation;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.Prediction;
import org.quantsweep.job.Recipe;
import org.quantsweep.job.RecipeFitting;
import org.quantsweep.job.SampleSet;
import org.quantsweep.jobs.guard.GuardedEngine;
import org.quantsweep.quantize.CalibratedWeights;
import org.quantsweep.quantize.CalibratedWeightsCodec;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sample.Quarantine;
import org.quantsweep.sample.SamplePreparation;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sweep.FittedOption;
import org.quantsweep.sweep.LocalOptionRunner;
import org.quantsweep.sweep.LocalSweepRunner;
import org.quantsweep.sweep.ReadySamples;
import org.quantsweep.sweep.TensorOption;

/** Makes the file of a recipe, from fitted codes beside it or from calibration samples. */
final class RecipeModel {
  private final InputFile file;
  private final Recipe recipe;
  private final CoreMLModel model;
  private final PrintWriter err;

  /**
   * Reads a recipe.
   *
   * @param err hears when fitted codes come from other things than those of the recipe
   * @throws BadInputException when it is for another model
   */
  RecipeModel(InputFile file, CoreMLModel given, PrintWriter err) {
    this.file = file;
    this.err = err;
    this.recipe = Recipe.parse(file.bytes(), file.name());
    if (recipe.model() == null) {
      throw new BadInputException(
          file
              + ": this recipe does not say which model it is for: its model (a SHA-256) was left"
              + " out.\nMaybe add the line model: "
              + given.digest().hex());
    }
    if (!recipe.model().equals(given.digest().hex())) {
      throw new BadInputException(
          file
              + ": this recipe is for a model with SHA-256 "
              + recipe.model()
              + ", but "
              + given.name()
              + " has "
              + given.digest()
              + ".\nMaybe name the model that was swept.");
    }
    this.model = recipe.rewritten(given);
  }

  Recipe recipe() {
    return recipe;
  }

  /**
   * The file.
   *
   * @param calibration samples to derive fitted codes from; null to read them beside the recipe
   * @param quarantineLimit the largest share of these that may be unreadable or unanswered
   * @throws BadInputException when more of them are, or fitted codes are missing
   */
  ModelFiles encode(InputFile calibration, double quarantineLimit) {
    Map<TensorOption, CalibratedWeights> fitted =
        calibration == null ? stored() : derived(calibration, quarantineLimit);
    return new ModelEncoder(model, (tensor, scheme) -> fitted.get(new TensorOption(tensor, scheme)))
        .encode(recipe.plan());
  }

  private Map<TensorOption, CalibratedWeights> stored() {
    Map<TensorOption, CalibratedWeights> fitted = new TreeMap<>();
    List<String> missing = new ArrayList<>();
    for (TensorOption option : recipe.fitted()) {
      String digest = recipe.options().get(option.tensor());
      // A digest has no separators, so no path leaves the folder.
      Optional<InputFile> codes =
          digest == null || !digest.matches("[0-9a-f]{64}")
              ? Optional.empty()
              : file.beside(Recipe.OPTIONS, digest);
      if (codes.isEmpty()) {
        missing.add(option.tensor() + " (" + option.scheme() + ")");
        continue;
      }
      byte[] bytes = codes.get().bytes();
      if (!Sha256Digest.of(bytes).hex().equals(digest)) {
        throw new BadInputException(
            codes.get()
                + ": these fitted codes are damaged: their SHA-256 is not their name.\n"
                + "Maybe copy them from the sweep's folder again.");
      }
      CalibratedWeights weights = CalibratedWeightsCodec.decode(bytes, codes.get().name());
      if (weights.weights().isOf((Scheme.Compression) option.scheme())) {
        fitted.put(option, weights);
      } else {
        missing.add(option.tensor() + " (" + option.scheme() + ")");
      }
    }
    if (!missing.isEmpty()) {
      throw new BadInputException(
          file
              + ": fitted codes are missing beside the recipe, in "
              + file.folderBeside(Recipe.OPTIONS)
              + ": "
              + String.join(", ", missing)
              + ".\nMaybe derive them again with --calibration SAMPLES.");
    }
    return fitted;
  }

  private Map<TensorOption, CalibratedWeights> derived(InputFile given, double quarantineLimit) {
    RecipeFitting fitting = new RecipeFitting(recipe.fitting());
    CalibrationSettings settings = fitting.settings();
    SamplePreparation preparation = SteppedPreparation.ofFlags(fitting.keys());
    GuardedEngine guarded =
        GuardedEngine.onnxRuntime(
            InferenceEngine.RUN_LIMIT, fitting.halfPrecision(), fitting.functions());
    InferenceEngine engine = guarded.engine();
    int cores = Runtime.getRuntime().availableProcessors();
    try (CommandSamples samples = CommandSamples.open(given)) {
      samples.remarks().forEach(err::println);
      SampleSource source = fitting.of(samples.source());
      if (!fitting.gives(recipe, source.index(), preparation, engine.identity())) {
        err.println(
            "the fitted codes come from other samples, settings or another engine than those of"
                + " the recipe");
        fitting
            .differences(source.index(), engine.identity())
            .forEach((key, here) -> err.println("  " + key + ": here " + here));
      }
      try (LocalSweepRunner reference =
          new LocalSweepRunner(model, source, preparation, new AnyAnswer(), guarded, cores)) {
        Quarantine unanswered = reference.runReference().quarantine(source.index());
        requireUsable(given, samples.source(), unanswered, quarantineLimit);
        ReadySamples ready = reference.prepared(source.index());
        try (LocalOptionRunner runner =
            new LocalOptionRunner(model, ready, ready, new AnyAnswer(), engine, settings, cores)) {
          return fitted(runner);
        }
      }
    }
  }

  /** Whatever a model answers. Fits look at nothing of it. */
  private record AnyAnswer() implements Criterion {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean agrees(Prediction reference, Prediction candidate) {
      return true;
    }

    @Override
    public List<String> compared(Prediction reference) {
      return List.copyOf(reference.outputs().keySet());
    }
  }

  /** As a sweep counts its calibration samples. */
  private void requireUsable(
      InputFile given, SampleSource all, Quarantine unanswered, double limit) {
    Quarantine unreadable = Quarantine.unreadable(all.unreadable());
    Quarantine lost = unreadable.plus(unanswered);
    lost.reasons().forEach(reason -> err.println("quarantined " + reason));
    if (unanswered.count() == unanswered.size()) {
      throw new BadInputException(
          given
              + ": the model answers none of these samples, so nothing can be fitted to them.\n"
              + unanswered.cure());
    }
    String kind = SampleSet.CALIBRATION.samples();
    long size = all.index().total() + unreadable.size();
    new Quarantine(size, lost.count(), lost.reasons()).requireWithin(limit, given.toString(), kind);
    // The codes may be fitted to a part of the samples.
    unanswered.requireWithin(limit, given.toString(), kind);
  }

  private Map<TensorOption, CalibratedWeights> fitted(LocalOptionRunner runner) {
    Map<TensorOption, CalibratedWeights> fitted = new TreeMap<>();
    for (Map.Entry<TensorOption, FittedOption> entry : runner.fit(recipe.fitted()).entrySet()) {
      entry
          .getValue()
          .refusal()
          .ifPresent(
              reason -> {
                throw new BadInputException(
                    "weight tensor '"
                        + entry.getKey().tensor()
                        + "' cannot be fitted on these samples: "
                        + reason
                        + ".\nMaybe name the samples that the sweep was calibrated on.");
              });
      fitted.put(entry.getKey(), entry.getValue().weights().orElseThrow());
    }
    return fitted;
  }
}
