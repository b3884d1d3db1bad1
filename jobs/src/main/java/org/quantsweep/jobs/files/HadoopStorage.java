package org.quantsweep.jobs.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;

/** Files of any Hadoop file system, as a configuration says. */
public final class HadoopStorage implements ModelStorage {
  /** The deepest folder in a model, so that links that lead in a circle end. */
  private static final int DEEPEST = 64;

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
    Path path = new Path(location);
    FileSystem files = path.getFileSystem(configuration);
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
  public void write(String location, ModelFiles files) throws IOException {
    Path path = new Path(location);
    Path target = path.getFileSystem(configuration).makeQualified(path);
    if (files.isLone()) {
      writeFile(target, files.content());
    } else if ("file".equals(target.toUri().getScheme())) {
      // Hadoop would put checksums between the model's files.
      new LocalStorage().write(target.toUri().getPath(), files);
    } else {
      writeTree(target, files);
    }
  }

  /**
   * A model whose content was written to a location, and is read from there.
   *
   * @param files the model that was written
   */
  public ModelFiles stored(String location, ModelFiles files) throws IOException {
    Path path = new Path(location);
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

  private void writeFile(Path target, FileContent content) throws IOException {
    FileSystem files = target.getFileSystem(configuration);
    Path temporary = beside(target, "");
    try {
      copy(content, files, temporary);
      FileContext.getFileContext(target.toUri(), configuration)
          .rename(temporary, target, Options.Rename.OVERWRITE);
    } catch (IOException e) {
      deleteAfter(e, files, temporary);
      throw e;
    }
  }

  private void writeTree(Path target, ModelFiles files) throws IOException {
    FileSystem system = target.getFileSystem(configuration);
    boolean replaces = system.exists(target);
    if (replaces) {
      requireReplaceable(system, target, files);
    }
    Path temporary = beside(target, "");
    Path older = beside(target, ".old");
    FileContext context = FileContext.getFileContext(target.toUri(), configuration);
    try {
      for (Map.Entry<String, FileContent> file : files.files().entrySet()) {
        copy(file.getValue(), system, below(temporary, file.getKey()));
      }
      if (replaces) {
        context.rename(target, older, Options.Rename.NONE);
      }
      try {
        context.rename(temporary, target, Options.Rename.NONE);
      } catch (IOException e) {
        if (replaces) {
          context.rename(older, target, Options.Rename.NONE);
        }
        throw e;
      }
    } catch (IOException e) {
      deleteAfter(e, system, temporary);
      throw e;
    }
    system.delete(older, true);
  }

  private static void requireReplaceable(FileSystem system, Path target, ModelFiles files)
      throws IOException {
    String root = target.toUri().getPath();
    RemoteIterator<LocatedFileStatus> older = system.listFiles(target, true);
    while (older.hasNext()) {
      String path = older.next().getPath().toUri().getPath().substring(root.length());
      TreeFiles.requireReplaceable(path.startsWith("/") ? path.substring(1) : path, files);
    }
  }

  private static void copy(FileContent content, FileSystem files, Path target) throws IOException {
    try (InputStream in = content.open();
        OutputStream out = files.create(target, true)) {
      in.transferTo(out);
    }
  }

  private static Path beside(Path target, String suffix) {
    return new Path(target.getParent(), "." + target.getName() + "." + UUID.randomUUID() + suffix);
  }

  private static void deleteAfter(IOException e, FileSystem files, Path temporary) {
    try {
      files.delete(temporary, true);
    } catch (IOException left) {
      e.addSuppressed(left);
    }
  }

  /**
   * Takes a model away.
   *
   * @throws IOException when that is refused; nothing happens where there is nothing
   */
  public void delete(String location) throws IOException {
    Path path = new Path(location);
    path.getFileSystem(configuration).delete(path, true);
  }
}
