package org.quantsweep.jobs.files;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;

/** Files of any Hadoop file system, as a configuration says. */
public final class HadoopStorage implements ModelStorage {
  /** The deepest folder in a model, so that links that lead in a circle end. */
  private static final int DEEPEST = 64;

  /** Attempts at replacing a file that others replace too. */
  private static final int MOST_ROUNDS = 10;

  private final Configuration configuration;
  private final ByteSize largestInMemory;

  /** With the usual limit of what is read into memory. */
  public HadoopStorage(Configuration configuration) {
    this(configuration, LARGEST_IN_MEMORY);
  }

  HadoopStorage(Configuration configuration, ByteSize largestInMemory) {
    this.configuration = configuration;
    this.largestInMemory = largestInMemory;
  }

  @Override
  public ModelFiles read(String location) throws IOException {
    Path path = new Path(FileAddress.hadoop(location));
    FileSystem files = RawFiles.at(path, configuration);
    Path root = files.makeQualified(path);
    HadoopSettings settings = new HadoopSettings(configuration);
    FileStatus status = files.getFileStatus(root);
    if (!status.isDirectory()) {
      boolean large = status.getLen() > largestInMemory.bytes();
      return ModelFiles.lone(content(files, root, large, settings));
    }
    SortedMap<String, FileStatus> found = new TreeMap<>();
    find(files, root, "", 1, found);
    long bytes = found.values().stream().mapToLong(FileStatus::getLen).sum();
    TreeMap<String, FileContent> contents = new TreeMap<>();
    for (Map.Entry<String, FileStatus> file : found.entrySet()) {
      contents.put(
          file.getKey(),
          content(files, file.getValue().getPath(), bytes > largestInMemory.bytes(), settings));
    }
    return TreeFiles.tree(contents);
  }

  private static void find(
      FileSystem files, Path folder, String inside, int depth, Map<String, FileStatus> found)
      throws IOException {
    if (depth > DEEPEST) {
      throw new IOException("its folders are deeper than " + DEEPEST);
    }
    for (FileStatus each : files.listStatus(folder)) {
      String name = each.getPath().getName();
      if (name.startsWith(".")) {
        continue;
      }
      if (each.isDirectory()) {
        find(files, each.getPath(), inside + name + "/", depth + 1, found);
      } else {
        TreeFiles.requireRoom(found.size());
        found.put(inside + name, each);
      }
    }
  }

  private static FileContent content(
      FileSystem files, Path file, boolean streamed, HadoopSettings settings) throws IOException {
    try (InputStream in = files.open(file)) {
      return streamed
          ? new HadoopContent(file, FileContent.measure(in), settings)
          : FileContent.of(in.readAllBytes());
    }
  }

