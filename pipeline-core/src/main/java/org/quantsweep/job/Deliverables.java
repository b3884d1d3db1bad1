package org.quantsweep.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.CalibratedWeightsCodec;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.report.RecipeSummary;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.Objective;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;

/** Makes the chosen model and its recipe, and writes the fitted codes that the recipe needs. */
final class Deliverables {
  private final SweepOutput output;
  private final String modelName;
  private final CandidateFiles files;
  private final ModelEncoder encoder;
  private final SweepIdentity identity;

  /**
   * The models that the result names, and what it says of them.
   *
   * @param selected the chosen model
   * @param file its name
   * @param recipe how it is made; empty for a uniform scheme
   * @param summary of the recipe
   * @param bestUniform the smallest uniform one
   */
  record Made(
      Optional<ModelFiles> selected,
      Optional<String> file,
      Optional<Recipe> recipe,
      Optional<RecipeSummary> summary,
      Optional<ModelFiles> bestUniform) {}

  /**
   * For one sweep.
   *
   * @param modelName what the chosen model is called
   */
  Deliverables(
      SweepOutput output,
      String modelName,
      CandidateFiles files,
      ModelEncoder encoder,
      SweepIdentity identity) {
    this.output = output;
    this.modelName = modelName;
    this.files = files;
    this.encoder = encoder;
    this.identity = identity;
  }

  /** Makes what was selected, if anything was. */
  Made make(SweepFindings findings) {
    Optional<Candidate> chosen = findings.selection().candidate();
    Optional<ModelFiles> selected = chosen.map(files::encode);
    Optional<Recipe> recipe = Optional.empty();
    Optional<RecipeSummary> summary = Optional.empty();
    if (chosen.isPresent() && chosen.get().plan().isPresent()) {
      QuantizationPlan plan = files.plans().plan(chosen.get());
      recipe = Optional.of(recipe(plan, selected.get()));
      summary = Optional.of(summary(plan, selected.get(), findings));
    }
    Optional<ModelFiles> best =
        findings.bestUniform().map(evaluation -> files.encode(evaluation.candidate()));
    return new Made(selected, selected.map(model -> modelName), recipe, summary, best);
  }

  /** The recipe of a plan; its fitted codes are written. */
  private Recipe recipe(QuantizationPlan plan, ModelFiles file) {
    TreeMap<String, String> tensors = new TreeMap<>();
    TreeMap<String, String> options = new TreeMap<>();
    for (Map.Entry<String, Scheme> entry : plan.schemes().entrySet()) {
      tensors.put(entry.getKey(), encoder.spelled(entry.getValue()));
      if (entry.getValue() instanceof Scheme.Compression scheme && scheme.calibrated()) {
        byte[] codes = CalibratedWeightsCodec.encode(encoder.calibrated(entry.getKey(), scheme));
        Sha256Digest digest = Sha256Digest.of(codes);
        output.writeFittedCodes(digest, codes);
        options.put(entry.getKey(), digest.hex());
      }
    }
    boolean fitted = !options.isEmpty();
    return new Recipe(
        identity.model().hex(),
        SweepSettings.names(identity.settings().rewrites()),
        fitted ? identity.calibration().hex() : null,
        fitted ? RecipeFitting.of(identity).keys() : null,
        identity.settings().objective() == Objective.SIZE
            ? null
            : identity.settings().objective().toString(),
        file.digest().hex(),
        tensors,
        options);
  }

  private RecipeSummary summary(QuantizationPlan plan, ModelFiles file, SweepFindings findings) {
    Map<TensorOption, Sensitivity> measured =
        findings.plans().map(plans -> plans.found().sensitivities()).orElse(Map.of());
    List<RecipeSummary.TensorRow> rows = new ArrayList<>();
    plan.schemes()
        .forEach(
            (tensor, scheme) -> {
              long bytes = encoder.storedBytes(tensor, scheme);
              Sensitivity sensitivity = measured.get(new TensorOption(tensor, scheme));
              rows.add(
                  new RecipeSummary.TensorRow(
                      tensor,
                      encoder.spelled(scheme),
                      bytes,
                      (double) bytes / file.size().bytes(),
                      sensitivity == null ? 0 : sensitivity.loss()));
            });
    return new RecipeSummary(Recipe.FILE, rows);
  }
}
