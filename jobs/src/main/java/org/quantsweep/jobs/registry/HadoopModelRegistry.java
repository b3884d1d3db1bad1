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
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
import org.quantsweep.jobs.files.FileAddress;
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
  private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{0,8}");
  private static final Pattern NUMBERED = Pattern.compile("([1-9]\\d{0,8})\\.json");

  private final Path root;
  private final FileContext files;
  private final Configuration configuration;

  /** In a folder, which is made when something is published. */
  public HadoopModelRegistry(String location, Configuration configuration) {
    try {
      Path path = new Path(FileAddress.hadoop(location));
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
        models.add(read(new ModelName(name.getName())).model());
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
      Entries entries = read(name);
      if (entries.model().versions().isEmpty()) {
        entries.requireIntact();
        throw RegistryMessages.unknownName(
            root.toString(), name, list().stream().map(RegisteredModel::name).toList());
      }
      return entries.model();
    } catch (IOException e) {
      throw failed("cannot be read", root.toString(), e);
    }
  }

  @Override
  public List<String> damages(ModelName name) {
    try {
      return List.copyOf(read(name).damages().values());
    } catch (IOException e) {
      throw failed("cannot be read", root.toString(), e);
    }
  }

  @Override
  public Provenance provenance(ModelName name, int version) {
    Path file = new Path(modelFolder(version(name, version).digest()), "provenance.json");
    try {
      return ProvenanceJson.fromText(text(file));
    } catch (IOException e) {
      throw failed("cannot be read", root.toString(), e);
    } catch (IllegalArgumentException e) {
      throw new PublishingException(
          damaged(file, reason(e), "publish the same model again, which writes it anew."), e);
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
      requireBelow(location);
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
    requireHistory(name);
    return moveChampion(
        model,
        ChampionChange.Action.ROLLBACK,
        version(name, RegistryMessages.rollbackTarget(root.toString(), model)));
  }

  @Override
  public PublishedVersion rollback(ModelName name, int version) {
    RegisteredModel model = show(name);
    requireHistory(name);
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
      if (!createIfAbsent(new Path(history, (last(history) + 1) + ".json"), change.toString())) {
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
        .orElseThrow(
            () -> {
              requireIntact(name, versionFile(name, version));
              return RegistryMessages.unknownVersion(root.toString(), model, version);
            });
  }

  /** Refuses what a damaged file would have to tell. */
  private void requireIntact(ModelName name, Path file) {
    try {
      String damage = read(name).damages().get(file);
      if (damage != null) {
        throw new PublishingException(damage);
      }
    } catch (IOException e) {
      throw failed("cannot be read", root.toString(), e);
    }
  }

  /** Who was champion before is known only from every move. */
  private void requireHistory(ModelName name) {
    try {
      Path history = new Path(nameFolder(name), "history");
      for (int number = 1; number <= last(history); number++) {
        requireIntact(name, new Path(history, number + ".json"));
      }
    } catch (IOException e) {
      throw failed("cannot be read", root.toString(), e);
    }
  }

  /** Says under which name the model is stored there. */
  private String storeModel(NamedModel model, Provenance provenance, List<EvidenceFile> evidence)
      throws IOException {
    Path target = modelFolder(model.files().digest());
    if (files.util().exists(target)) {
      return completed(target, model, provenance, evidence);
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
        return completed(target, model, provenance, evidence);
      }
      return model.fileName();
    } finally {
      files.delete(temporary, true);
    }
  }

  /**
   * What a folder of this model lacks is written there. Object stores copy a folder file by file,
   * and whoever copied may have died: what lies there is taken by its digest, not by its name.
   */
  private String completed(
      Path folder, NamedModel model, Provenance provenance, List<EvidenceFile> evidence)
      throws IOException {
    String name = storedName(folder, model);
    Path stored = new Path(folder, name);
    if (!isWhole(stored, model.files())) {
      write(stored, model.files());
    }
    Path origin = new Path(folder, "provenance.json");
    if (!isProvenance(origin)) {
      write(origin, ProvenanceJson.toText(provenance));
      for (EvidenceFile file : evidence) {
        write(new Path(new Path(folder, "evidence"), file.name()), file.text());
      }
    }
    return name;
  }

  private boolean isWhole(Path stored, ModelFiles model) {
    try {
      return new HadoopStorage(configuration)
          .read(stored.toString())
          .digest()
          .equals(model.digest());
    } catch (IOException | IllegalArgumentException e) {
      // Nothing of it is there, or not all.
      return false;
    }
  }

  private boolean isProvenance(Path file) {
    try {
      ProvenanceJson.fromText(text(file));
      return true;
    } catch (IOException | RuntimeException e) {
      return false;
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
    return model.fileName();
  }

  /** A link in the registry's folder could lead anywhere on this machine. */
  private void requireBelow(Path location) throws IOException {
    if (isLocal() && !local(location).toRealPath().startsWith(local(root).toRealPath())) {
      throw new PublishingException(
          location
              + ": this file of the registry is a link that leaves its folder.\n"
              + "Maybe put the file itself there.");
    }
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
      // Taken before versions are read: whoever publishes these bytes after that has this number.
      int number = last(new Path(nameFolder(name), "versions")) + 1;
      RegisteredModel known = read(name).model();
      for (PublishedVersion version : known.versions()) {
        if (version.digest().equals(model.files().digest())) {
          return version;
        }
      }
      ObjectNode entry = JSON.createObjectNode();
      entry.put("version", number);
      entry.put("sha256", model.files().digest().hex());
      entry.put("encodedSize", model.files().size().bytes());
      entry.put("file", model.fileName());
      if (!model.files().isLone()) {
        entry.set("files", FileList.of(model.files()).toJson());
      }
      if (createIfAbsent(versionFile(name, number), entry.toString())) {
        return read(name).model().version(number).orElseThrow();
      }
    }
    throw new IOException("too many others publish under this name in this moment");
  }

  /**
   * What was read of a model.
   *
   * @param damages what is wrong with each file that cannot be read, with a cure
   */
  private record Entries(RegisteredModel model, SortedMap<Path, String> damages) {
    void requireIntact() {
      for (String damage : damages.values()) {
        throw new PublishingException(damage);
      }
    }
  }

  private Entries read(ModelName name) throws IOException {
    // What points at versions is read before them: whoever publishes meanwhile moves it last, so
    // that it never points at a version which this reader has not seen.
    TreeMap<Path, String> damages = new TreeMap<>();
    TreeMap<Alias, Integer> aliases = new TreeMap<>();
    Path challenger = new Path(new Path(nameFolder(name), "aliases"), Alias.CHALLENGER.toString());
    if (files.util().exists(challenger)) {
      String text = text(challenger).strip();
      if (NUMBER.matcher(text).matches()) {
        aliases.put(Alias.CHALLENGER, Integer.parseInt(text));
      } else {
        damages.put(
            challenger,
            damaged(
                challenger,
                "it holds no number of a version",
                "publish the challenger again, which writes it anew, or write the number there."));
      }
    }
    List<ChampionChange> history = new ArrayList<>();
    Path moves = new Path(nameFolder(name), "history");
    int lastMove = last(moves);
    for (int number = 1; number <= lastMove; number++) {
      Path file = new Path(moves, number + ".json");
      try {
        history.add(move(file));
      } catch (IOException | IllegalArgumentException e) {
        damages.put(
            file,
            damaged(
                file,
                reason(e),
                "take it from a copy of the registry, or promote the version that is to be in use"
                    + " and go on from there."));
      }
    }
    List<PublishedVersion> versions = new ArrayList<>();
    int lastVersion = last(new Path(nameFolder(name), "versions"));
    for (int number = 1; number <= lastVersion; number++) {
      Path file = versionFile(name, number);
      try {
        versions.add(published(name, number, json(file)));
      } catch (IOException | IllegalArgumentException e) {
        damages.put(
            file,
            damaged(
                file,
                reason(e),
                "take it from a copy of the registry, or publish the model again as a version of"
                    + " its own."));
      }
    }
    List<Integer> champions = champions(history);
    if (!champions.isEmpty()) {
      aliases.put(Alias.CHAMPION, champions.get(0));
    }
    return new Entries(new RegisteredModel(name, versions, aliases, history), damages);
  }

  /** Where a move is missing, what is left of the moves need not fit together. */
  private static List<Integer> champions(List<ChampionChange> history) {
    try {
      return ChampionChange.standing(history);
    } catch (NoSuchElementException e) {
      return List.of(history.get(history.size() - 1).version());
    }
  }

  private ChampionChange move(Path file) throws IOException {
    JsonNode entry = json(file);
    String action = entry.path("action").asText();
    for (ChampionChange.Action known : ChampionChange.Action.values()) {
      if (known.toString().equals(action) && entry.path("version").asInt() > 0) {
        return new ChampionChange(known, entry.path("version").asInt());
      }
    }
    throw new IOException("it names no action and version");
  }

  private PublishedVersion published(ModelName name, int number, JsonNode entry)
      throws IOException {
    String file = entry.path("file").asText();
    if (!NamedModel.isFileName(file)) {
      throw new IOException("file name (" + file + ") must be plain");
    }
    Sha256Digest digest = new Sha256Digest(entry.path("sha256").asText());
    return new PublishedVersion(
        name,
        number,
        digest,
        new ByteSize(entry.path("encodedSize").asLong(-1)),
        new Path(modelFolder(digest), file).toString());
  }

  private static String reason(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private static String damaged(Path file, String reason, String cure) {
    String why = reason.endsWith(".") ? reason.substring(0, reason.length() - 1) : reason;
    return file + ": this file of the registry is damaged (" + why + ").\nMaybe " + cure;
  }

  /** The highest number among files {@code 1.json}, {@code 2.json}, ...; 0 where there is none. */
  private int last(Path folder) throws IOException {
    int last = 0;
    for (Path child : children(folder)) {
      Matcher numbered = NUMBERED.matcher(child.getName());
      if (numbered.matches()) {
        last = Math.max(last, Integer.parseInt(numbered.group(1)));
      }
    }
    return last;
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
      throw new IOException("it is no JSON", e);
    }
  }

  private String text(Path file) throws IOException {
    if (isLocal()) {
      // Without the sums that Hadoop keeps: who mends a file by hand does not mend its sum.
      return Files.readString(local(file));
    }
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
