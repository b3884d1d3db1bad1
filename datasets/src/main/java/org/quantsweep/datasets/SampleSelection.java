package org.quantsweep.datasets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.quantsweep.UsageException;
import org.quantsweep.datasets.picture.OtherFormats;

/**
 * Which files of a folder are samples, by their paths. Pictures of formats that are not read are
 * left out and counted. What macOS puts beside files is passed over.
 */
public final class SampleSelection {
  /** What stands for bytes that are no character in this process's encoding of names. */
  private static final char NO_CHARACTER = '\uFFFD';

  private final SortedMap<String, Integer> leftOut = new TreeMap<>();
  private int nameless;

  /**
   * Whether a file is a sample.
   *
   * @param path relative to the folder, with {@code /}
   * @throws UsageException when its name cannot be read, because the locale knows ASCII alone
   */
  public boolean takes(String path) {
    if (isOfMacOs(path)) {
      return false;
    }
    Optional<String> other = OtherFormats.ending(path);
    if (other.isPresent()) {
      leftOut.merge(other.get(), 1, Integer::sum);
      return false;
    }
    if (!SampleFiles.isSample(path)) {
      return false;
    }
    if (path.indexOf(NO_CHARACTER) >= 0) {
      requireCharacters(path, charset());
      nameless++;
      return false;
    }
    return true;
  }

  /**
   * Refuses a folder with names that this process cannot read. Hadoop would leave such files out
   * and say nothing.
   *
   * @throws UsageException when the locale knows ASCII alone, and a name has other characters
   */
  public static void requireReadableNames(Path folder) throws IOException {
    Charset names = charset();
    if (names.equals(StandardCharsets.UTF_8)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      files.forEach(file -> requireCharacters(file.toString(), names));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /**
   * Refuses a path of which the locale lost characters on the way here: it would not be found.
   *
   * @throws UsageException naming the locale's characters
   */
  public static void requireReadableName(String path) {
    requireCharacters(path, charset());
  }

  /** What Java takes names of files for; it is the locale's, and cannot be changed from within. */
  private static Charset charset() {
    return Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
  }

  static void requireCharacters(String path, Charset names) {
    if (!names.equals(StandardCharsets.UTF_8) && path.indexOf(NO_CHARACTER) >= 0) {
      throw new UsageException(
          path.replace(NO_CHARACTER, '?')
              + ": this name has characters beyond "
              + names
              + ", in which Java reads names here, since it takes that from the locale.\n"
              + "Maybe set LC_ALL=C.UTF-8.");
    }
  }

  /** What was left out, a line for each reason. */
  public List<String> remarks() {
    List<String> remarks = new ArrayList<>();
    if (!leftOut.isEmpty()) {
      List<String> kinds = new ArrayList<>();
      leftOut.forEach((ending, count) -> kinds.add(count + " " + ending));
      remarks.add(
          "left out, since such files are not read: "
              + String.join(", ", kinds)
              + " (JPEG, PNG, BMP, .npy and .npz are)");
    }
    if (nameless > 0) {
      remarks.add("left out, since their names are not UTF-8: " + nameless);
    }
    return remarks;
  }

  /** Whether a path lies in what an archive of macOS adds, or is the other half of a file there. */
  private static boolean isOfMacOs(String path) {
    for (String part : path.split("/", -1)) {
      if (part.startsWith("._") || part.equals("__MACOSX")) {
        return true;
      }
    }
    return false;
  }
}
