package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.UsageException;
import org.quantsweep.coreml.Deployment;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.job.SweepSettings;
import picocli.CommandLine;

/**
 * Every default and every key of a sweep's settings: a new setting without a flag, or without a
 * place here, fails.
 */
class SweepSettingsTest {
  /** What says how a command runs, not what a sweep is. */
  private static final Set<String> OF_THE_COMMAND =
      Set.of(
          "help",
          "version",
          "json",
          "settings",
          "entry",
          "plugins",
          "stacktrace",
          // It stands in the result by itself.
          "publish");

  /** Settings that have no flag: nobody was seen to need them. */
  private static final Set<String> WITHOUT_FLAG =
      Set.of(
          "perTensor.calibration.patchesPerSample",
          "perTensor.calibration.damping",
          "perTensor.calibration.largestOrder",
          "perTensor.calibration.meanTrust",
          "perTensor.calibration.rounds",
          "perTensor.search.plansInFlight",
          "perTensor.search.scan",
          "perTensor.search.rungs",
          "perTensor.search.neighbours",
          "perTensor.search.moves",
          "perTensor.groupBytes");

  @TempDir Path folder;

  @Test
  void recordedDefaults() {
    Map<String, String> expected = new TreeMap<>();
    expected.put("model", "m");
    expected.put("samples", "[s]");
    expected.put("output", "o");
    expected.put("criterion", "top-1");
    expected.put("aim.threshold.share", "0.95");
    expected.put("aim.floor.share", "0");
    expected.put("objective", "size");
    expected.put("schemes", "[]");
    expected.put("selection.layers", "[]");
    expected.put("selection.layerTypes", "[]");
    expected.put("selection.leastCount", "0");
    expected.put("selection.vectors", "false");
    expected.put("foldBatchNorm", "true");
    expected.put("evaluateAll", "false");
    expected.put("maxEvaluations", "2147483647");
    expected.put("quarantineLimit", "0.01");
    expected.put("preparation", "{exif-orientation=false, fit=stretch}");
    expected.put("evaluations", "");
    expected.put("splits.sizes", "");
    expected.put("splits.seed", "0");
    expected.put("splits.calibration", "[]");
    expected.put("splits.confirmation", "[]");
    expected.put("confirmation.rule", "point");
    expected.put("confirmation.confidence", "0.95");
    expected.put("confirmation.finalists", "20");
    expected.put("timeBudget", "");
    expected.put("runId", "");
    expected.put("runLimit", "PT10M");
    expected.put("halfPrecision", "false");
    expected.put("deployment.target", "");
    expected.put("deployment.unit", "all");
    expected.put("perTensor.rules.bits", "[1, 2, 3, 4, 5, 6, 7, 8]");
    expected.put("perTensor.rules.linear", "true");
    expected.put("perTensor.rules.tables", "true");
    expected.put("perTensor.rules.calibrated", "true");
    expected.put("perTensor.rules.addedBiases", "true");
    expected.put("perTensor.rules.kept", "{}");
    expected.put("perTensor.strategy", "knapsack");
    expected.put("perTensor.calibration.patchesPerSample", "64");
    expected.put("perTensor.calibration.damping", "0.01");
    expected.put("perTensor.calibration.largestOrder", "2304");
    expected.put("perTensor.calibration.meanTrust", "1.0");
    expected.put("perTensor.calibration.rounds", "3");
    expected.put("perTensor.calibration.seed", "0");
    expected.put("perTensor.search.plansInFlight", "2");
    expected.put("perTensor.search.scan", "4");
    expected.put("perTensor.search.rungs", "12");
    expected.put("perTensor.search.neighbours", "12");
    expected.put("perTensor.search.moves", "4");
    expected.put("perTensor.calibrationSamples", "300");
    expected.put("perTensor.sensitivitySamples", "128");
    expected.put("perTensor.groupBytes", "536870912");
    expected.put("perTensor.warmStart", "");
    expected.put("perTensor.compared", "[]");
    expected.put("functions", "[]");
    expected.put("report.wanted", "true");
    expected.put("report.samples", "24");
    expected.put("report.pictures.bytes.bytes", "3000000");
    expected.put("halfPrecision", "false");
    assertThat(flat(parse(List.of()))).isEqualTo(expected);
    assertThat(
            flat(SweepSettings.builder("m", List.of("s"), PicturePreparation.DEFAULT, "o").build()))
        .isEqualTo(expected);
  }

