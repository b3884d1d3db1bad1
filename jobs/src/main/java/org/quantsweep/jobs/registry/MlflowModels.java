package org.quantsweep.jobs.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.registry.Alias;
import org.quantsweep.registry.ModelName;
import org.quantsweep.registry.NamedModel;
import org.quantsweep.registry.PublishedVersion;
import org.quantsweep.registry.RegisteredModel;

/** The registered models of an MLflow server, their versions, tags and aliases. */
final class MlflowModels {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PAGE = 200;
  private static final int MOST_PAGES = 1000;
  private static final int TRIES = 5;

  private final MlflowServer server;

  MlflowModels(MlflowServer server) {
    this.server = server;
  }

  /**
   * A version that carries our tags.
   *
   * @param run the run that holds its artifacts
   * @param folder those artifacts
   * @param file the name of the model's file or folder in there
   * @param files how many files the model has; 0 for a lone file
   */
  record Entry(PublishedVersion version, String run, ArtifactPath folder, String file, int files) {}

  /**
   * What one name holds.
   *
   * @param entries ascending, one for each digest
   * @param damaged what is wrong with each version of ours that cannot be read
   * @param aliases as they stand, also where they point to what is not ours
   * @param champions the moves; none where they cannot be read
   * @param damagedChampions what is wrong with the tags of the moves
   */
  record Model(
      ModelName name,
      List<Entry> entries,
      SortedMap<Integer, MlflowFailure> damaged,
      SortedMap<Alias, Integer> aliases,
      ChampionLog champions,
      Optional<MlflowFailure> damagedChampions) {
    Model {
      entries = List.copyOf(entries);
    }

    RegisteredModel published() {
      TreeMap<Alias, Integer> seen = new TreeMap<>(aliases);
      seen.values().removeIf(version -> entry(version).isEmpty());
      return new RegisteredModel(
          name, entries.stream().map(Entry::version).toList(), seen, champions.history());
    }

    Optional<Entry> entry(int version) {
      return entries.stream().filter(entry -> entry.version().version() == version).findFirst();
    }

    Optional<Entry> entry(Sha256Digest digest) {
      return entries.stream().filter(entry -> entry.version().digest().equals(digest)).findFirst();
    }
  }

  /** One name; without versions when the server does not know it. */
  Model read(ModelName name) throws IOException {
    JsonNode model;
    try {
      model = server.get("registered-models/get", Map.of("name", name.text()));
    } catch (MlflowFailure e) {
      if (e.is(MlflowFailure.Kind.MISSING)) {
        return new Model(
            name,
            List.of(),
            new TreeMap<>(),
            new TreeMap<>(),
            new ChampionLog(List.of(), 0),
            Optional.empty());
      }
      throw e;
    }
    // The name holds no quote: ModelName sees to that.
    return model(name, model.path("registered_model"), versions("name='" + name + "'"));
  }

  /** Every name that has a version of ours, ascending. */
  List<Model> readAll() throws IOException {
    // Aliases before versions: whoever publishes meanwhile moves them last.
    List<JsonNode> found =
        pages("registered-models/search", Map.of(), page -> page.path("registered_models"));
    List<JsonNode> versions = versions("tags.`" + VersionTags.DIGEST + "` LIKE '%'");
    TreeMap<ModelName, Model> models = new TreeMap<>();
    for (JsonNode model : found) {
      Optional<ModelName> name = name(model.path("name").asText());
      if (name.isPresent()) {
        models.put(name.get(), model(name.get(), model, versions));
      }
    }
    return models.values().stream().filter(model -> !model.entries().isEmpty()).toList();
  }

  /** Makes the name known; nothing happens when it is. */
  void create(ModelName name) throws IOException {
    try {
      server.send(
          "POST", "registered-models/create", JSON.createObjectNode().put("name", name.text()));
    } catch (MlflowFailure e) {
      if (!e.is(MlflowFailure.Kind.EXISTS)) {
        throw e;
      }
    }
  }

  /** Makes a version with all its tags at once, and returns its number. */
  int createVersion(ModelName name, MlflowRuns.Run run, SortedMap<String, String> tags)
      throws IOException {
    ObjectNode body =
        JSON.createObjectNode()
            .put("name", name.text())
            .put("source", run.uri())
            .put("run_id", run.id());
    body.set("tags", tags(tags));
    return server
        .send("POST", "model-versions/create", body)
        .path("model_version")
        .path("version")
        .asInt();
  }

  /** Takes a version away again. */
  void deleteVersion(ModelName name, int version) throws IOException {
    server.send("DELETE", "model-versions/delete", body(name, version));
  }

  /** Moves an alias. */
  void setAlias(ModelName name, Alias alias, int version) throws IOException {
    sendAgain("registered-models/alias", body(name, version).put("alias", alias.toString()));
  }

  /** Writes the tag of a champion's move. */
  void write(ModelName name, ChampionLog.Move move) throws IOException {
    sendAgain(
        "registered-models/set-tag",
        JSON.createObjectNode()
            .put("name", name.text())
            .put("key", move.key())
            .put("value", move.value()));
  }

