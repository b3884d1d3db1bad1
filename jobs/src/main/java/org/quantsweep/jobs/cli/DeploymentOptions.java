package org.quantsweep.jobs.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quantsweep.NearestName;
import org.quantsweep.UsageException;
import org.quantsweep.coreml.ComputeUnit;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Deployment;
import org.quantsweep.coreml.DeploymentTarget;
import picocli.CommandLine.Option;

/** Where a model is to run. */
final class DeploymentOptions {
  @Option(
      names = "--deployment-target",
      paramLabel = "SYSTEM",
      description =
          "The least system that must load the model, for example iOS16 or macOS15; permits to"
              + " raise what a package needs. Default: the package's own.")
  private String target;

  @Option(
      names = "--compute-unit",
      defaultValue = "all",
      paramLabel = "UNIT",
      description =
          "What the model is to run on: ane, gpu, cpu or all. Forms that are reported to do badly"
              + " there are not offered. Default: ${DEFAULT-VALUE}.")
  private String unit;

  /** The deployment; problems are added. */
  Deployment deployment(List<String> problems) {
    DeploymentTarget system =
        target == null ? null : Problems.read(problems, () -> DeploymentTarget.parse(target));
    List<String> known = new ArrayList<>();
    for (ComputeUnit own : ComputeUnit.values()) {
      if (own.toString().equals(unit)) {
        return new Deployment(Optional.ofNullable(system), own);
      }
      known.add(own.toString());
    }
    problems.add(
        "--compute-unit ("
            + unit
            + ") must be ane, gpu, cpu or all.\nMaybe write "
            + NearestName.of(unit, known)
            + ".");
    return Deployment.DEFAULT;
  }

  /**
   * A model whose forms are chosen already, for the target that was named; without one, for any.
   *
   * @throws UsageException when what was written names no deployment, or none of the model's
   */
  CoreMLModel limited(CoreMLModel model) {
    Deployment read = deployment();
    return read.target().isPresent() ? model.forDeployment(read) : model;
  }

  /**
   * The deployment.
   *
   * @throws UsageException when what was written names none
   */
  Deployment deployment() {
    List<String> problems = new ArrayList<>();
    Deployment read = deployment(problems);
    if (!problems.isEmpty()) {
      throw new UsageException(String.join("\n", problems));
    }
    return read;
  }
}
