package org.quantsweep.jobs.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quantsweep.NearestName;
import org.quantsweep.job.ConfirmationSettings;
import org.quantsweep.job.PerTensorSettings;
import org.quantsweep.job.SplitSettings;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sample.SplitSizes;
import org.quantsweep.search.AcceptanceRule;
import org.quantsweep.search.OptionRules;
import org.quantsweep.search.Strategy;
import picocli.CommandLine.Option;

/** Which candidates a sweep proposes, which samples do what, and when a choice is confirmed. */
final class SearchOptions {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(s|m|h)");

  @Option(
      names = "--family",
      paramLabel = "FAMILY",
      description =
          "Which candidates: per-tensor, one option for each weight tensor, or uniform, one scheme"
              + " for all. Default: per-tensor; uniform in the demo, and with --schemes or"
              + " --evaluate-all, which are about uniform schemes.")
  private String family;

  @Option(
      names = "--calibration",
      split = SettingsFile.LINE,
      splitSynopsisLabel = " ",
      paramLabel = "S",
      description = "Samples that options are fitted on; default: a part of --samples.")
  private List<String> calibration = new ArrayList<>();

  @Option(
      names = "--confirmation",
      split = SettingsFile.LINE,
      splitSynopsisLabel = " ",
      paramLabel = "S",
      description =
          "Samples that the choice is confirmed on and the search never sees; default: a part of"
              + " --samples for per-tensor, none for uniform.")
  private List<String> confirmation = new ArrayList<>();

  @Option(
      names = "--splits",
      defaultValue = "",
      paramLabel = "SIZES",
      description =
          "Parts of --samples, as shares or counts: calibration=0.2,selection=0.4,"
              + "confirmation=0.4.")
  private String splits;

  @Option(
      names = "--seed",
      defaultValue = "0",
      paramLabel = "N",
      description = "Seed of the splits and of calibration. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--acceptance",
      paramLabel = "RULE",
      description =
          "Confirmation passes when enough samples agree (point), or when the lower bound is high"
              + " enough (bound). Default: point.")
  private String acceptance;

  @Option(
      names = "--confidence",
      defaultValue = "0.95",
      paramLabel = "SHARE",
      description = "Of bounds, in (0, 1). Default: ${DEFAULT-VALUE}.")
  private double confidence;

  @Option(
      names = "--finalists",
      paramLabel = "M",
      description =
          "The most rungs of the ladder that confirmation goes down, in steps of about 1 % of the"
              + " size where M suffices. Default: 20.")
  private Integer finalists;

  @Option(
      names = "--bits",
      split = ",",
      paramLabel = "B",
      description = "Per-tensor: only these widths, for example 2,3,4,6,8.")
  private List<Integer> bits = new ArrayList<>();

  @Option(names = "--linear-only", description = "Per-tensor: no look-up tables.")
  private boolean linearOnly;

  @Option(names = "--tables-only", description = "Per-tensor: look-up tables only.")
  private boolean tablesOnly;

  @Option(
      names = "--no-calibration",
      description = "Per-tensor: options depend on the weights alone.")
  private boolean plain;

  @Option(
      names = "--keep",
      split = SettingsFile.LINE,
      splitSynopsisLabel = " ",
      paramLabel = "TENSOR=SCHEME",
      description = "Per-tensor: store this weight tensor so, for example conv1/weights=full.")
  private Map<String, String> keep = new LinkedHashMap<>();

  @Option(
      names = "--strategy",
      paramLabel = "RULE",
      description =
          "Per-tensor: how plans are lined up: knapsack, knapsack-on-error, knapsack-on-drop,"
              + " greedy-by-psnr, greedy-by-agreement, uniform. Default: knapsack.")
  private String strategy;

  @Option(
      names = "--compare-strategies",
      split = ",",
      paramLabel = "RULE",
      description =
          "Per-tensor: say what these rules would choose on the same selection samples, for example"
              + " greedy-by-psnr,global-config. They change nothing of the answer.")
  private List<String> compared = new ArrayList<>();

  @Option(
      names = "--calibration-samples",
      paramLabel = "N",
      description =
          "Per-tensor: on how many samples options are fitted at most: the first by digest."
              + " Default: 300.")
  private Integer calibrationSamples;

