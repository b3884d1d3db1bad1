package org.quantsweep.job;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.quantsweep.coreml.DeploymentTarget;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.search.Aim;
import org.quantsweep.search.OptionRules;

/**
 * Every setting by the name of its flag, as one would write it: who has them can sweep again. What
 * is not set is left out, and so is what addresses tell of users and passwords.
 */
final class SettingsByFlag {
  /** Parts the values of a flag that is given once for each of them: a path may hold a comma. */
  private static final String LINE = "\n";

  /** The user, and what follows until the host; a path has no such part. */
  private static final Pattern USER = Pattern.compile("^([a-zA-Z][a-zA-Z0-9+.-]*://)[^/]*@");

  private final TreeMap<String, String> flags = new TreeMap<>();

  private SettingsByFlag() {}

  static SortedMap<String, String> of(SweepSettings settings) {
    SettingsByFlag all = new SettingsByFlag();
    all.add(settings);
    settings.perTensor().ifPresent(all::add);
    return all.flags;
  }

  private void add(SweepSettings settings) {
    put("model", withoutUser(settings.model()));
    putAddresses("samples", settings.samples());
    put("criterion", settings.criterion().toString());
    if (settings.aim() instanceof Aim.Smallest smallest) {
      put("agreement", smallest.threshold().toString());
      put("class-floor", smallest.floor().asks() ? smallest.floor().toString() : "");
      // Where nothing has to be passed, there is neither a rule nor a ladder.
      put("acceptance", settings.confirmation().rule().toString());
      put("finalists", Integer.toString(settings.confirmation().finalists()));
    } else if (settings.aim() instanceof Aim.MostAgreeing most) {
      put("largest-size", most.largest().toString());
    }
    put("objective", settings.objective().toString());
    put("family", settings.perTensor().isPresent() ? "per-tensor" : "uniform");
    put("schemes", String.join(",", settings.schemes()));
    put("layers", String.join(",", settings.selection().layers()));
    put("layer-types", String.join(",", settings.selection().layerTypes()));
    put("least-weights", Long.toString(settings.selection().leastCount()));
    put("quantize-vectors", Boolean.toString(settings.selection().vectors()));
    put("keep-batch-norm", Boolean.toString(!settings.foldBatchNorm()));
    put("evaluate-all", Boolean.toString(settings.evaluateAll()));
    put("max-evaluations", Integer.toString(settings.maxEvaluations()));
    put("quarantine-limit", Double.toString(settings.quarantineLimit()));
    flags.putAll(settings.preparation().flags());
    put("evaluations", withoutUser(settings.evaluations()));
    SplitSettings splits = settings.splits();
    put("splits", splits.sizes().map(Object::toString).orElse(""));
    put("seed", Long.toString(splits.seed()));
    putAddresses("calibration", splits.calibration());
    putAddresses("confirmation", splits.confirmation());
    put("confidence", Double.toString(settings.confirmation().confidence()));
    put("time-budget", settings.timeBudget().map(SettingsByFlag::text).orElse(""));
    put("run-id", settings.runId());
    put("run-limit", text(settings.runLimit()));
    put("precision", settings.halfPrecision() ? "float16" : "float32");
    put("function", String.join(LINE, settings.functions()));
    put(
        "deployment-target",
        settings.deployment().target().map(DeploymentTarget::toString).orElse(""));
    put("compute-unit", settings.deployment().unit().toString());
    put("no-report", Boolean.toString(!settings.report().wanted()));
    put("report-samples", Integer.toString(settings.report().samples()));
    put("report-bytes", settings.report().pictures().toString());
    put("output", withoutUser(settings.output()));
  }

  private void add(PerTensorSettings own) {
    OptionRules rules = own.rules();
    put("bits", rules.bits().stream().map(String::valueOf).collect(Collectors.joining(",")));
    put("linear-only", Boolean.toString(!rules.tables()));
    put("tables-only", Boolean.toString(!rules.linear()));
    put("no-calibration", Boolean.toString(!rules.calibrated()));
    put("no-added-biases", Boolean.toString(!rules.addedBiases()));
    put(
        "keep",
        rules.kept().entrySet().stream()
            .map(SettingsByFlag::pair)
            .collect(Collectors.joining(LINE)));
    put("strategy", own.strategy().toString());
    put(
        "compare-strategies",
        own.compared().stream().map(Object::toString).collect(Collectors.joining(",")));
    put("calibration-samples", Integer.toString(own.calibrationSamples()));
    put("sensitivity-samples", Integer.toString(own.sensitivitySamples()));
    put("warm-start", own.warmStart().map(SettingsByFlag::withoutUser).orElse(""));
  }

  private void put(String flag, String value) {
    if (!value.isEmpty()) {
      flags.put(flag, value);
    }
  }

  private void putAddresses(String flag, List<String> addresses) {
    put(
        flag,
        addresses.stream().map(SettingsByFlag::withoutUser).collect(Collectors.joining(LINE)));
  }

  private static String pair(Map.Entry<String, Scheme> kept) {
    return kept.getKey() + "=" + kept.getValue();
  }

  private static String text(Duration time) {
    return time.toSeconds() + "s";
  }

  private static String withoutUser(String address) {
    return USER.matcher(address).replaceFirst("$1");
  }
}
