package org.quantsweep.jobs.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.quantsweep.PublishingException;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.registry.Alias;
import org.quantsweep.registry.ChampionChange;
import org.quantsweep.registry.EvidenceFile;
import org.quantsweep.registry.FileList;
import org.quantsweep.registry.ModelName;
import org.quantsweep.registry.ModelRegistry;
import org.quantsweep.registry.NamedModel;
import org.quantsweep.registry.Provenance;
import org.quantsweep.registry.ProvenanceJson;
import org.quantsweep.registry.PublishedVersion;
import org.quantsweep.registry.RegisteredModel;
import org.quantsweep.registry.RegistryMessages;

/**
 * A registry in an MLflow server that serves artifacts:
 *
 * <pre>
 * experiment quantsweep, a run for each version    the model's file or folder,
 *                                                  provenance.json, evidence/, for a folder files.json
 * registered model NAME, version N                 its run, tags quantsweep.*
 * aliases challenger, champion                     champion's moves as tags quantsweep.champion.*
 * </pre>
 *
 * <p>A version is made in one call, with its tags, once its run holds everything: a reader sees it
 * whole or not at all. A publisher that died leaves a run, or a name without versions, that no
 * reader of this class sees; the next one begins a run of its own.
 *
 * <p>MLflow always makes a new version and never compares before it writes. So publishers of one
 * digest that race may make a version each, for a moment: readers take the one of the lowest
 * number, and who made another takes it away again. That leaves gaps in the numbers. Versions that
 * others registered under the name are not seen.
 */
public final class MlflowModelRegistry implements ModelRegistry {
  private static final String PROVENANCE = "provenance.json";
  private static final String EVIDENCE = "evidence";
  private static final String FILES = "files.json";
  private static final int MOST_EVIDENCE = 1000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String location;
  private final MlflowServer server;
  private final MlflowModels models;
  private final MlflowRuns runs;

  /**
   * On a server; nothing is sent yet. Credentials come from the environment or {@code
   * ~/.mlflow/credentials}.
   *
   * @param location {@code mlflow+http://HOST:PORT}
   * @throws org.quantsweep.UsageException when that is no such address, or holds credentials
   */
  public MlflowModelRegistry(String location) {
    this(
        MlflowAddress.parse(location),
        MlflowCredentials.ofThisProcess(),
        MlflowServer.Limits.DEFAULT);
  }

  MlflowModelRegistry(
      MlflowAddress address, MlflowCredentials credentials, MlflowServer.Limits limits) {
    this.location = address.text();
    this.server = new MlflowServer(address, credentials, limits);
    this.models = new MlflowModels(server);
    this.runs = new MlflowRuns(server);
  }

  @Override
  public PublishedVersion publish(
      ModelName name, NamedModel model, Provenance provenance, List<EvidenceFile> evidence) {
    try {
      MlflowModels.Model known = models.read(name);
      Sha256Digest digest = model.files().digest();
      if (known.entry(digest).isEmpty()) {
        known = createVersion(name, model, provenance, evidence);
      }
      PublishedVersion version =
          known
              .entry(digest)
              .orElseThrow(
                  () ->
                      new MlflowFailure(
                          "somebody deleted the version in this moment", "publish again."))
              .version();
      if (known.aliases().getOrDefault(Alias.CHALLENGER, 0) != version.version()) {
        models.setAlias(name, Alias.CHALLENGER, version.version());
      }
      return version;
    } catch (IOException e) {
      throw failed("cannot publish '" + name + "'", e);
    }
  }

  @Override
  public List<RegisteredModel> list() {
    try {
      return models.readAll().stream().map(MlflowModels.Model::published).toList();
    } catch (IOException e) {
      throw failed("cannot be read", e);
    }
  }

  @Override
  public List<String> damages(ModelName name) {
    MlflowModels.Model model = known(name);
    return Stream.concat(model.damagedChampions().stream(), model.damaged().values().stream())
        .map(damage -> failed("cannot be read", damage).getMessage())
        .toList();
  }

  @Override
  public RegisteredModel show(ModelName name) {
    return moved(name).published();
  }

  @Override
  public Provenance provenance(ModelName name, int version) {
    try {
      ArtifactPath file = entry(known(name), version).folder().below(PROVENANCE);
      return ProvenanceJson.fromText(text(file));
    } catch (IllegalArgumentException e) {
      throw failed("cannot be read", new IOException(e.getMessage(), e));
    } catch (IOException e) {
      throw failed("cannot be read", e);
    }
  }

