package org.quantsweep.jobs.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
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
    description = "Store every weight tensor of a model in float32.",
    footer = {"", "Example: quantsweep dequantize Net8.mlmodel --output Net.mlmodel"})
final class DequantizeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common = new CommonOptions();

  @Parameters(paramLabel = "M", description = "The model file.")
  private InputFile model;

  @Option(names = "--output", required = true, paramLabel = "FILE", description = "The new file.")
  private OutputFile output;

  @Override
  public Integer call() {
    CoreMLModel given = ModelReader.read(model.file());
    given.requireCompressible();
    List<String> identities =
        given.weightTensors().stream()
            .filter(tensor -> !tensor.updatable())
            .map(WeightTensor::identity)
            .toList();
    ModelFiles encoded =
        new ModelEncoder(given)
            .encode(QuantizationPlan.uniform(new Scheme.FullPrecision(), identities));
    output.write(encoded);
    FileSummary.print(spec, common, output, given, encoded, identities.size());
    return 0;
  }
}
