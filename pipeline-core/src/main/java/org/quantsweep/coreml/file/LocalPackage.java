package org.quantsweep.coreml.file;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.quantsweep.BadInputException;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;

/**
 * The files of a model package that lies on this machine, as a folder or as a zip archive of it.
 */
final class LocalPackage {
  /** Larger files are read where they lie: reading a package costs no more than hashing it. */
  private static final long LARGEST_IN_MEMORY = 1 << 20;

  /** What all files of an archive may hold together, and how often more than the archive itself. */
  private static final long LARGEST_UNPACKED = 64L << 30;

  private static final long MOST_TIMES = 200;

  /** How many bytes tell an archive. */
  private static final int MAGIC = 4;

  private LocalPackage() {}

  /** Whether a path is a folder, or an archive. */
  static boolean isPackage(Path path) {
    return Files.isDirectory(path) || isArchive(path);
  }

  private static boolean isArchive(Path path) {
    try (InputStream in = Files.newInputStream(path)) {
      return isArchive(in.readNBytes(MAGIC));
    } catch (IOException e) {
      // Whoever opens it as a model file says what is wrong.
      return false;
    }
  }

  private static boolean isArchive(byte[] start) {
    return start.length == MAGIC
        && start[0] == 'P'
        && start[1] == 'K'
        && start[2] == 3
        && start[3] == 4;
  }

  /**
   * The files of a package.
   *
   * @throws BadInputException when it holds links, too many files, or cannot be read
   */
  static ModelFiles files(Path path) {
    return files(path, temporary());
  }

  /** As {@link #files(Path)}; an archive is unpacked in a folder of its own below another. */
  static ModelFiles files(Path path, Path temporary) {
    return read(
        path.toString(),
        () ->
            Files.isDirectory(path)
                ? folder(path)
                : archive(Files.newInputStream(path), Files.size(path), temporary));
  }

  private static Path temporary() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  /**
   * The files of a model; of a lone file that is an archive, those in it.
   *
   * @param name what messages call it
   * @throws BadInputException as {@link #files}
   */
  static ModelFiles unpacked(ModelFiles files, String name) {
    return read(
        name,
        () ->
            files.isLone() && isArchive(files.content())
                ? archive(files.content().open(), files.content().size().bytes(), temporary())
                : files);
  }

  private static boolean isArchive(FileContent content) throws IOException {
    return content.size().bytes() >= MAGIC && isArchive(content.read(0, MAGIC));
  }

  /** What gives a package's files. */
  private interface Source {
    ModelFiles files() throws IOException;
  }

  private static ModelFiles read(String name, Source source) {
    try {
      return source.files();
    } catch (EOFException e) {
      throw new BadInputException(
          name + ": the archive ends in the middle of a file.\nMaybe fetch it again.", e);
    } catch (ZipException e) {
      throw new BadInputException(
          name + ": the archive is damaged (" + e.getMessage() + ").\nMaybe fetch it again.", e);
    } catch (IOException | IllegalArgumentException e) {
      throw new BadInputException(
          name
              + ": the package cannot be read ("
              + e.getMessage()
              + ").\nMaybe copy the whole of it"
              + " again.",
          e);
    }
  }

