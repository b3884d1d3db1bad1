package org.quantsweep.jobs.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quantsweep.registry.PublishedVersion;
import org.quantsweep.registry.RegisteredModel;

/**
 * A model of a registry as commands tell it, to people and to machines.
 *
 * @param shown its versions, where they are asked for; null where only their number is
 */
record RegistryEntry(RegisteredModel model, List<Dated> shown) {
  RegistryEntry {
    shown = shown == null ? null : List.copyOf(shown);
  }

  /** Without its versions. */
  static RegistryEntry of(RegisteredModel model) {
    return new RegistryEntry(model, null);
  }

  /** A version and when it was published. */
  record Dated(PublishedVersion version, Instant publishedAt) {
    private Map<String, Object> json() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("version", version.version());
      json.put("sha256", version.digest().hex());
      json.put("encodedSize", version.size().bytes());
      json.put("location", version.location());
      json.put("publishedAt", publishedAt.toString());
      return json;
    }

    private String text() {
      return "version "
          + version.version()
          + ": "
          + version.size()
          + ", SHA-256 "
          + version.digest().hex()
          + ", published "
          + publishedAt
          + ", "
          + version.location();
    }
  }

  /** The keys and values for machines. */
  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", model.name().text());
    json.put("versionCount", model.versions().size());
    model.aliases().forEach((alias, version) -> json.put(alias.toString(), version));
    if (shown != null) {
      json.put("versions", shown.stream().map(Dated::json).toList());
    }
    return json;
  }

  /** The same for people: a line for the model, and one for each version that is told. */
  String text() {
    List<String> parts = new ArrayList<>();
    int versions = model.versions().size();
    parts.add(versions + (versions == 1 ? " version" : " versions"));
    model.aliases().forEach((alias, version) -> parts.add(alias + " " + version));
    List<String> lines = new ArrayList<>();
    lines.add(model.name() + ": " + String.join(", ", parts));
    if (shown != null) {
      shown.forEach(each -> lines.add("  " + each.text()));
    }
    return String.join(System.lineSeparator(), lines);
  }
}
