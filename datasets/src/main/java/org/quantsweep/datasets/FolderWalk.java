package org.quantsweep.datasets;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The files below a folder of this machine, links followed. A folder is listed once, and no process
 * is started for it. What cannot be read as a file is passed over, with a line for each.
 */
public final class FolderWalk {
  private final Path root;
  private final List<Entry> files = new ArrayList<>();
  private final List<String> passedOver = new ArrayList<>();

  /** The real folders on the way down: one of them again is a loop. */
  private final Deque<Path> above = new ArrayDeque<>();

  /**
   * A file.
   *
   * @param modified milliseconds since 1970
   */
  public record Entry(Path path, long length, long modified) {}

  private FolderWalk(Path root) {
    this.root = root;
  }

  /**
   * Lists a folder.
   *
   * @throws IOException when one of its folders cannot be listed
   */
  public static FolderWalk of(Path folder) throws IOException {
    FolderWalk walk = new FolderWalk(folder);
    walk.list(folder);
    return walk;
  }

  /** The files, in no order. */
  public List<Entry> files() {
    return List.copyOf(files);
  }

  /** What was passed over and why, a line for each, sorted. */
  public List<String> passedOver() {
    return passedOver.stream().sorted().toList();
  }

  private void list(Path folder) throws IOException {
    Path real = folder.toRealPath();
    if (above.contains(real)) {
      passOver(folder, "this link leads back to a folder around it");
      return;
    }
    above.push(real);
    try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
      for (Path child : children) {
        add(child);
      }
    }
    above.pop();
  }

  private void add(Path child) throws IOException {
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(child, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      passOver(child, "this link leads nowhere");
      return;
    }
    if (attributes.isDirectory()) {
      list(child);
    } else if (attributes.isRegularFile()) {
      files.add(new Entry(child, attributes.size(), attributes.lastModifiedTime().toMillis()));
    } else {
      passOver(child, "this is no file, but a pipe, a socket or a device");
    }
  }

  private void passOver(Path path, String reason) {
    passedOver.add("left out: " + root.relativize(path) + ": " + reason);
  }
}
