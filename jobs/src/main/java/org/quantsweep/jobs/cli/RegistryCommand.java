package org.quantsweep.jobs.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quantsweep.PublishingException;
import org.quantsweep.UsageException;
import org.quantsweep.UserException;
import org.quantsweep.jobs.files.ProcessUmask;
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
    RegistryAddress.parse(address);
    SweepResult result = ResultCommand.read(folder);
    SweepResult.Published published =
        PublishSweep.publish(folder, result, address, ProcessUmask.hadoop()).published();
    if (common.json()) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("registry", published.registry());
      json.put("name", published.name());
      json.put("version", published.version());
      json.put("alias", Alias.CHALLENGER.toString());
      print(CommonOptions.toJson(json));
    } else {
      print(
          published.name()
              + ": registry "
              + published.registry()
              + ", version "
              + published.version()
              + ", "
              + Alias.CHALLENGER);
    }
    return 0;
  }

  @Command(name = "list", mixinStandardHelpOptions = true, description = "Every model name.")
  int list(
      @Mixin CommonOptions common,
      @Parameters(paramLabel = "REGISTRY", description = "A folder, or mlflow+http://HOST:PORT.")
          String location) {
    ModelRegistry registry = RegistryAddress.open(location, ProcessUmask.hadoop());
    List<RegisteredModel> models = registry.list();
    List<RegistryEntry> entries = models.stream().map(RegistryEntry::of).toList();
    if (common.json()) {
      print(CommonOptions.toJson(entries.stream().map(RegistryEntry::json).toList()));
    } else {
      entries.forEach(entry -> print(entry.text()));
    }
    List<String> damages = new ArrayList<>();
    models.forEach(model -> damages.addAll(registry.damages(model.name())));
    return told(damages);
  }

  @Command(name = "show", mixinStandardHelpOptions = true, description = "One model's versions.")
  int show(
      @Mixin CommonOptions common,
      @Parameters(paramLabel = "REGISTRY/NAME") String address,
      @Parameters(paramLabel = "VERSION", arity = "0..1") Integer version) {
    RegistryAddress target = RegistryAddress.parse(address);
    ModelRegistry registry = target.open(ProcessUmask.hadoop());
    RegisteredModel model = registry.show(target.name());
    List<RegistryEntry.Dated> versions = new ArrayList<>();
    List<String> damages = new ArrayList<>();
    for (PublishedVersion each : model.versions()) {
      if (version == null || version == each.version()) {
        try {
          versions.add(
              new RegistryEntry.Dated(
                  each, registry.provenance(target.name(), each.version()).publishedAt()));
        } catch (PublishingException e) {
          damages.add(e.getMessage());
        }
      }
    }
    if (version != null && versions.isEmpty() && damages.isEmpty()) {
      // Says which versions there are.
      registry.provenance(target.name(), version);
    }
    print(common, new RegistryEntry(model, versions));
    if (version == null) {
      damages.addAll(registry.damages(target.name()));
    }
    return told(damages);
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
    ModelRegistry registry = target.open(ProcessUmask.hadoop());
    int wanted =
        version != null
            ? version
            : registry
                .show(target.name())
                .at(Alias.CHALLENGER)
                .orElseThrow(() -> noChallenger(address, registry.damages(target.name())))
                .version();
    registry.promote(target.name(), wanted);
    print(common, RegistryEntry.of(registry.show(target.name())));
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
    ModelRegistry registry = target.open(ProcessUmask.hadoop());
    if (version == null) {
      registry.rollback(target.name());
    } else {
      registry.rollback(target.name(), version);
    }
    print(common, RegistryEntry.of(registry.show(target.name())));
    return 0;
  }

  private static UserException noChallenger(String address, List<String> damages) {
    return damages.isEmpty()
        ? new UsageException(
            address + ": there is no challenger to promote.\nMaybe name a version.")
        : new PublishingException(String.join("\n", damages));
  }

  /** What can be read is printed; what cannot is told, with the exit code that belongs to it. */
  private int told(List<String> damages) {
    damages.forEach(spec.commandLine().getErr()::println);
    return damages.isEmpty() ? 0 : new PublishingException(damages.get(0)).exitCode();
  }

  private void print(CommonOptions common, RegistryEntry entry) {
    print(common.json() ? CommonOptions.toJson(entry.json()) : entry.text());
  }

  private void print(String text) {
    spec.commandLine().getOut().println(text);
  }
}
