package org.quantsweep.jobs.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;

/** What every storage asks of a folder before it is taken for a model's. */
final class TreeFiles {
  private static final String MANIFEST = "Manifest.json";
  private static final ByteSize LARGEST_MANIFEST = new ByteSize(1 << 20);

  private TreeFiles() {}

  static void requireRoom(int found) throws IOException {
    if (found >= ModelFiles.MOST_FILES) {
      throw new IOException("the folder holds more than " + ModelFiles.MOST_FILES + " files");
    }
  }

  static ModelFiles tree(Map<String, FileContent> contents) throws IOException {
    try {
      return ModelFiles.tree(contents);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Folders of a package without files, by path. They are no part of a tree of files. But its
   * manifest may name one, as it does where no constant lies in a file of its own, and coremltools
   * opens no package that lacks it.
   */
  static SortedSet<String> emptyFolders(ModelFiles files) {
    SortedSet<String> folders = new TreeSet<>();
    FileContent manifest = files.isLone() ? null : files.files().get(MANIFEST);
    if (manifest == null) {
      return folders;
    }
    try {
      JsonNode read = new ObjectMapper().readTree(manifest.readAll(LARGEST_MANIFEST));
      for (JsonNode item : read == null ? List.<JsonNode>of() : read.path("itemInfoEntries")) {
        String path = "Data/" + item.path("path").asText("");
        boolean isThere =
            files.files().keySet().stream()
                .anyMatch(file -> file.equals(path) || file.startsWith(path + "/"));
        if (path.endsWith("/weights") && ModelFiles.isInside(path) && !isThere) {
          folders.add(path);
        }
      }
    } catch (IOException e) {
      // What is no manifest names no folders; whoever reads the package says what is wrong.
      return new TreeSet<>();
    }
    return folders;
  }

  /**
   * Whoever writes a model over a folder of other things has mistaken its name.
   *
   * @param path of a file in the folder that is there; empty where a file is there
   */
  static void requireReplaceable(String path, ModelFiles files) throws IOException {
    String name = path.substring(path.lastIndexOf('/') + 1);
    boolean ownedBySystem = name.equals(".DS_Store") || name.matches("\\..*\\.crc");
    if (!path.isEmpty() && !ownedBySystem && !files.files().containsKey(path)) {
      throw new IOException("a folder with other files is there, such as '" + path + "'");
    }
  }
}
