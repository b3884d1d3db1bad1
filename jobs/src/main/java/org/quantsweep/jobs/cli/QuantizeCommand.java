package org.quantsweep.jobs.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Rewrite;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.encode.WeightSelection;
import org.quantsweep.quantize.Scheme;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a model with one scheme for all its weight tensors. */
@Command(
    name = "quantize",
    mixinStandardHelpOptions = true,
    description = "Store the weights of a model in one scheme, or as a recipe says.",
    footer = {
      "",
      "Schemes: full, half; linear:B (uintB), linear-symmetric:B (intB), lut-kmeans:B (lut:B),",
      "lut-linear:B, lut-unique:B, lut-custom:NAME:B, with B in 1 to 8; then @tensor, @channel,",
      "@blockN, @groupN or @vectorN, then +bytewise; sparse:SHARE alone or before these, as",
      "sparse:0.5+lut:4.",
      "What a model's format has of these, docs/schemes.md tells.",
      "Examples:",
      "  quantsweep quantize Net.mlmodel --scheme lut-kmeans:6 --output Net6.mlmodel",
      "  quantsweep quantize Net.mlmodel --recipe results/net/recipe.yaml --output Net.q.mlmodel"
    })
final class QuantizeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private DeploymentOptions deployment = new DeploymentOptions();

  @Parameters(paramLabel = "M", description = "The model file.")
  private InputFile model;

  @Option(names = "--scheme", paramLabel = "SCHEME", description = "See below.")
  private String scheme;

  @Option(
      names = "--recipe",
      paramLabel = "R",
      description = "The recipe.yaml of a sweep: a scheme for each weight tensor.")
  private InputFile recipe;

  @Option(
      names = "--calibration",
      paramLabel = "S",
      description = "With --recipe: derive fitted codes from these samples again.")
  private InputFile calibration;

  @Option(
      names = "--quarantine-limit",
      defaultValue = "0.01",
      paramLabel = "SHARE",
      description =
          "Largest share of --calibration that may be unreadable or unanswered. Default:"
              + " ${DEFAULT-VALUE}.")
  private double quarantineLimit;

  @Option(names = "--output", required = true, paramLabel = "FILE", description = "The new file.")
  private OutputFile output;

  @Option(names = "--layers", split = ",", description = "Only these layers.")
  private List<String> layers = new ArrayList<>();

  @Option(names = "--layer-types", split = ",", description = "Only layers of these types.")
  private List<String> layerTypes = new ArrayList<>();

  @Option(names = "--least-weights", defaultValue = "0", description = "Only larger tensors.")
  private long leastWeights;

  @Option(names = "--quantize-vectors", description = "Biases and other vectors too.")
  private boolean vectors;

  @Option(
      names = "--keep",
      split = SettingsFile.LINE,
      splitSynopsisLabel = " ",
      paramLabel = "TENSOR=SCHEME",
      description = "With --scheme: store this weight tensor so, for example conv1/weights=full.")
  private Map<String, String> keep = new LinkedHashMap<>();

  @Option(names = "--keep-batch-norm", description = "Do not fold batch norms.")
  private boolean keepBatchNorm;

  @Override
  public Integer call() {
    if ((scheme == null) == (recipe == null)) {
      throw new UsageException(
          "quantize needs either --scheme or --recipe.\nMaybe write --scheme lut-kmeans:6.");
    }
    SweepOptions.requireQuarantineLimit(quarantineLimit);
    return recipe == null ? byScheme() : byRecipe();
  }

  private int byRecipe() {
    CoreMLModel given = deployment.limited(ModelReader.read(model.file()));
    given.requireCompressible();
    RecipeModel made = new RecipeModel(recipe, given, spec.commandLine().getErr());
    ModelFiles encoded = made.encode(calibration, quarantineLimit);
    output.write(encoded);
    spec.commandLine().getErr().println(identity(encoded, made.recipe().sha256()));
    FileSummary.print(spec, common, output, given, encoded, made.recipe().tensors().size());
    return 0;
  }

  /** Those that can have the form; as in coremltools, the others stay as they are, with a line. */
  private List<String> able(CoreMLModel rewritten, WeightSelection selection, Scheme parsed) {
    rewritten.format().requireLegal(parsed);
    List<String> able = new ArrayList<>();
    List<String> reasons = new ArrayList<>();
    for (WeightTensor tensor : selection.of(rewritten)) {
      rewritten
          .format()
          .refusal(tensor, parsed)
          .ifPresentOrElse(
              reason -> reasons.add("weight tensor '" + tensor.identity() + "': " + reason),
              () -> able.add(tensor.identity()));
    }
    if (able.isEmpty() && !reasons.isEmpty()) {
      throw new UsageException(
          rewritten.name()
              + ": no weight tensor can be stored as "
              + rewritten.format().spelled(parsed)
              + ": "
              + reasons.get(0)
              + ".\nMaybe name another scheme.");
    }
    reasons.forEach(
        reason -> spec.commandLine().getErr().println("left as it is stored: " + reason));
    return able;
  }

  /** Whether this is what was judged, which only the recipe's own sha256 can tell. */
  private static String identity(ModelFiles encoded, String named) {
    if (named == null || named.isEmpty()) {
      return "the recipe names no sha256 (it was left out), so nothing tells whether this is the"
          + " model that was judged. Maybe take the recipe.yaml that the sweep wrote.";
    }
    return encoded.digest().hex().equals(named)
        ? "this is the model that the recipe names (SHA-256)"
        : "this is another model than the recipe names: its sha256 is "
            + named
            + ". Nothing has judged it yet.";
  }

  private int byScheme() {
    Scheme parsed = Scheme.parse(scheme);
    CoreMLModel given = ModelReader.read(model.file()).forDeployment(deployment.deployment());
    given.requireCompressible();
    CoreMLModel rewritten = keepBatchNorm ? given : Rewrite.FOLD_BATCH_NORM.apply(given);
    WeightSelection selection = new WeightSelection(layers, layerTypes, leastWeights, vectors);
    List<String> identities = able(rewritten, selection, parsed);
    TreeMap<String, Scheme> schemes =
        new TreeMap<>(QuantizationPlan.uniform(parsed, identities).schemes());
    keep.forEach((tensor, kept) -> schemes.put(tensor, Scheme.parse(kept)));
    if (schemes.isEmpty()) {
      throw new BadInputException(
          model.name()
              + ": there is nothing to quantize: no weight tensor of it is asked for.\n"
              + "Maybe look at what it has with quantsweep inspect.");
    }
    ModelFiles encoded = new ModelEncoder(rewritten).encode(new QuantizationPlan(schemes));
    output.write(encoded);
    for (WeightTensor left : WeightSelection.updatable(rewritten)) {
      spec.commandLine().getErr().println("left alone, updatable: " + left.identity());
    }
    FileSummary.print(spec, common, output, given, encoded, identities.size());
    return 0;
  }
}
