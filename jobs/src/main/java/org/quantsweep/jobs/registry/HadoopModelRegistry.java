package org.quantsweep.jobs.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.quantsweep.PublishingException;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.jobs.files.HadoopContent;
import org.quantsweep.jobs.files.HadoopStorage;
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
 * A registry in a folder of any Hadoop file system:
 *
 * <pre>
 * models/SHA-256/                  the model's file or folder, provenance.json, evidence/
 * names/NAME/versions/N.json       created only if absent; lists the files of a folder
 * names/NAME/aliases/ALIAS         replaced atomically
 * names/NAME/history/N.json        every move of the champion, created only if absent
 * </pre>
 *
 * <p>A model's folder is filled under another name and renamed, and its version is written last: a
 * reader sees the version whole or not at all, and a publisher that died leaves only what the next
 * one completes.
 */
public final class HadoopModelRegistry implements ModelRegistry {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int RACES = 1000;

  private final Path root;
  private final FileContext files;
  private final Configuration configuration;

  /** In a folder, which is made when something is published. */
  public HadoopModelRegistry(String location, Configuration configuration) {
    try {
      Path path = new Path(location);
      this.configuration = configuration;
      this.root = path.getFileSystem(configuration).makeQualified(path);
      this.files = FileContext.getFileContext(root.toUri(), configuration);
    } catch (IOException e) {
      throw failed("cannot be opened", location, e);
    }
  }

  @Override
  public PublishedVersion publish(
      ModelName name, NamedModel model, Provenance provenance, List<EvidenceFile> evidence) {
    try {
      NamedModel stored = new NamedModel(storeModel(model, provenance, evidence), model.files());
      PublishedVersion version = claimVersion(name, stored);
      setAlias(name, Alias.CHALLENGER, version.version());
      return version;
    } catch (IOException e) {
      throw failed("cannot publish '" + name + "'", root.toString(), e);
    }
  }

  @Override
  public List<RegisteredModel> list() {
    try {
      List<RegisteredModel> models = new ArrayList<>();
      for (Path name : children(new Path(root, "names"))) {
        models.add(read(new ModelName(name.getName())));
      }
      models.removeIf(model -> model.versions().isEmpty());
      models.sort(Comparator.comparing(RegisteredModel::name));
      return models;
    } catch (IOException e) {
      throw failed("cannot be read", root.toString(), e);
    }
  }

  @Override
  public RegisteredModel show(ModelName name) {
    try {
      RegisteredModel model = read(name);
      if (model.versions().isEmpty()) {
        throw RegistryMessages.unknownName(
            root.toString(), name, list().stream().map(RegisteredModel::name).toList());
      }
      return model;
    } catch (IOException e) {
      throw failed("cannot be read", root.toString(), e);
    }
  }

  @Override
  public Provenance provenance(ModelName name, int version) {
    try {
      return ProvenanceJson.fromText(
          text(new Path(modelFolder(version(name, version).digest()), "provenance.json")));
    } catch (IOException e) {
      throw failed("cannot be read", root.toString(), e);
    }
  }

  @Override
  public List<EvidenceFile> evidence(ModelName name, int version) {
    try {
      List<EvidenceFile> evidence = new ArrayList<>();
      Path folder = new Path(modelFolder(version(name, version).digest()), "evidence");
      for (Path file : children(folder)) {
        evidence.add(new EvidenceFile(file.getName(), text(file)));
      }
      evidence.sort(Comparator.comparing(EvidenceFile::name));
      return evidence;
    } catch (IOException e) {
      throw failed("cannot be read", root.toString(), e);
    }
  }

  @Override
  public ModelFiles fetch(ModelName name, int version) {
    PublishedVersion published = version(name, version);
    Path location = new Path(published.location());
    try {
      JsonNode list = json(versionFile(name, version)).path("files");
      if (list.isMissingNode()) {
        return ModelFiles.lone(
            new HadoopContent(
                location,
                new FileContent.Measured(published.size(), published.digest()),
                configuration));
      }
      return FileList.fromJson(list)
          .model(
              published.digest(),
              published.size(),
              (path, content) ->
                  new HadoopContent(
                      new Path(location, new Path(null, null, path)), content, configuration));
    } catch (IllegalArgumentException e) {
      throw failed("cannot be read", root.toString(), new IOException(e.getMessage(), e));
    } catch (IOException e) {
      throw failed("cannot be read", root.toString(), e);
    }
  }

  @Override
  public PublishedVersion promote(ModelName name, int version) {
    PublishedVersion target = version(name, version);
    RegisteredModel model = show(name);
    if (model.at(Alias.CHAMPION).map(PublishedVersion::version).equals(Optional.of(version))) {
      return target;
    }
    return moveChampion(model, ChampionChange.Action.PROMOTE, target);
  }