  @Option(
      names = "--sensitivity-samples",
      paramLabel = "N",
      description = "Per-tensor: samples that an option is run on alone at most. Default: 128.")
  private Integer sensitivitySamples;

  @Option(
      names = "--no-added-biases",
      description =
          "Per-tensor: no layer gets a bias that it does not have. Without this flag the search"
              + " chooses where one pays; its bytes count.")
  private boolean noAddedBiases;

  @Option(
      names = "--add-biases",
      hidden = true,
      arity = "0..1",
      fallbackValue = "true",
      description = "Of earlier versions: refused, so that nobody relies on it.")
  private String addBiases;

  @Option(
      names = "--warm-start",
      paramLabel = "RECIPE",
      description = "Per-tensor: the recipe of an earlier sweep, tried first.")
  private String warmStart;

  @Option(
      names = "--time-budget",
      paramLabel = "TIME",
      description = "How long the search may go on, for example 90s, 30m or 2h.")
  private String timeBudget;

  /**
   * How plans are searched for; empty for the uniform family, and where something is wrong.
   *
   * @param usual the family, unless one is named
   */
  Optional<PerTensorSettings> perTensor(List<String> problems, String usual) {
    String family = this.family == null ? usual : this.family;
    if (!family.equals(SweepOptions.UNIFORM) && !family.equals(SweepOptions.PER_TENSOR)) {
      problems.add(
          "family ("
              + family
              + ") must be uniform or per-tensor.\nMaybe write "
              + NearestName.of(family, List.of(SweepOptions.UNIFORM, SweepOptions.PER_TENSOR))
              + ".");
    }
    TreeMap<String, Scheme> kept = new TreeMap<>();
    keep.forEach(
        (tensor, scheme) -> Problems.read(problems, () -> kept.put(tensor, Scheme.parse(scheme))));
    for (int width : bits) {
      if (width < 1 || width > 8) {
        problems.add("--bits (" + width + ") must be in [1, 8].\nMaybe write 2,3,4,5,6,7,8.");
      }
    }
    if (addBiases != null) {
      problems.add(
          "--add-biases ("
              + addBiases
              + ") is a flag of earlier versions: a search chooses by itself which layers get a"
              + " bias.\nMaybe leave it out, or write --no-added-biases where none shall get one.");
    }
    if (linearOnly && tablesOnly) {
      problems.add(
          "--linear-only and --tables-only leave nothing to choose.\nMaybe leave one out.");
    }
    if (calibrationSamples != null && calibrationSamples < 1) {
      problems.add(
          "--calibration-samples ("
              + calibrationSamples
              + ") must be at least 1.\nMaybe write 300, or --no-calibration.");
    }
    if (sensitivitySamples != null && sensitivitySamples < 1) {
      problems.add(
          "--sensitivity-samples ("
              + sensitivitySamples
              + ") must be at least 1.\nMaybe write 128.");
    }
    List<String> idle = family.equals(SweepOptions.UNIFORM) ? perTensorFlags() : List.of();
    if (!idle.isEmpty()) {
      // Not ignored: who keeps a weight tensor as it is relies on that.
      problems.add(
          "--family uniform has no choice for each weight tensor, which is what "
              + String.join(", ", idle)
              + (idle.size() == 1 ? " is about." : " are about.")
              + "\nMaybe write --family per-tensor.");
    }
    PerTensorSettings usually = PerTensorSettings.DEFAULT;
    Strategy lined =
        strategy == null
            ? usually.strategy()
            : parse(problems, "--strategy", strategy, Strategy.lining().toArray(new Strategy[0]));
    List<Strategy> others = new ArrayList<>();
    for (String name : compared) {
      Strategy other = parse(problems, "--compare-strategies", name, Strategy.values());
      if (other != null) {
        others.add(other);
      }
    }
    if (!problems.isEmpty() || family.equals(SweepOptions.UNIFORM)) {
      return Optional.empty();
    }
    OptionRules rules =
        new OptionRules(
            bits.isEmpty() ? OptionRules.ALL.bits() : new TreeSet<>(bits),
            !tablesOnly,
            !linearOnly,
            !plain,
            !noAddedBiases,
            kept);
    PerTensorSettings.Builder own =
        usually.toBuilder()
            .rules(rules)
            .strategy(lined)
            .compared(others)
            .calibration(usually.calibration().withSeed(seed));
    if (calibrationSamples != null) {
      own.calibrationSamples(calibrationSamples);
    }
    if (sensitivitySamples != null) {
      own.sensitivitySamples(sensitivitySamples);
    }
    if (warmStart != null) {
      own.warmStart(warmStart);
    }
    return Optional.of(own.build());
  }

