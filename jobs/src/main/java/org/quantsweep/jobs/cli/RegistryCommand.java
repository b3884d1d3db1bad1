package org.quantsweep.jobs.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.quantsweep.UsageException;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.jobs.registry.PublishSweep;
import org.quantsweep.jobs.registry.RegistryAddress;
import org.quantsweep.registry.Alias;
import org.quantsweep.registry.ModelRegistry;
import org.quantsweep.registry.PublishedVersion;
import org.quantsweep.registry.RegisteredModel;
import org.quantsweep.report.SweepResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Publishes, lists, shows, promotes and rolls back. */
@Command(
    name = "registry",
    mixinStandardHelpOptions = true,
    description = "Publish models and say which version is in use.",
    footer = {
      "",
      "Examples: quantsweep registry publish results/squeezenet /data/registry/squeezenet",
      "          quantsweep registry promote /data/registry/squeezenet 2",
      "          quantsweep registry publish results/squeezenet"
          + " mlflow+http://127.0.0.1:5000/squeezenet",
      "A registry is a folder on any Hadoop file system, or an MLflow server; credentials for that"
          + " come from MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD,"
          + " MLFLOW_TRACKING_TOKEN or ~/.mlflow/credentials."
    })
final class RegistryCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new UsageException(
        "registry wants publish, list, show, promote or rollback.\n"
            + "Maybe look at quantsweep registry --help.");
  }

  @Command(
      name = "publish",
      mixinStandardHelpOptions = true,
      description = "Publish what a sweep chose, as challenger.")
  int publish(
      @Mixin CommonOptions common,
      @Parameters(paramLabel = "DIR", description = "The sweep's output folder.") String folder,
      @Parameters(paramLabel = "REGISTRY/NAME") String address) {
    SweepResult result = ResultCommand.read(folder);
    TreeMap<String, String> settings = new TreeMap<>();
    settings.put("criterion", result.criterion());
    settings.put("agreement", result.threshold());
    SweepResult published =
        PublishSweep.publish(folder, result, settings, address, new Configuration());
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("registry", published.published().registry());
    row.put("name", published.published().name());
    row.put("version", published.published().version());
    row.put("alias", "challenger");
    print(common, row);
    return 0;
  }

  @Command(name = "list", mixinStandardHelpOptions = true, description = "Every model name.")
  int list(
      @Mixin CommonOptions common,
      @Parameters(paramLabel = "REGISTRY", description = "A folder, or mlflow+http://HOST:PORT.")
          String location) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (RegisteredModel model : RegistryAddress.open(location, new Configuration()).list()) {
      rows.add(row(model));
    }
    if (common.json()) {
      spec.commandLine().getOut().println(CommonOptions.toJson(rows));
    } else {
      rows.forEach(row -> spec.commandLine().getOut().println(text(row)));
    }
    return 0;
  }

  @Command(name = "show", mixinStandardHelpOptions = true, description = "One model's versions.")
  int show(
      @Mixin CommonOptions common,
      @Parameters(paramLabel = "REGISTRY/NAME") String address,
      @Parameters(paramLabel = "VERSION", arity = "0..1") Integer version) {
    RegistryAddress target = RegistryAddress.parse(address);
    ModelRegistry registry = target.open(new Configuration());
    RegisteredModel model = registry.show(target.name());
    Map<String, Object> row = row(model);
    List<Map<String, Object>> versions = new ArrayList<>();
    for (PublishedVersion each : model.versions()) {
      if (version == null || version == each.version()) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("version", each.version());
        entry.put("sha256", each.digest().hex());
        entry.put("encodedSize", each.size().bytes());
        entry.put("location", each.location());
        entry.put(
            "publishedAt",
            registry.provenance(target.name(), each.version()).publishedAt().toString());
        versions.add(entry);
      }
    }
    if (version != null && versions.isEmpty()) {
      registry.provenance(target.name(), version);
    }
    row.put("versions", versions);
    print(common, row);
    return 0;
  }

  @Command(
      name = "promote",
      mixinStandardHelpOptions = true,
      description = "Make a version the champion; without one, the challenger.")
  int promote(
      @Mixin CommonOptions common,
      @Parameters(paramLabel = "REGISTRY/NAME") String address,
      @Parameters(paramLabel = "VERSION", arity = "0..1") Integer version) {
    RegistryAddress target = RegistryAddress.parse(address);
    ModelRegistry registry = target.open(new Configuration());
    int wanted =
        version != null
            ? version
            : registry
                .show(target.name())
                .at(Alias.CHALLENGER)
                .orElseThrow(
                    () ->
                        new UsageException(
                            address
                                + ": there is no challenger to promote.\nMaybe name a version."))
                .version();
    registry.promote(target.name(), wanted);
    print(common, row(registry.show(target.name())));
    return 0;
  }

  @Command(
      name = "rollback",
      mixinStandardHelpOptions = true,
      description = "Return the champion to the one before, or to an earlier version.")
  int rollback(
      @Mixin CommonOptions common,
      @Parameters(paramLabel = "REGISTRY/NAME") String address,
      @Parameters(paramLabel = "VERSION", arity = "0..1") Integer version) {
    RegistryAddress target = RegistryAddress.parse(address);
    ModelRegistry registry = target.open(new Configuration());
    if (version == null) {
      registry.rollback(target.name());
    } else {
      registry.rollback(target.name(), version);
    }
    print(common, row(registry.show(target.name())));
    return 0;
  }

  private void print(CommonOptions common, Map<String, Object> row) {
    spec.commandLine().getOut().println(common.json() ? CommonOptions.toJson(row) : text(row));
  }

  /** The same for people: a line for the model, and one for each version that is told. */
  private static String text(Map<String, Object> row) {
    List<String> parts = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    row.forEach(
        (key, value) -> {
          switch (key) {
            case "name" -> {}
            case "versionCount" -> parts.add(value + (value.equals(1) ? " version" : " versions"));
            case "versions" -> ((List<?>) value).forEach(each -> lines.add("  " + version(each)));
            case "alias" -> parts.add((String) value);
            default -> parts.add(key + " " + value);
          }
        });
    lines.add(0, row.get("name") + ": " + String.join(", ", parts));
    return String.join(System.lineSeparator(), lines);
  }

  private static String version(Object entry) {
    Map<?, ?> version = (Map<?, ?>) entry;
    return "version "
        + version.get("version")
        + ": "
        + new ByteSize((Long) version.get("encodedSize"))
        + ", SHA-256 "
        + version.get("sha256")
        + ", published "
        + version.get("publishedAt")
        + ", "
        + version.get("location");
  }

  private static Map<String, Object> row(RegisteredModel model) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("name", model.name().text());
    row.put("versionCount", model.versions().size());
    model.aliases().forEach((alias, version) -> row.put(alias.toString(), version));
    return row;
  }
}