  @Override
  public ReadyFiles prepare(String location, ModelFiles files) throws IOException {
    Path path = new Path(FileAddress.hadoop(location));
    FileSystem system = path.getFileSystem(configuration);
    Path target = system.makeQualified(path);
    if ("file".equals(target.toUri().getScheme())) {
      // Hadoop would put a checksum beside each file, and replaces the two one after the other.
      return new WithoutChecksum(
          new LocalStorage().prepare(target.toUri().getPath(), files), checksum(target));
    }
    if (!files.isLone()) {
      requireReplaceable(system, target, "", files);
    }
    Path temporary = beside(target);
    Ready ready = new Ready(temporary, target, !files.isLone());
    try {
      for (Map.Entry<String, FileContent> file : files.files().entrySet()) {
        copy(file.getValue(), system, files.isLone() ? temporary : below(temporary, file.getKey()));
      }
      for (String empty : TreeFiles.emptyFolders(files)) {
        system.mkdirs(below(temporary, empty));
      }
      return ready;
    } catch (IOException | RuntimeException e) {
      try {
        ready.discard();
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }

  private final class Ready implements ReadyFiles {
    private final Path temporary;
    private final Path target;
    private final boolean isTree;

    Ready(Path temporary, Path target, boolean isTree) {
      this.temporary = temporary;
      this.target = target;
      this.isTree = isTree;
    }

    @Override
    public void replace() throws IOException {
      FileContext context = FileContext.getFileContext(target.toUri(), configuration);
      if (!isTree) {
        replaceFile(context);
        return;
      }
      FileSystem system = target.getFileSystem(configuration);
      new TreeReplacement<Path>() {
        @Override
        void move(Path from, Path to) throws IOException {
          context.rename(from, to, Options.Rename.NONE);
        }

        @Override
        boolean exists(Path path) throws IOException {
          return system.exists(path);
        }

        @Override
        void delete(Path path) throws IOException {
          system.delete(path, true);
        }
      }.replace(temporary, target, temporary::suffix);
    }

    /** File systems that delete and rename in two steps fail where somebody else is in between. */
    private void replaceFile(FileContext context) throws IOException {
      for (int round = 1; ; round++) {
        try {
          context.rename(temporary, target, Options.Rename.OVERWRITE);
          return;
        } catch (IOException e) {
          if (round == MOST_ROUNDS || !context.util().exists(target)) {
            throw e;
          }
        }
      }
    }

    @Override
    public void discard() throws IOException {
      temporary.getFileSystem(configuration).delete(temporary, true);
    }
  }

  /** A file of this machine; the checksum of what it replaces, were it left, would refuse it. */
  private record WithoutChecksum(ReadyFiles files, java.nio.file.Path checksum)
      implements ReadyFiles {
    @Override
    public void replace() throws IOException {
      files.replace();
      Files.deleteIfExists(checksum);
    }

    @Override
    public void discard() throws IOException {
      files.discard();
    }
  }

  private static java.nio.file.Path checksum(Path target) {
    return java.nio.file.Path.of(target.toUri().getPath())
        .resolveSibling("." + target.getName() + ".crc");
  }

  /**
   * A model whose content was written to a location, and is read from there.
   *
   * @param files the model that was written
   */
  public ModelFiles stored(String location, ModelFiles files) throws IOException {
    Path path = new Path(FileAddress.hadoop(location));
    Path root = path.getFileSystem(configuration).makeQualified(path);
    HadoopSettings settings = new HadoopSettings(configuration);
    TreeMap<String, FileContent> contents = new TreeMap<>();
    files
        .files()
        .forEach(
            (inside, content) ->
                contents.put(
                    inside,
                    new HadoopContent(
                        inside.isEmpty() ? root : below(root, inside),
                        new FileContent.Measured(content.size(), content.digest()),
                        settings)));
    return files.isLone()
        ? ModelFiles.lone(contents.get(contents.firstKey()))
        : ModelFiles.tree(contents);
  }

  private static Path below(Path root, String inside) {
    return new Path(root, new Path(null, null, inside));
  }

  private static void requireReplaceable(
      FileSystem system, Path folder, String inside, ModelFiles files) throws IOException {
    FileStatus[] older;
    try {
      older = system.listStatus(folder);
    } catch (FileNotFoundException e) {
      // Somebody else replaces it at this moment.
      return;
    }
    for (FileStatus each : older) {
      String path = inside + each.getPath().getName();
      if (each.isDirectory()) {
        requireReplaceable(system, each.getPath(), path + "/", files);
      } else {
        TreeFiles.requireReplaceable(path, files);
      }
    }
  }

  private static void copy(FileContent content, FileSystem files, Path target) throws IOException {
    try (InputStream in = content.open();
        OutputStream out = files.create(target, true)) {
      in.transferTo(out);
    }
  }

  private static Path beside(Path target) {
    return new Path(target.getParent(), "." + target.getName() + "." + UUID.randomUUID());
  }

  /**
   * Takes a model away.
   *
   * @throws IOException when that is refused; nothing happens where there is nothing
   */
  public void delete(String location) throws IOException {
    Path path = new Path(FileAddress.hadoop(location));
    path.getFileSystem(configuration).delete(path, true);
  }
}