  @Override
  public PublishedVersion rollback(ModelName name) {
    RegisteredModel model = show(name);
    return moveChampion(
        model,
        ChampionChange.Action.ROLLBACK,
        version(name, RegistryMessages.rollbackTarget(root.toString(), model)));
  }

  @Override
  public PublishedVersion rollback(ModelName name, int version) {
    RegisteredModel model = show(name);
    PublishedVersion target = version(name, version);
    RegistryMessages.checkRollback(root.toString(), model, version);
    return moveChampion(model, ChampionChange.Action.ROLLBACK, target);
  }

  private PublishedVersion moveChampion(
      RegisteredModel model, ChampionChange.Action action, PublishedVersion target) {
    try {
      ObjectNode change = JSON.createObjectNode();
      change.put("action", action.toString());
      change.put("version", target.version());
      Path history = new Path(nameFolder(model.name()), "history");
      if (!createIfAbsent(
          new Path(history, (model.history().size() + 1) + ".json"), change.toString())) {
        throw new PublishingException(
            root
                + ": the champion of '"
                + model.name()
                + "' was moved by somebody else in this moment.\nMaybe look at it and try again.");
      }
      // The history decides who is champion; the alias is for those who look into the folder.
      setAlias(model.name(), Alias.CHAMPION, target.version());
      return target;
    } catch (IOException e) {
      throw failed("cannot move the champion of '" + model.name() + "'", root.toString(), e);
    }
  }

  private PublishedVersion version(ModelName name, int version) {
    RegisteredModel model = show(name);
    return model
        .version(version)
        .orElseThrow(() -> RegistryMessages.unknownVersion(root.toString(), model, version));
  }

  /** Says under which name the model is stored there. */
  private String storeModel(NamedModel model, Provenance provenance, List<EvidenceFile> evidence)
      throws IOException {
    Path target = modelFolder(model.files().digest());
    if (files.util().exists(target)) {
      return storedName(target, model);
    }
    Path temporary = new Path(new Path(root, "models"), ".tmp-" + UUID.randomUUID());
    try {
      files.mkdir(new Path(temporary, "evidence"), null, true);
      write(new Path(temporary, model.fileName()), model.files());
      write(new Path(temporary, "provenance.json"), ProvenanceJson.toText(provenance));
      for (EvidenceFile file : evidence) {
        write(new Path(new Path(temporary, "evidence"), file.name()), file.text());
      }
      try {
        files.rename(temporary, target, Options.Rename.NONE);
      } catch (IOException e) {
        if (!files.util().exists(target)) {
          throw e;
        }
        // Somebody else stored the same bytes in this moment: theirs are as good.
        return storedName(target, model);
      }
      return model.fileName();
    } finally {
      files.delete(temporary, true);
    }
  }

  /** Who stored these bytes first, under any model's name, may have called them otherwise. */
  private String storedName(Path folder, NamedModel model) throws IOException {
    if (files.util().exists(new Path(folder, model.fileName()))) {
      return model.fileName();
    }
    for (Path child : children(folder)) {
      if (NamedModel.isFileName(child.getName())) {
        return child.getName();
      }
    }
    throw new IOException(folder + " is damaged: it holds no model");
  }

  private void write(Path target, ModelFiles model) throws IOException {
    if (!model.isLone()) {
      new HadoopStorage(configuration).write(target.toString(), model);
      return;
    }
    try (InputStream in = model.content().open();
        OutputStream out = create(target)) {
      in.transferTo(out);
    }
  }

  /** The version of this digest: the one there is, or the next free number. */
  private PublishedVersion claimVersion(ModelName name, NamedModel model) throws IOException {
    for (int race = 0; race < RACES; race++) {
      RegisteredModel known = read(name);
      for (PublishedVersion version : known.versions()) {
        if (version.digest().equals(model.files().digest())) {
          return version;
        }
      }
      int number = known.versions().size() + 1;
      ObjectNode entry = JSON.createObjectNode();
      entry.put("version", number);
      entry.put("sha256", model.files().digest().hex());
      entry.put("encodedSize", model.files().size().bytes());
      entry.put("file", model.fileName());
      if (!model.files().isLone()) {
        entry.set("files", FileList.of(model.files()).toJson());
      }
      if (createIfAbsent(versionFile(name, number), entry.toString())) {
        return read(name).version(number).orElseThrow();
      }
    }
    throw new IOException("too many others publish under this name in this moment");
  }