  private static ModelFiles folder(Path root) throws IOException {
    Map<String, Path> found = new TreeMap<>();
    try (Stream<Path> walked = Files.walk(root)) {
      for (Path file : (Iterable<Path>) walked::iterator) {
        String inside = root.relativize(file).toString().replace('\\', '/');
        if (Files.isSymbolicLink(file) && !file.equals(root)) {
          throw new IOException("'" + inside + "' is a link, and a package holds none");
        }
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && !isHidden(inside)) {
          if (found.size() >= ModelFiles.MOST_FILES) {
            throw new IOException("it holds more than " + ModelFiles.MOST_FILES + " files");
          }
          found.put(inside, file);
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    TreeMap<String, FileContent> contents = new TreeMap<>();
    for (Map.Entry<String, Path> file : found.entrySet()) {
      contents.put(file.getKey(), content(file.getValue()));
    }
    if (contents.isEmpty()) {
      throw new IOException("the folder holds no file");
    }
    return ModelFiles.tree(contents);
  }

  /** Unpacks an archive into a temporary folder, and leaves out a folder around the whole. */
  private static ModelFiles archive(InputStream packed, long size, Path temporary)
      throws IOException {
    Path folder = Files.createTempDirectory(temporary, "quantsweep-unpacked");
    folder.toFile().deleteOnExit();
    boolean isRead = false;
    try {
      ModelFiles files = unpacked(packed, size, folder);
      isRead = true;
      return files;
    } finally {
      delete(folder, isRead ? LARGEST_IN_MEMORY : Long.MAX_VALUE);
    }
  }

  /**
   * Removes files up to a size, which are in memory or not needed; and the folder if it is empty.
   */
  private static void delete(Path folder, long largest) throws IOException {
    boolean isEmpty = true;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (Files.size(file) <= largest) {
          Files.delete(file);
        } else {
          isEmpty = false;
        }
      }
    }
    if (isEmpty) {
      Files.delete(folder);
    }
  }

  private static ModelFiles unpacked(InputStream packed, long size, Path folder)
      throws IOException {
    long limit = Math.min(LARGEST_UNPACKED, Math.multiplyExact(MOST_TIMES, size));
    Map<String, Path> found = new TreeMap<>();
    long left = limit;
    try (ZipInputStream zip = new ZipInputStream(new BufferedInputStream(packed))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        String path = entry.getName();
        if (entry.isDirectory()) {
          continue;
        }
        if (!ModelFiles.isInside(path)) {
          throw new IOException("its entry '" + path + "' leads out of the package");
        }
        if (path.startsWith("__MACOSX/") || isHidden(path)) {
          continue;
        }
        if (found.size() >= ModelFiles.MOST_FILES) {
          throw new IOException("it holds more than " + ModelFiles.MOST_FILES + " files");
        }
        Path target = Files.createTempFile(folder, "part", "");
        target.toFile().deleteOnExit();
        left -= copied(zip, target, left, limit);
        if (found.put(path, target) != null) {
          throw new IOException("it holds '" + path + "' more than once");
        }
      }
    }
    if (found.isEmpty()) {
      throw new IOException("the archive holds no file");
    }
    return ModelFiles.tree(contents(found));
  }

  private static FileContent content(Path file) throws IOException {
    return Files.size(file) <= LARGEST_IN_MEMORY
        ? FileContent.of(Files.readAllBytes(file))
        : FileContent.of(file);
  }

  private static Map<String, FileContent> contents(Map<String, Path> found) throws IOException {
    String around = found.isEmpty() ? "" : folderAround(found);
    TreeMap<String, FileContent> contents = new TreeMap<>();
    for (Map.Entry<String, Path> part : found.entrySet()) {
      contents.put(part.getKey().substring(around.length()), content(part.getValue()));
    }
    return contents;
  }

  private static String folderAround(Map<String, Path> found) {
    if (found.containsKey(ModelPackage.MANIFEST)) {
      return "";
    }
    String first = found.keySet().iterator().next();
    String folder = first.substring(0, first.indexOf('/') + 1);
    return found.keySet().stream().allMatch(path -> path.startsWith(folder)) ? folder : "";
  }

  private static long copied(InputStream in, Path target, long left, long limit)
      throws IOException {
    byte[] buffer = new byte[1 << 16];
    long copied = 0;
    try (var out = Files.newOutputStream(target)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        copied += n;
        if (copied > left) {
          throw new IOException("it unpacks to more than " + new ByteSize(limit));
        }
        out.write(buffer, 0, n);
      }
    }
    return copied;
  }

  private static boolean isHidden(String path) {
    return path.startsWith(".") || path.contains("/.");
  }
}