  @Test
  void everyFlagChangesASettingAndEverySettingHasAFlag() throws Exception {
    Map<String, String> defaults = flat(parse(List.of()));
    Map<String, String> given = new TreeMap<>();
    given.put("criterion", "top-k:5");
    given.put("agreement", "0.5");
    given.put("class-floor", "0.8");
    given.put("schemes", "half,linear:4");
    given.put("layers", "a,b");
    given.put("layer-types", "convolution");
    given.put("least-weights", "10");
    given.put("quantize-vectors", "true");
    given.put("keep-batch-norm", "true");
    given.put("evaluate-all", "true");
    given.put("max-evaluations", "7");
    given.put("fit", "crop");
    given.put("exif-orientation", "true");
    given.put("steps", "true");
    given.put("quarantine-limit", "0.5");
    given.put("evaluations", "e");
    given.put("calibration", "c,1\nc2");
    given.put("confirmation", "k");
    given.put("splits", "calibration=0.2,selection=0.8,confirmation=0");
    given.put("seed", "9");
    given.put("acceptance", "bound");
    given.put("confidence", "0.9");
    given.put("finalists", "4");
    given.put("family", "per-tensor");
    given.put("bits", "4,8");
    given.put("linear-only", "true");
    given.put("tables-only", "false");
    given.put("no-calibration", "true");
    given.put("keep", "a/weights=half\nb/weights=linear:4");
    given.put("strategy", "greedy-by-psnr");
    given.put("compare-strategies", "uniform,greedy-by-psnr");
    given.put("calibration-samples", "40");
    given.put("sensitivity-samples", "5");
    given.put("no-added-biases", "true");
    given.put("warm-start", "r.yaml");
    given.put("time-budget", "90s");
    given.put("run-id", "manual__2026-11-28T20:00:00+00:00");
    given.put("run-limit", "45s");
    given.put("function", "main");
    given.put("precision", "float16");
    given.put("deployment-target", "iOS18");
    given.put("objective", "download");
    given.put("compute-unit", "ane");
    given.put("no-report", "true");
    given.put("report-samples", "6");
    given.put("report-bytes", "500KB");
    SweepSettings settings = fromFile(given);
    given.put("model", "m");
    given.put("samples", "s");
    given.put("output", "o");

    // What a result tells, and what makes the same settings again, is what was given.
    assertThat(settings.flags()).isEqualTo(given);
    Set<String> names = new TreeSet<>();
    new CommandLine(new SweepCommand())
        .getCommandSpec()
        .options()
        .forEach(option -> names.add(option.longestName().substring(2)));
    names.removeAll(OF_THE_COMMAND);
    // It stands instead of others: a test of its own gives it.
    names.remove("largest-size");
    // Refused: a test of its own says how.
    names.remove("add-biases");
    assertThat(given.keySet()).isEqualTo(names);

    Map<String, String> unchanged = flat(settings);
    unchanged.entrySet().removeIf(entry -> !entry.getValue().equals(defaults.get(entry.getKey())));
    Set<String> expected = new TreeSet<>(WITHOUT_FLAG);
    // Its opposite is given here, and both together are refused.
    expected.add("perTensor.rules.linear");
    expected.addAll(Set.of("model", "samples", "output"));
    assertThat(unchanged.keySet()).isEqualTo(expected);
    assertThat(flat(parse(List.of("--tables-only"))))
        .containsEntry("perTensor.rules.linear", "false");
  }

  @Test
  void aLargestSizeStandsInsteadOfAShareAndItsRule() throws Exception {
    SweepSettings settings = parse(List.of("--largest-size", "1.50 MB"));
    Map<String, String> flags = settings.flags();
    assertThat(flags).containsEntry("largest-size", "1.5MB");
    assertThat(flags.keySet()).doesNotContain("agreement", "acceptance", "finalists");
    Map<String, String> expected = flat(parse(List.of()));
    expected.remove("aim.threshold.share");
    expected.remove("aim.floor.share");
    expected.put("aim.largest.bytes.bytes", "1500000");
    assertThat(flat(settings)).isEqualTo(expected);
    // What a result tells makes the same settings again.
    assertThat(fromFile(new TreeMap<>(flags)).flags()).isEqualTo(flags);
  }

