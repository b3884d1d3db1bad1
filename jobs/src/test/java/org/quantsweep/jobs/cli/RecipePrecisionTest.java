package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.coreml.ComputeUnit;
import org.quantsweep.coreml.Deployment;
import org.quantsweep.coreml.DeploymentTarget;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.LocalSamples;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.job.LocalSweep;
import org.quantsweep.job.PerTensorSettings;
import org.quantsweep.job.Recipe;
import org.quantsweep.job.SampleSet;
import org.quantsweep.job.SweepSettings;
import org.quantsweep.jobs.guard.FirstRuns;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.search.OptionRules;
import org.quantsweep.search.SearchListener;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.NpzArrays;

/** Codes that were fitted in half precision are derived again in half precision. */
class RecipePrecisionTest {
  private static final Path MODEL =
      Path.of("src/test/resources/packages/digits.mlpackage").toAbsolutePath();
  private static final int SAMPLES = 200;
  private static final int NUMBERS = 16;
  private static final String NAMED = "this is the model that the recipe names (SHA-256)\n";

  @TempDir Path folder;

  private Path samples;

  /** Here halves lie 0.5 apart, so that the layer's inputs are others than in float32. */
  @BeforeEach
  void drawSamples() throws IOException {
    Random random = new Random(7);
    float[] numbers = new float[SAMPLES * NUMBERS];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) (600 + random.nextGaussian());
    }
    samples = folder.resolve("set.npz");
    NpzArrays.write(samples, Map.of("x", Tensor.wrap(Shape.of(SAMPLES, 1, NUMBERS), numbers)));
  }

  private Recipe swept(boolean half) {
    TreeMap<String, Scheme> kept = new TreeMap<>();
    kept.put("first_weight_0", Scheme.parse("int4+calibrated"));
    kept.put("second_weight_0", Scheme.parse("int8+calibrated"));
    OptionRules all = OptionRules.ALL;
    SweepSettings.Builder settings =
        SweepSettings.builder(
                MODEL.toString(),
                List.of(samples.toString()),
                PicturePreparation.DEFAULT,
                folder.resolve("out").toString())
            .threshold(AgreementThreshold.parse("0.5"))
            .deployment(
                new Deployment(Optional.of(DeploymentTarget.parse("iOS18")), ComputeUnit.ALL))
            .perTensor(
                PerTensorSettings.DEFAULT.toBuilder()
                    .rules(new OptionRules(all.bits(), true, true, true, kept))
                    .build());
    if (half) {
      settings.halfPrecision();
    }
    try (LocalSweep sweep =
        new LocalSweep(
            ModelReader.files(MODEL),
            Map.of(SampleSet.MAIN, LocalSamples.read(samples, IngestLimits.DEFAULT)),
            InferenceEngines.onnxRuntime(InferenceEngine.RUN_LIMIT, half, List.of()),
            2)) {
      return sweep.run(settings.build(), SearchListener.SILENT).recipe().orElseThrow();
    }
  }

  /** What is told where codes are fitted again as a recipe says. */
  private String derived(String recipe) throws IOException {
    Path file = Files.writeString(folder.resolve(Recipe.FILE), recipe);
    StringWriter err = new StringWriter();
    int code =
        QuantSweep.run(
            new PrintWriter(new StringWriter()),
            new PrintWriter(err, true),
            "quantize",
            MODEL.toString(),
            "--recipe",
            file.toString(),
            "--calibration",
            samples.toString(),
            "--output",
            folder.resolve("again.mlpackage").toString());
    assertThat(code).as(err.toString()).isZero();
    return err.toString();
  }

  @Test
  void codesAreFittedInThePrecisionThatTheRecipeNames() throws Exception {
    Recipe half = swept(true);
    assertThat(half.fitting()).containsEntry("precision", "float16");
    try (FirstRuns guarded = new FirstRuns()) {
      assertThat(derived(half.toYaml())).isEqualTo(NAMED);
      assertThat(guarded.precisions()).containsExactly("float16");
    }

    // The precision counts: without the key these are other codes, and that is told.
    String other = derived(half.toYaml().replaceFirst("\n *precision: \"?float16\"?", ""));
    assertThat(other)
        .startsWith(
            "the fitted codes come from other samples, settings or another engine than those of"
                + " the recipe\n  engine: here ")
        .contains("this is another model than the recipe names");
  }

  @Test
  void singlePrecisionIsNotNamed() throws Exception {
    Recipe single = swept(false);
    assertThat(single.fitting()).doesNotContainKey("precision");
    try (FirstRuns guarded = new FirstRuns()) {
      assertThat(derived(single.toYaml())).isEqualTo(NAMED);
      assertThat(guarded.precisions()).containsExactly("float32");
    }
  }
}