  @Override
  public List<EvidenceFile> evidence(ModelName name, int version) {
    try {
      ArtifactPath folder = entry(known(name), version).folder().below(EVIDENCE);
      List<EvidenceFile> evidence = new ArrayList<>();
      JsonNode files = server.list(folder).path("files");
      if (files.size() > MOST_EVIDENCE) {
        throw new MlflowFailure(
            "there are " + files.size() + " files of evidence, more than " + MOST_EVIDENCE,
            "look at that version in MLflow.");
      }
      for (JsonNode file : files) {
        ArtifactPath path = folder.below(file.path("path").asText());
        evidence.add(new EvidenceFile(file.path("path").asText(), text(path)));
      }
      evidence.sort(Comparator.comparing(EvidenceFile::name));
      return evidence;
    } catch (IllegalArgumentException e) {
      throw failed("cannot be read", new IOException(e.getMessage(), e));
    } catch (IOException e) {
      throw failed("cannot be read", e);
    }
  }

  @Override
  public ModelFiles fetch(ModelName name, int version) {
    MlflowModels.Entry entry = entry(known(name), version);
    PublishedVersion published = entry.version();
    String title = "file of version " + version + " of '" + name + "'";
    try {
      ArtifactPath root = entry.folder().below(entry.file());
      if (entry.files() == 0) {
        FileContent.Measured content =
            new FileContent.Measured(published.size(), published.digest());
        return ModelFiles.lone(new MlflowContent(location, server, root, content, title));
      }
      FileList list = FileList.fromJson(JSON.readTree(text(entry.folder().below(FILES))));
      TreeMap<String, ArtifactPath> paths = new TreeMap<>();
      for (String path : list.files().keySet()) {
        paths.put(path, root.inside(path));
      }
      return list.model(
          published.digest(),
          published.size(),
          (path, content) ->
              new MlflowContent(
                  location, server, paths.get(path), content, title + ", '" + path + "',"));
    } catch (IllegalArgumentException e) {
      throw failed("cannot be read", new IOException(e.getMessage(), e));
    } catch (IOException e) {
      throw failed("cannot be read", e);
    }
  }

  @Override
  public PublishedVersion promote(ModelName name, int version) {
    MlflowModels.Model model = moved(name);
    PublishedVersion target = entry(model, version).version();
    if (model.champions().champion() == version) {
      return target;
    }
    return moveChampion(model, ChampionChange.Action.PROMOTE, target);
  }

  @Override
  public PublishedVersion rollback(ModelName name) {
    MlflowModels.Model model = moved(name);
    int target = RegistryMessages.rollbackTarget(location, model.published());
    return moveChampion(model, ChampionChange.Action.ROLLBACK, entry(model, target).version());
  }

  @Override
  public PublishedVersion rollback(ModelName name, int version) {
    MlflowModels.Model model = moved(name);
    PublishedVersion target = entry(model, version).version();
    RegistryMessages.checkRollback(location, model.published(), version);
    return moveChampion(model, ChampionChange.Action.ROLLBACK, target);
  }

  private PublishedVersion moveChampion(
      MlflowModels.Model model, ChampionChange.Action action, PublishedVersion target) {
    try {
      ChampionLog.Move move =
          model
              .champions()
              .next(new ChampionChange(action, target.version()), UUID.randomUUID().toString());
      models.write(model.name(), move);
      requireOurs(model.name(), move);
      models.setAlias(model.name(), Alias.CHAMPION, target.version());
      requireOurs(model.name(), move);
      return target;
    } catch (IOException e) {
      throw failed("cannot move the champion of '" + model.name() + "'", e);
    }
  }

  /** MLflow does not compare before it writes: who is overwritten by a racing move sees it here. */
  private void requireOurs(ModelName name, ChampionLog.Move move) throws IOException {
    if (!models.written(name, move).equals(move.value())) {
      throw new PublishingException(
          location
              + ": the champion of '"
              + name
              + "' was moved by somebody else in this moment.\nMaybe look at it and try again.");
    }
  }

