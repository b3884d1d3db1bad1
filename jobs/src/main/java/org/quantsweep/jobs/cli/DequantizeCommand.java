package org.quantsweep.jobs.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.quantsweep.UsageException;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.StoredWeights;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a model with all its weights in float32. */
@Command(
    name = "dequantize",
    mixinStandardHelpOptions = true,
    description = "Store every weight tensor of a model as plain floats.",
    footer = {
      "",
      "Examples:",
      "  quantsweep dequantize Net8.mlmodel --output Net.mlmodel",
      "  quantsweep dequantize Net4.mlpackage --to float16 --output Net.mlpackage"
    })
final class DequantizeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common = new CommonOptions();

  @Parameters(paramLabel = "M", description = "The model file.")
  private InputFile model;

  @Mixin private DeploymentOptions deployment = new DeploymentOptions();

  @Option(names = "--output", required = true, paramLabel = "FILE", description = "The new file.")
  private OutputFile output;

  @Option(
      names = "--to",
      paramLabel = "TYPE",
      description = "float32 or float16. Default: float32; of an ML Program what it computes with.")
  private String type;

  /** What is asked for, where the model can have it. */
  private Scheme floats(CoreMLModel given) {
    if (type == null) {
      return new Scheme.FullPrecision();
    }
    if (type.equals("float16")) {
      return new Scheme.HalfPrecision();
    }
    if (!type.equals("float32")) {
      throw new UsageException(
          "--to (" + type + ") must be float32 or float16.\nMaybe leave it out.");
    }
    given.weightTensors().stream()
        .filter(tensor -> given.format().ownFloats(tensor) == StoredWeights.Precision.FLOAT16)
        .findFirst()
        .ifPresent(
            tensor -> {
              throw new UsageException(
                  given.name()
                      + ": weight tensor '"
                      + tensor.identity()
                      + "' cannot be float32, because the program computes with it in half"
                      + " precision.\nMaybe leave --to out, or convert the model again with"
                      + " compute_precision=ct.precision.FLOAT32.");
            });
    return new Scheme.FullPrecision();
  }

  private static boolean hasSingles(CoreMLModel given) {
    return given.weightTensors().stream()
        .anyMatch(tensor -> given.format().ownFloats(tensor) == StoredWeights.Precision.FLOAT32);
  }

  @Override
  public Integer call() {
    CoreMLModel given = ModelReader.read(model.file());
    Scheme floats = floats(given);
    // Half precision in place of float32 may need a later system; a model's own floats never do.
    given =
        floats instanceof Scheme.HalfPrecision && hasSingles(given)
            ? given.forDeployment(deployment.deployment())
            : deployment.limited(given);
    given.requireCompressible();
    List<String> identities =
        given.weightTensors().stream()
            .filter(tensor -> !tensor.updatable())
            .map(WeightTensor::identity)
            .toList();
    ModelFiles encoded =
        new ModelEncoder(given).encode(QuantizationPlan.uniform(floats, identities));
    output.write(encoded);
    FileSummary.print(spec, common, output, given, encoded, identities.size());
    return 0;
  }
}