  /** Those of the given flags that the uniform family has no use for. */
  private List<String> perTensorFlags() {
    Map<String, Boolean> given = new LinkedHashMap<>();
    given.put("--keep", !keep.isEmpty());
    given.put("--bits", !bits.isEmpty());
    given.put("--linear-only", linearOnly);
    given.put("--tables-only", tablesOnly);
    given.put("--no-calibration", plain);
    given.put("--calibration", !calibration.isEmpty());
    given.put("--strategy", strategy != null);
    given.put("--compare-strategies", !compared.isEmpty());
    given.put("--calibration-samples", calibrationSamples != null);
    given.put("--sensitivity-samples", sensitivitySamples != null);
    given.put("--no-added-biases", noAddedBiases);
    given.put("--warm-start", warmStart != null);
    return given.entrySet().stream().filter(Map.Entry::getValue).map(Map.Entry::getKey).toList();
  }

  SplitSettings splits(List<String> problems) {
    SplitSizes sizes =
        splits.isEmpty() ? null : Problems.read(problems, () -> SplitSizes.parse(splits));
    SplitSettings all =
        SplitSettings.DEFAULT
            .withSeed(seed)
            .withCalibration(calibration)
            .withConfirmation(confirmation);
    return sizes == null ? all : all.withSizes(sizes);
  }

  ConfirmationSettings confirmation(List<String> problems) {
    if (!(confidence > 0 && confidence < 1)) {
      problems.add("--confidence (" + confidence + ") must be in (0, 1).\nMaybe write 0.95.");
    }
    if (finalists != null && finalists < 1) {
      problems.add(
          "--finalists ("
              + finalists
              + ") must be at least 1: a ladder has a first rung.\n"
              + "Maybe write 20.");
    }
    ConfirmationSettings usual = ConfirmationSettings.DEFAULT;
    AcceptanceRule rule =
        acceptance == null
            ? usual.rule()
            : parse(problems, "--acceptance", acceptance, AcceptanceRule.values());
    return usual
        .withRule(rule)
        .withConfidence(confidence)
        .withFinalists(finalists == null ? usual.finalists() : finalists);
  }

  /** Those of the given flags that are about a rule of confirmation. */
  List<String> ruleFlags() {
    List<String> given = new ArrayList<>();
    if (acceptance != null) {
      given.add("--acceptance");
    }
    if (finalists != null) {
      given.add("--finalists");
    }
    return given;
  }

  Optional<Duration> timeBudget(List<String> problems) {
    return timeBudget == null
        ? Optional.empty()
        : Optional.ofNullable(duration(problems, "--time-budget", timeBudget, "30m"));
  }

  /**
   * Reads a time such as {@code 30m}; null, and a problem more, where it is none.
   *
   * @param example what one may write instead
   */
  static Duration duration(List<String> problems, String flag, String text, String example) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      problems.add(
          flag
              + " ("
              + text
              + ") must be a whole number of s, m or h.\nMaybe write "
              + example
              + ".");
      return null;
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      default -> Duration.ofHours(number);
    };
  }

  private static <T extends Enum<T>> T parse(
      List<String> problems, String flag, String text, T[] known) {
    List<String> names = new ArrayList<>();
    for (T value : known) {
      if (value.toString().equals(text)) {
        return value;
      }
      names.add(value.toString());
    }
    problems.add(
        flag
            + " ("
            + text
            + ") must be one of "
            + String.join(", ", names)
            + ".\nMaybe write "
            + NearestName.of(text, names)
            + ".");
    return null;
  }
}