  private RegisteredModel read(ModelName name) throws IOException {
    // What points at versions is read before them: whoever publishes meanwhile moves it last, so
    // that it never points at a version which this reader has not seen.
    TreeMap<Alias, Integer> aliases = new TreeMap<>();
    Path challenger = new Path(new Path(nameFolder(name), "aliases"), Alias.CHALLENGER.toString());
    if (files.util().exists(challenger)) {
      aliases.put(Alias.CHALLENGER, Integer.parseInt(text(challenger).strip()));
    }
    List<ChampionChange> history = new ArrayList<>();
    Path moves = new Path(nameFolder(name), "history");
    for (int number = 1; files.util().exists(new Path(moves, number + ".json")); number++) {
      JsonNode entry = json(new Path(moves, number + ".json"));
      ChampionChange.Action action =
          entry.path("action").asText().equals(ChampionChange.Action.ROLLBACK.toString())
              ? ChampionChange.Action.ROLLBACK
              : ChampionChange.Action.PROMOTE;
      history.add(new ChampionChange(action, entry.path("version").asInt()));
    }
    List<PublishedVersion> versions = new ArrayList<>();
    for (int number = 1; files.util().exists(versionFile(name, number)); number++) {
      JsonNode entry = json(versionFile(name, number));
      String file = entry.path("file").asText();
      if (!NamedModel.isFileName(file)) {
        throw new IOException(
            versionFile(name, number) + " is damaged: file name (" + file + ") must be plain");
      }
      Sha256Digest digest = new Sha256Digest(entry.path("sha256").asText());
      versions.add(
          new PublishedVersion(
              name,
              number,
              digest,
              new ByteSize(entry.path("encodedSize").asLong()),
              new Path(modelFolder(digest), file).toString()));
    }
    List<Integer> champions = ChampionChange.standing(history);
    if (!champions.isEmpty()) {
      aliases.put(Alias.CHAMPION, champions.get(0));
    }
    return new RegisteredModel(name, versions, aliases, history);
  }

  private void setAlias(ModelName name, Alias alias, int version) throws IOException {
    Path target = new Path(new Path(nameFolder(name), "aliases"), alias.toString());
    files.mkdir(target.getParent(), null, true);
    Path temporary = new Path(target.getParent(), ".tmp-" + UUID.randomUUID());
    if (isLocal()) {
      // Hadoop's local rename looks first and moves then; the operating system's replaces at once.
      Files.writeString(local(temporary), version + "\n");
      Files.move(local(temporary), local(target), StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    write(temporary, version + "\n");
    files.rename(temporary, target, Options.Rename.OVERWRITE);
  }

  /** Whether this call made the file, whole; false when it was there. */
  private boolean createIfAbsent(Path target, String content) throws IOException {
    files.mkdir(target.getParent(), null, true);
    Path temporary = new Path(target.getParent(), ".tmp-" + UUID.randomUUID());
    try {
      if (isLocal()) {
        // A hard link appears whole and only if there is nothing of its name.
        Files.writeString(local(temporary), content + "\n");
        Files.createLink(local(target), local(temporary));
        return true;
      }
      write(temporary, content + "\n");
      files.rename(temporary, target, Options.Rename.NONE);
      return true;
    } catch (FileAlreadyExistsException | java.nio.file.FileAlreadyExistsException e) {
      return false;
    } finally {
      files.delete(temporary, false);
    }
  }

  private boolean isLocal() {
    return "file".equals(root.toUri().getScheme());
  }

  private static java.nio.file.Path local(Path path) {
    return java.nio.file.Path.of(path.toUri().getPath());
  }

  private Path modelFolder(Sha256Digest digest) {
    return new Path(new Path(root, "models"), digest.hex());
  }

  private Path nameFolder(ModelName name) {
    return new Path(new Path(root, "names"), name.text());
  }

  private Path versionFile(ModelName name, int version) {
    return new Path(new Path(nameFolder(name), "versions"), version + ".json");
  }

  private List<Path> children(Path folder) throws IOException {
    List<Path> children = new ArrayList<>();
    try {
      for (FileStatus status : files.util().listStatus(folder)) {
        if (!status.getPath().getName().startsWith(".")) {
          children.add(status.getPath());
        }
      }
    } catch (FileNotFoundException e) {
      // Nothing was published yet.
      return List.of();
    }
    return children;
  }

  private JsonNode json(Path file) throws IOException {
    try {
      return JSON.readTree(text(file));
    } catch (JsonProcessingException e) {
      throw new IOException(file + " is damaged", e);
    }
  }

  private String text(Path file) throws IOException {
    try (InputStream in = files.open(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void write(Path file, String content) throws IOException {
    try (OutputStream out = create(file)) {
      out.write(content.getBytes(StandardCharsets.UTF_8));
    }
  }

  private OutputStream create(Path file) throws IOException {
    return files.create(
        file,
        java.util.EnumSet.of(
            org.apache.hadoop.fs.CreateFlag.CREATE, org.apache.hadoop.fs.CreateFlag.OVERWRITE),
        Options.CreateOpts.createParent());
  }

  private static PublishingException failed(String what, String where, IOException e) {
    return new PublishingException(
        where + ": the registry " + what + " (" + e.getMessage() + ").\nMaybe check its folder.",
        e);
  }
}