  @Test
  void besideALargestSizeNothingElseSaysWhatIsAcceptable() throws Exception {
    String both =
        "--agreement and --largest-size exclude each other: one asks for the smallest model that"
            + " agrees often enough, the other for the most agreeing of those that are small"
            + " enough.\nMaybe leave one of them out.";
    assertThatThrownBy(() -> parse(List.of("--largest-size", "5MB", "--agreement", "0.95")))
        .isInstanceOf(UsageException.class)
        .hasMessage(both);
    assertThatThrownBy(
            () -> fromFile(new TreeMap<>(Map.of("largest-size", "5MB", "agreement", "0.9"))))
        .hasMessage(both);
    assertThatThrownBy(
            () -> parse(List.of("--largest-size", "5MB", "--acceptance", "point", "--finalists=9")))
        .hasMessage(
            "--largest-size has no rule to pass, which is what --acceptance, --finalists are"
                + " about.\nMaybe leave them out.");
    assertThatThrownBy(() -> parse(List.of("--largest-size", "5MB", "--evaluate-all")))
        .hasMessage(
            "--evaluate-all and --largest-size exclude each other: what is larger is not judged,"
                + " and all that fits is judged on every sample.\nMaybe write --family uniform"
                + " instead of --evaluate-all.");
    assertThatThrownBy(() -> parse(List.of("--largest-size", "5mb", "--finalists", "3")))
        .hasMessage(
            "largest size (5mb) must be a decimal of at most 15 digits before and 9 behind the"
                + " point, and one of the units B, KB, MB and GB, which are powers of 1000.\nMaybe"
                + " write 5MB.\n--largest-size has no rule to pass, which is what --finalists is"
                + " about.\nMaybe leave it out.");
  }

  @Test
  void aFloorNeedsClassesAndAShareToStandBeside() throws Exception {
    String noClasses =
        "--class-floor needs a criterion that compares classes (top-1 or top-k:K), not"
            + " pixel-agreement:0.98.\nMaybe leave --class-floor out.";
    assertThatThrownBy(
            () -> parse(List.of("--class-floor", "0.8", "--criterion", "pixel-agreement:0.98")))
        .isInstanceOf(UsageException.class)
        .hasMessage(noClasses);
    assertThatThrownBy(
            () ->
                fromFile(
                    new TreeMap<>(
                        Map.of("class-floor", "0.8", "criterion", "pixel-agreement:0.98"))))
        .hasMessage(noClasses);
    assertThatThrownBy(
            () -> parse(List.of("--class-floor", "80", "--criterion", "psnr:30", "--seed", "1")))
        .hasMessage(
            "class floor (80) must be a decimal in (0, 1]: it is a share of each class's samples,"
                + " not a percentage.\nMaybe write 0.8.\n"
                + "--class-floor needs a criterion that compares classes (top-1 or top-k:K), not"
                + " psnr:30.\nMaybe leave --class-floor out.");
    assertThatThrownBy(() -> parse(List.of("--largest-size", "5MB", "--class-floor", "0.8")))
        .hasMessage(
            "--largest-size has no rule to pass, which is what --class-floor is about.\nMaybe"
                + " leave it out.");
    assertThat(parse(List.of("--class-floor", "0.80", "--criterion", "top-k:5")).flags())
        .containsEntry("class-floor", "0.80");
  }

