package org.quantsweep.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.digest.Sha256Digest;

/** Provenance as JSON: {@code provenance.json} beside a published model. */
public final class ProvenanceJson {
  private static final int SCHEMA_VERSION = 1;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private ProvenanceJson() {}

  /** The tree, its keys in one fixed order. */
  public static ObjectNode toTree(Provenance provenance) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("schemaVersion", SCHEMA_VERSION);
    root.putObject("sourceModel")
        .put("name", provenance.sourceModel().name())
        .put("sha256", provenance.sourceModel().digest().hex());
    ArrayNode sets = root.putArray("sampleSets");
    for (Provenance.SampleSet set : provenance.sampleSets()) {
      sets.addObject()
          .put("role", set.role())
          .put("sha256", set.digest().hex())
          .put("samples", set.samples());
    }
    ObjectNode settings = root.putObject("settings");
    provenance.settings().forEach(settings::put);
    root.put("codeVersion", provenance.codeVersion());
    root.putObject("engine")
        .put("identity", provenance.engine().identity())
        .put("processor", provenance.engine().processor());
    root.put("publishedAt", provenance.publishedAt().toString());
    root.put("host", provenance.host());
    return root;
  }

  /** The text that is stored. */
  public static String toText(Provenance provenance) {
    return toTree(provenance).toPrettyString() + "\n";
  }

  /**
   * Reads what {@link #toText} wrote.
   *
   * @throws IllegalArgumentException when it is not that
   */
  public static Provenance fromText(String text) {
    try {
      JsonNode root = MAPPER.readTree(text);
      int schemaVersion = root.path("schemaVersion").asInt();
      if (schemaVersion != SCHEMA_VERSION) {
        throw new IllegalArgumentException(
            "schemaVersion (" + schemaVersion + ") must be " + SCHEMA_VERSION + ".");
      }
      List<Provenance.SampleSet> sets = new ArrayList<>();
      for (JsonNode set : root.required("sampleSets")) {
        sets.add(
            new Provenance.SampleSet(
                set.required("role").asText(),
                new Sha256Digest(set.required("sha256").asText()),
                set.required("samples").asInt()));
      }
      SortedMap<String, String> settings = new TreeMap<>();
      root.required("settings")
          .properties()
          .forEach(entry -> settings.put(entry.getKey(), entry.getValue().asText()));
      JsonNode source = root.required("sourceModel");
      JsonNode engine = root.required("engine");
      return new Provenance(
          new Provenance.SourceModel(
              source.required("name").asText(),
              new Sha256Digest(source.required("sha256").asText())),
          sets,
          settings,
          root.required("codeVersion").asText(),
          new Provenance.Engine(
              engine.required("identity").asText(), engine.required("processor").asText()),
          Instant.parse(root.required("publishedAt").asText()),
          root.required("host").asText());
    } catch (JsonProcessingException | DateTimeParseException e) {
      throw new IllegalArgumentException("provenance cannot be read: " + e.getMessage(), e);
    }
  }
}
