package org.quantsweep.jobs.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.ComputeUnit;
import org.quantsweep.coreml.Deployment;
import org.quantsweep.coreml.DeploymentTarget;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.LocalSamples;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.job.LocalSweep;
import org.quantsweep.job.PerTensorSettings;
import org.quantsweep.job.SampleSet;
import org.quantsweep.job.SweepSettings;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.search.OptionRules;
import org.quantsweep.search.SearchListener;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.NpzArrays;
import org.quantsweep.testing.PythonEnvironment;

/** A sweep of a small package with fitted codes, as a command and as a call in this process. */
final class PackageSweep {
  private static final String KEPT = "second_weight_0";
  private static final int SAMPLES = 600;
  private static final int NUMBERS = 16;
  private static final int CALIBRATION = 64;
  private static final int SENSITIVITY = 32;

  private final Path samples;

  /** Draws the samples into a folder. */
  PackageSweep(Path folder) throws IOException {
    float[] numbers = new float[SAMPLES * NUMBERS];
    Random random = new Random(3);
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    samples = folder.resolve("numbers.npz");
    NpzArrays.write(samples, Map.of("x", Tensor.wrap(Shape.of(SAMPLES, 1, NUMBERS), numbers)));
  }

  static Path model() {
    return PythonEnvironment.repository("jobs/src/test/resources/packages/digits.mlpackage");
  }

  /** The command, with the model at a place of its own. */
  List<String> command(String model, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "sweep",
                "--model",
                model,
                "--samples",
                samples.toString(),
                "--agreement",
                "0.9",
                "--deployment-target",
                "iOS18",
                "--bits",
                "2,4",
                "--keep",
                KEPT + "=int8",
                "--calibration-samples",
                Integer.toString(CALIBRATION),
                "--sensitivity-samples",
                Integer.toString(SENSITIVITY)));
    arguments.addAll(Arrays.asList(more));
    return arguments;
  }

  /** The same without Spark. */
  LocalSweep.Outcome here() throws IOException {
    OptionRules rules =
        new OptionRules(
            new TreeSet<>(List.of(2, 4)),
            true,
            true,
            true,
            new TreeMap<>(Map.of(KEPT, Scheme.parse("int8"))));
    SweepSettings settings =
        SweepSettings.builder(
                model().toString(), List.of(samples.toString()), PicturePreparation.DEFAULT, "out")
            .threshold(AgreementThreshold.parse("0.9"))
            .deployment(
                new Deployment(Optional.of(DeploymentTarget.parse("iOS18")), ComputeUnit.ALL))
            .perTensor(
                PerTensorSettings.DEFAULT.toBuilder()
                    .rules(rules)
                    .calibrationSamples(CALIBRATION)
                    .sensitivitySamples(SENSITIVITY)
                    .build())
            .build();
    ModelFiles files = ModelReader.files(model());
    try (LocalSweep sweep =
        new LocalSweep(
            files,
            Map.of(SampleSet.MAIN, LocalSamples.read(samples, IngestLimits.DEFAULT)),
            InferenceEngines.onnxRuntime(),
            2)) {
      return sweep.run(settings, SearchListener.SILENT);
    }
  }
}