  /** What the name holds after a version was made. */
  private MlflowModels.Model createVersion(
      ModelName name, NamedModel model, Provenance provenance, List<EvidenceFile> evidence)
      throws IOException {
    requireStorable(model.files());
    requireUnchanged(model.files());
    SortedMap<String, String> tags = VersionTags.of(model, provenance, evidence);
    MlflowRuns.Run run = runs.begin(name, tags, provenance.publishedAt());
    try {
      // The small ones first: a server that refuses does so before the model is sent.
      upload(run.folder().below(PROVENANCE), ProvenanceJson.toText(provenance));
      for (EvidenceFile file : evidence) {
        upload(run.folder().below(EVIDENCE).below(file.name()), file.text());
      }
      ArtifactPath root = run.folder().below(model.fileName());
      if (!model.files().isLone()) {
        upload(run.folder().below(FILES), FileList.of(model.files()).toJson().toString() + "\n");
      }
      for (Map.Entry<String, FileContent> file : model.files().files().entrySet()) {
        FileContent content = file.getValue();
        server.upload(
            model.files().isLone() ? root : root.inside(file.getKey()),
            content::open,
            content.size().bytes());
      }
      runs.finish(run, provenance.publishedAt());
      models.create(name);
    } catch (IOException e) {
      withdraw(run);
      throw e;
    }
    // From here on the run stays whatever fails: the version may have been made.
    int version = models.createVersion(name, run, tags);
    MlflowModels.Model found = models.read(name);
    if (found
        .entry(model.files().digest())
        .filter(e -> e.version().version() != version)
        .isPresent()) {
      withdraw(name, version, run);
    }
    return found;
  }

  private static void requireStorable(ModelFiles model) throws IOException {
    for (String path : model.files().keySet()) {
      try {
        if (!model.isLone()) {
          new ArtifactPath(path);
        }
      } catch (IllegalArgumentException e) {
        throw new MlflowFailure(
            MlflowFailure.Kind.OTHER,
            "MLflow cannot keep a file called '" + path + "'",
            "rename it.",
            e);
      }
    }
  }

  private static void requireUnchanged(ModelFiles model) throws IOException {
    for (FileContent content : model.files().values()) {
      try (InputStream in = content.open()) {
        in.transferTo(OutputStream.nullOutputStream());
      }
    }
  }

  /** As far as it goes: no reader of ours sees the run anyway. */
  private void withdraw(MlflowRuns.Run run) {
    try {
      runs.delete(run);
    } catch (IOException e) {
      // The failure that led here is the one to tell.
    }
  }

  /** As far as it goes: no reader of ours sees the second version of a digest anyway. */
  private void withdraw(ModelName name, int version, MlflowRuns.Run run) {
    try {
      models.deleteVersion(name, version);
      runs.delete(run);
    } catch (IOException e) {
      // It may take more rights than publishing does.
    }
  }

  private void upload(ArtifactPath path, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    server.upload(path, () -> new ByteArrayInputStream(bytes), bytes.length);
  }

  private String text(ArtifactPath path) throws IOException {
    return new String(server.download(path), StandardCharsets.UTF_8);
  }

  private MlflowModels.Model known(ModelName name) {
    try {
      MlflowModels.Model model = models.read(name);
      if (model.entries().isEmpty()) {
        for (MlflowFailure damage : model.damaged().values()) {
          throw failed("cannot be read", damage);
        }
        throw RegistryMessages.unknownName(
            location, name, list().stream().map(RegisteredModel::name).toList());
      }
      return model;
    } catch (IOException e) {
      throw failed("cannot be read", e);
    }
  }

  /** The same, with the moves of its champion. */
  private MlflowModels.Model moved(ModelName name) {
    MlflowModels.Model model = known(name);
    if (model.damagedChampions().isPresent()) {
      throw failed("cannot be read", model.damagedChampions().get());
    }
    return model;
  }

  private MlflowModels.Entry entry(MlflowModels.Model model, int version) {
    MlflowFailure damage = model.damaged().get(version);
    if (damage != null) {
      throw failed("cannot be read", damage);
    }
    return model
        .entry(version)
        .orElseThrow(() -> RegistryMessages.unknownVersion(location, model.published(), version));
  }

  private PublishingException failed(String what, IOException e) {
    return failed(location, what, e);
  }

  static PublishingException failed(String location, String what, IOException e) {
    String cure =
        e instanceof MlflowFailure failure ? failure.cure() : "look at that model in MLflow.";
    return new PublishingException(
        location + ": the registry " + what + " (" + e.getMessage() + ").\nMaybe " + cure, e);
  }
}
