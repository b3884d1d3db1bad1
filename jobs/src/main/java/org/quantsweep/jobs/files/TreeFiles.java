package org.quantsweep.jobs.files;

import java.io.IOException;
import java.util.Map;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;

/** What every storage asks of a folder before it is taken for a model's. */
final class TreeFiles {
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