  /**
   * Says what is to be; said twice it is the same. MLflow looks whether there is such a row and
   * makes one then: where two look at once, its database refuses the second, who has to look again.
   */
  private void sendAgain(String call, ObjectNode body) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        server.send("POST", call, body);
        return;
      } catch (MlflowFailure e) {
        if (!e.is(MlflowFailure.Kind.RACED) || attempt == TRIES) {
          throw e;
        }
      }
    }
  }

  /** The value of a champion's move as it stands now; empty when there is none. */
  String written(ModelName name, ChampionLog.Move move) throws IOException {
    JsonNode model = server.get("registered-models/get", Map.of("name", name.text()));
    return ChampionLog.tags(model.path("registered_model")).getOrDefault(move.key(), "");
  }

  static ArrayNode tags(SortedMap<String, String> tags) {
    ArrayNode list = JSON.createArrayNode();
    tags.forEach((key, value) -> list.addObject().put("key", key).put("value", value));
    return list;
  }

  private static ObjectNode body(ModelName name, int version) {
    return JSON.createObjectNode()
        .put("name", name.text())
        .put("version", Integer.toString(version));
  }

  private static Model model(ModelName name, JsonNode model, List<JsonNode> versions)
      throws IOException {
    TreeMap<Integer, Entry> numbered = new TreeMap<>();
    TreeMap<Integer, MlflowFailure> damaged = new TreeMap<>();
    for (JsonNode version : versions) {
      // Some databases compare without case.
      if (version.path("name").asText().equals(name.text())) {
        try {
          entry(name, version).ifPresent(entry -> numbered.put(entry.version().version(), entry));
        } catch (MlflowFailure e) {
          damaged.put(version.path("version").asInt(), e);
        }
      }
    }
    List<Entry> entries = new ArrayList<>();
    Set<Sha256Digest> digests = new HashSet<>();
    for (Entry entry : numbered.values()) {
      // Publishers that raced: the lowest number is the version, until the others are gone.
      if (digests.add(entry.version().digest())) {
        entries.add(entry);
      }
    }
    TreeMap<Alias, Integer> aliases = new TreeMap<>();
    for (JsonNode alias : model.path("aliases")) {
      for (Alias known : Alias.values()) {
        if (known.toString().equals(alias.path("alias").asText())) {
          aliases.put(known, alias.path("version").asInt());
        }
      }
    }
    int champion = aliases.getOrDefault(Alias.CHAMPION, 0);
    ChampionLog champions = new ChampionLog(List.of(), champion);
    Optional<MlflowFailure> damagedChampions = Optional.empty();
    try {
      champions = ChampionLog.of(ChampionLog.tags(model), champion);
    } catch (MlflowFailure e) {
      // It is told where moves matter, and stands in the way of no other name.
      damagedChampions = Optional.of(e);
    }
    return new Model(name, entries, damaged, aliases, champions, damagedChampions);
  }

  /** Empty for versions that others registered. */
  private static Optional<Entry> entry(ModelName name, JsonNode version) throws MlflowFailure {
    SortedMap<String, String> tags = ChampionLog.tags(version);
    if (!tags.containsKey(VersionTags.DIGEST)
        || !version.path("status").asText("READY").equals("READY")) {
      return Optional.empty();
    }
    int number = version.path("version").asInt();
    String file = tags.getOrDefault(VersionTags.FILE, "");
    try {
      if (!NamedModel.isFileName(file)) {
        throw new IllegalArgumentException("file name (" + file + ") must be plain.");
      }
      PublishedVersion published =
          new PublishedVersion(
              name,
              number,
              new Sha256Digest(tags.get(VersionTags.DIGEST)),
              new ByteSize(Long.parseLong(tags.getOrDefault(VersionTags.SIZE, ""))),
              "models:/" + name + "/" + number + "/" + file);
      return Optional.of(
          new Entry(
              published,
              version.path("run_id").asText(),
              ArtifactPath.of(version.path("source").asText()),
              file,
              Integer.parseInt(tags.getOrDefault(VersionTags.FILES, "0"))));
    } catch (IllegalArgumentException e) {
      throw new MlflowFailure(
          MlflowFailure.Kind.OTHER,
          "the tags of version " + number + " of '" + name + "' are not ours: " + e.getMessage(),
          "delete that version in MLflow, or its tag " + VersionTags.DIGEST + ".",
          e);
    }
  }

  /** Names that others chose may have characters that ours have not. */
  private static Optional<ModelName> name(String text) {
    try {
      return Optional.of(new ModelName(text));
    } catch (org.quantsweep.UsageException e) {
      return Optional.empty();
    }
  }

  private List<JsonNode> versions(String filter) throws IOException {
    return pages(
        "model-versions/search", Map.of("filter", filter), page -> page.path("model_versions"));
  }

  private List<JsonNode> pages(
      String call, Map<String, String> query, Function<JsonNode, JsonNode> items)
      throws IOException {
    List<JsonNode> all = new ArrayList<>();
    TreeMap<String, String> asked = new TreeMap<>(query);
    asked.put("max_results", Integer.toString(PAGE));
    for (int page = 0; page < MOST_PAGES; page++) {
      JsonNode answer = server.get(call, asked);
      items.apply(answer).forEach(all::add);
      String next = answer.path("next_page_token").asText();
      if (next.isEmpty()) {
        return all;
      }
      asked.put("page_token", next);
    }
    throw new MlflowFailure(
        call + " has more than " + MOST_PAGES * PAGE + " entries",
        "keep models of QuantSweep on a server of their own.");
  }
}
