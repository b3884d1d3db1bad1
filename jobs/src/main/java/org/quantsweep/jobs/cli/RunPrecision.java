package org.quantsweep.jobs.cli;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.quantsweep.UsageException;
import org.quantsweep.inference.onnx.FloatPrecision;
import picocli.CommandLine.Option;

/** How precisely half-precision values of an ML Program are held while it runs. */
final class RunPrecision {
  @Option(
      names = "--precision",
      defaultValue = "float32",
      paramLabel = "P",
      description =
          "float32, or float16: round where an ML Program's types say so, as a device does."
              + " Default: ${DEFAULT-VALUE}.")
  private String precision;

  /** The precision; what is wrong with it is added to the problems. */
  FloatPrecision precision(List<String> problems) {
    return Problems.read(problems, this::precision);
  }

  /**
   * The precision.
   *
   * @throws UsageException when it is none
   */
  FloatPrecision precision() {
    return FloatPrecision.named(precision)
        .orElseThrow(
            () ->
                new UsageException(
                    "--precision ("
                        + precision
                        + ") must be "
                        + Arrays.stream(FloatPrecision.values())
                            .map(FloatPrecision::toString)
                            .collect(Collectors.joining(" or "))
                        + ".\nMaybe write "
                        + FloatPrecision.FLOAT32
                        + "."));
  }
}