  @Test
  void strategiesToCompareAreKnownOnesInOneOrder() {
    assertThat(parse(List.of("--compare-strategies", "greedy-by-psnr,uniform,uniform")).flags())
        .containsEntry("compare-strategies", "uniform,greedy-by-psnr");
    assertThatThrownBy(() -> parse(List.of("--compare-strategies", "uniform,greedy-by-pnsr")))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "--compare-strategies (greedy-by-pnsr) must be one of uniform, global-config,"
                + " knapsack, knapsack-on-error, knapsack-on-drop, greedy-by-psnr,"
                + " greedy-by-agreement.\n"
                + "Maybe write greedy-by-psnr.");
    assertThat(parse(List.of("--compare-strategies", "knapsack,global-config")).flags())
        .containsEntry("compare-strategies", "global-config,knapsack");
    assertThatThrownBy(() -> parse(List.of("--strategy", "global-config")))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "--strategy (global-config) must be one of uniform, knapsack, knapsack-on-error,"
                + " knapsack-on-drop, greedy-by-psnr, greedy-by-agreement.\nMaybe write"
                + " uniform.");
    assertThatThrownBy(
            () -> parse(List.of("--family", "uniform", "--compare-strategies", "greedy-by-psnr")))
        .hasMessage(
            "--family uniform has no choice for each weight tensor, which is what"
                + " --compare-strategies is about.\nMaybe write --family per-tensor.");
  }

  /** Of earlier results too, which tell it as false. */
  @Test
  void theFlagThatAddedBiasesSaysWhatCameInItsPlace() {
    for (List<String> flag : List.of(List.of("--add-biases"), List.of("--add-biases=true"))) {
      assertThatThrownBy(() -> parse(flag))
          .isInstanceOf(UsageException.class)
          .hasMessage(
              "--add-biases (true) is a flag of earlier versions: a search chooses by itself which"
                  + " layers get a bias.\nMaybe leave it out, or write --no-added-biases where none"
                  + " shall get one.");
    }
    assertThatThrownBy(() -> fromFile(new TreeMap<>(Map.of("add-biases", "false"))))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "--add-biases (false) is a flag of earlier versions: a search chooses by itself which"
                + " layers get a bias.\nMaybe leave it out, or write --no-added-biases where none"
                + " shall get one.");
  }

  @Test
  void noUserOrPasswordIsTold() {
    SweepSettings settings =
        parse(
            List.of(
                "--evaluations", "s3a://key:secret@bucket/e", "--calibration", "hdfs://u@host/c"));
    assertThat(settings.flags())
        .containsEntry("evaluations", "s3a://bucket/e")
        .containsEntry("calibration", "hdfs://host/c");
    assertThat(parse(List.of("--evaluations", "/a/b@c/e")).flags())
        .containsEntry("evaluations", "/a/b@c/e");
  }

  @Test
  void whatTheUniformFamilyHasNoUseForIsRefused() throws Exception {
    for (List<String> flag :
        List.of(
            List.of("--strategy", "knapsack"),
            List.of("--no-calibration"),
            List.of("--no-added-biases"),
            List.of("--calibration", "c"),
            List.of("--calibration-samples", "300"),
            List.of("--sensitivity-samples", "128"))) {
      List<String> arguments = new ArrayList<>(flag);
      arguments.addAll(List.of("--family", "uniform"));
      assertThatThrownBy(() -> parse(arguments))
          .hasMessage(
              "--family uniform has no choice for each weight tensor, which is what "
                  + flag.get(0)
                  + " is about.\nMaybe write --family per-tensor.");
    }
    assertThatThrownBy(
            () -> fromFile(new TreeMap<>(Map.of("family", "uniform", "strategy", "uniform"))))
        .hasMessage(
            "--family uniform has no choice for each weight tensor, which is what --strategy is"
                + " about.\nMaybe write --family per-tensor.");
    assertThat(parse(List.of("--family", "uniform")).perTensor()).isEmpty();
  }

  private static SweepSettings parse(List<String> more) {
    List<String> arguments = new ArrayList<>(List.of("--model", "m", "--samples", "s"));
    arguments.addAll(List.of("--output", "o"));
    arguments.addAll(more);
    SweepCommand command = new SweepCommand();
    new CommandLine(command)
        .setDefaultValueProvider(new SettingsFile())
        .parseArgs(arguments.toArray(new String[0]));
    return command.settings();
  }

  /** As from a settings file, where a list's parts stand in lines. */
  private SweepSettings fromFile(Map<String, String> flags) throws Exception {
    StringBuilder yaml = new StringBuilder();
    flags.forEach(
        (flag, value) ->
            yaml.append(flag).append(": \"").append(value.replace("\n", "\\n")).append("\"\n"));
    Path file = folder.resolve("sweep.yaml");
    Files.writeString(file, yaml);
    return parse(List.of("--settings", file.toString()));
  }

  /** Every part of a record by its path. */
  private static Map<String, String> flat(SweepSettings settings) {
    Map<String, String> parts = new TreeMap<>();
    flat("", settings, parts);
    return parts;
  }

  private static void flat(String path, Object value, Map<String, String> parts) {
    if (value instanceof Optional<?> optional) {
      flat(path, optional.isPresent() ? optional.get() : "", parts);
    } else if (value instanceof Deployment deployment) {
      flat(path + ".target", deployment.target(), parts);
      flat(path + ".unit", deployment.unit(), parts);
    } else if (value instanceof PicturePreparation preparation) {
      parts.put(path, preparation.flags().toString());
    } else if (value instanceof Record
        && value.getClass().getPackageName().startsWith("org.quantsweep")
        && !path.equals("criterion")
        && !path.equals("splits.sizes")) {
      for (RecordComponent component : value.getClass().getRecordComponents()) {
        String name = path.isEmpty() ? component.getName() : path + "." + component.getName();
        try {
          flat(name, component.getAccessor().invoke(value), parts);
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException(
              name + ": " + Arrays.toString(value.getClass().getRecordComponents()), e);
        }
      }
    } else {
      parts.put(path, value.toString());
    }
  }
}
