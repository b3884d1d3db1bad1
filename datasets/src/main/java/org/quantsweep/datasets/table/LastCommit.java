package org.quantsweep.datasets.table;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What the last commit of a Delta table says of itself, as its log tells it (Delta Transaction Log
 * Protocol, "Delta Log Entries" and "Commit Provenance Information"). Delta's own history takes a
 * Spark job.
 */
final class LastCommit {
  private static final Pattern ENTRY = Pattern.compile("\\d{20}\\.json");
  private static final JsonFactory JSON = new JsonFactory();

  private LastCommit() {}

  /**
   * What its writer had to say.
   *
   * @return nothing where it said nothing, or where there is no such table
   * @throws IOException when the log cannot be read
   */
  static Optional<String> userMetadata(FileSystem files, Path table) throws IOException {
    Optional<FileStatus> last;
    try {
      last =
          Stream.of(files.listStatus(new Path(table, "_delta_log")))
              .filter(file -> ENTRY.matcher(file.getPath().getName()).matches())
              .max(Comparator.comparing(file -> file.getPath().getName()));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
    if (last.isEmpty()) {
      return Optional.empty();
    }
    try (InputStream in = files.open(last.get().getPath());
        JsonParser actions = JSON.createParser(in)) {
      return userMetadata(actions);
    }
  }

  /** Each line is an object with one action by its kind. */
  private static Optional<String> userMetadata(JsonParser actions) throws IOException {
    while (actions.nextToken() == JsonToken.START_OBJECT) {
      while (actions.nextToken() == JsonToken.FIELD_NAME) {
        boolean tells = actions.currentName().equals("commitInfo");
        actions.nextToken();
        if (tells) {
          return field(actions, "userMetadata");
        }
        actions.skipChildren();
      }
    }
    return Optional.empty();
  }

  private static Optional<String> field(JsonParser object, String name) throws IOException {
    while (object.nextToken() == JsonToken.FIELD_NAME) {
      boolean wanted = object.currentName().equals(name);
      object.nextToken();
      if (wanted) {
        return Optional.ofNullable(object.getValueAsString());
      }
      object.skipChildren();
    }
    return Optional.empty();
  }
}
