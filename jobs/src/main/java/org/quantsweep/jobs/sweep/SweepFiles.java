package org.quantsweep.jobs.sweep;

import java.util.Map;
import java.util.TreeMap;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.CalibratedWeightsCodec;
import org.quantsweep.quantize.Scheme;

/** Writes the chosen model, its recipe, and the fitted codes that the recipe needs. */
final class SweepFiles {
  private final OutputFolder output;
  private final SweepSettings settings;
  private final ModelEncoder encoder;
  private final Sha256Digest calibration;

  SweepFiles(
      OutputFolder output, SweepSettings settings, ModelEncoder encoder, Sha256Digest calibration) {
    this.output = output;
    this.settings = settings;
    this.encoder = encoder;
    this.calibration = calibration;
  }

  void model(ModelFiles file) {
    output.write(SweepJob.MODEL_FILE, file);
  }

  /** The recipe of a plan; its fitted codes are written before it. */
  void recipe(Sha256Digest given, QuantizationPlan plan, ModelFiles file) {
    TreeMap<String, String> tensors = new TreeMap<>();
    TreeMap<String, String> options = new TreeMap<>();
    for (Map.Entry<String, Scheme> entry : plan.schemes().entrySet()) {
      tensors.put(entry.getKey(), entry.getValue().toString());
      if (entry.getValue() instanceof Scheme.Quantization scheme && scheme.calibrated()) {
        byte[] codes = CalibratedWeightsCodec.encode(encoder.calibrated(entry.getKey(), scheme));
        Sha256Digest digest = Sha256Digest.of(codes);
        output.write(Recipe.OPTIONS, digest.hex(), codes);
        options.put(entry.getKey(), digest.hex());
      }
    }
    Recipe recipe =
        new Recipe(
            given.hex(),
            SweepSettings.names(settings.planRewrites()),
            options.isEmpty() ? null : calibration.hex(),
            file.digest().hex(),
            tensors,
            options);
    output.write(Recipe.FILE, recipe.toYaml());
  }

  /** The bytes that one option takes in the file. */
  long bytes(String tensor, Scheme scheme) {
    return encoder.storedBytes(tensor, scheme);
  }
}
