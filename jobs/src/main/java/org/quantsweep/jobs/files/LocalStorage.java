package org.quantsweep.jobs.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;

/** This machine's files, without Hadoop. */
public final class LocalStorage implements ModelStorage {
  /**
   * How deep {@link Files#find} looks. Its own view of each path is asked, not the path once more:
   * a folder that somebody else takes away in between would count as a file.
   */
  private static final int ALL = Integer.MAX_VALUE;

  private final ByteSize largestInMemory;

  /** With the usual limit of what is read into memory. */
  public LocalStorage() {
    this(LARGEST_IN_MEMORY);
  }

  LocalStorage(ByteSize largestInMemory) {
    this.largestInMemory = largestInMemory;
  }

  @Override
  public ModelFiles read(String location) throws IOException {
    Path root = path(location);
    if (!Files.isDirectory(root)) {
      return ModelFiles.lone(
          Files.size(root) > largestInMemory.bytes()
              ? FileContent.of(root)
              : FileContent.of(Files.readAllBytes(root)));
    }
    SortedMap<String, Path> found = found(root);
    long bytes = 0;
    for (Path file : found.values()) {
      bytes += Files.size(file);
    }
    TreeMap<String, FileContent> contents = new TreeMap<>();
    for (Map.Entry<String, Path> file : found.entrySet()) {
      contents.put(
          file.getKey(),
          bytes > largestInMemory.bytes()
              ? FileContent.of(file.getValue())
              : FileContent.of(Files.readAllBytes(file.getValue())));
    }
    return TreeFiles.tree(contents);
  }

  /** The files below, by path within the folder. Links are followed; circles are refused. */
  private static SortedMap<String, Path> found(Path root) throws IOException {
    SortedMap<String, Path> found = new TreeMap<>();
    try (Stream<Path> files =
        Files.find(root, ALL, (path, seen) -> seen.isRegularFile(), FileVisitOption.FOLLOW_LINKS)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path inside = root.relativize(file);
        if (!isHidden(inside)) {
          TreeFiles.requireRoom(found.size());
          found.put(text(inside), file);
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return found;
  }

  @Override
  public ReadyFiles prepare(String location, ModelFiles files) throws IOException {
    Path target = path(location).toAbsolutePath();
    Files.createDirectories(target.getParent());
    if (!files.isLone()) {
      requireReplaceable(target, files);
    }
    // Not a temporary file of Java's, which nobody else may read: the umask decides.
    Path temporary = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
    Ready ready = new Ready(temporary, target, !files.isLone());
    try {
      for (Map.Entry<String, FileContent> file : files.files().entrySet()) {
        Path inside = files.isLone() ? temporary : temporary.resolve(file.getKey());
        Files.createDirectories(inside.getParent());
        copy(file.getValue(), inside);
      }
      for (String empty : TreeFiles.emptyFolders(files)) {
        Files.createDirectories(temporary.resolve(empty));
      }
      return ready;
    } catch (IOException | RuntimeException e) {
      ready.discard();
      throw e;
    }
  }

  private record Ready(Path temporary, Path target, boolean isTree) implements ReadyFiles {
    @Override
    public void replace() throws IOException {
      if (!isTree) {
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        return;
      }
      new TreeReplacement<Path>() {
        @Override
        void move(Path from, Path to) throws IOException {
          Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        }

        @Override
        boolean exists(Path path) {
          return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
        }

        @Override
        void delete(Path path) throws IOException {
          LocalStorage.delete(path);
        }
      }.replace(temporary, target, n -> temporary.resolveSibling(temporary.getFileName() + n));
    }

    @Override
    public void discard() throws IOException {
      delete(temporary);
    }
  }

  private static void requireReplaceable(Path target, ModelFiles files) throws IOException {
    try (Stream<Path> older = Files.find(target, ALL, (path, seen) -> !seen.isDirectory())) {
      for (Path file : (Iterable<Path>) older::iterator) {
        TreeFiles.requireReplaceable(text(target.relativize(file)), files);
      }
    } catch (UncheckedIOException e) {
      requireGone(e.getCause());
    } catch (NoSuchFileException e) {
      requireGone(e);
    }
  }

  /** What somebody else replaces at this moment is in nobody's way. */
  private static void requireGone(IOException failure) throws IOException {
    if (!(failure instanceof NoSuchFileException)) {
      throw failure;
    }
  }

  private static String text(Path inside) {
    return inside.toString().replace(inside.getFileSystem().getSeparator(), "/");
  }

  private static void copy(FileContent content, Path target) throws IOException {
    try (InputStream in = content.open()) {
      Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void delete(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static boolean isHidden(Path inside) {
    for (Path part : inside) {
      if (part.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  private static Path path(String location) throws IOException {
    return FileAddress.local(location)
        .orElseThrow(() -> new IOException("'" + location + "' does not lie on this machine"));
  }
}
