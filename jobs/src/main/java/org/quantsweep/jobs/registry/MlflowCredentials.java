package org.quantsweep.jobs.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.quantsweep.UsageException;

/**
 * Who speaks to an MLflow server: what MLflow's own clients read, in their order. A user with a
 * password, each from {@code MLFLOW_TRACKING_USERNAME} and {@code MLFLOW_TRACKING_PASSWORD} or else
 * from the file {@code ~/.mlflow/credentials}; else {@code MLFLOW_TRACKING_TOKEN}; else nobody. The
 * secret leaves this class as a header only.
 */
final class MlflowCredentials {
  private static final String USERNAME = "MLFLOW_TRACKING_USERNAME";
  private static final String PASSWORD = "MLFLOW_TRACKING_PASSWORD";
  private static final String TOKEN = "MLFLOW_TRACKING_TOKEN";
  private static final long FILE_LIMIT = 1L << 16;

  private final String header;
  private final List<String> secrets;

  private MlflowCredentials(String header, List<String> secrets) {
    this.header = header;
    this.secrets = secrets;
  }

  static MlflowCredentials ofThisProcess() {
    return of(System.getenv(), Path.of(System.getProperty("user.home"), ".mlflow", "credentials"));
  }

  /**
   * Reads them.
   *
   * @throws UsageException when they cannot be a header, or the file cannot be read
   */
  static MlflowCredentials of(Map<String, String> environment, Path file) {
    Map<String, String> entries = Files.isRegularFile(file) ? entries(file) : Map.of();
    String user = value(USERNAME, environment, entries, file);
    String password = value(PASSWORD, environment, entries, file);
    if (!user.isEmpty() && !password.isEmpty()) {
      if (user.indexOf(':') >= 0) {
        throw unfit(USERNAME);
      }
      String pair =
          Base64.getEncoder()
              .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
      return new MlflowCredentials("Basic " + pair, List.of(pair, password));
    }
    String token = value(TOKEN, environment, Map.of(), file);
    if (token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
      // The HTTP client would quote it in what it throws.
      throw unfit(TOKEN);
    }
    return token.isEmpty()
        ? new MlflowCredentials(null, List.of())
        : new MlflowCredentials("Bearer " + token, List.of(token));
  }

  /** The value of the Authorization header. */
  Optional<String> header() {
    return Optional.ofNullable(header);
  }

  /** A text of the server's without our secrets, should it repeat them. */
  String hiddenIn(String text) {
    String hidden = text;
    for (String secret : secrets) {
      hidden = hidden.replace(secret, "***");
    }
    return hidden;
  }

  /** Never the secret. */
  @Override
  public String toString() {
    return header == null ? "nobody" : header.substring(0, header.indexOf(' ')) + " ***";
  }

  private static String value(
      String name, Map<String, String> environment, Map<String, String> entries, Path file) {
    String given = environment.getOrDefault(name, "");
    String key = name.toLowerCase(Locale.ROOT);
    boolean fromFile = given.isEmpty() && entries.containsKey(key);
    String value = fromFile ? entries.get(key) : given;
    if (value.chars().anyMatch(Character::isISOControl)) {
      throw unfit(fromFile ? file + ": " + key : name);
    }
    return value;
  }

  private static UsageException unfit(String name) {
    return new UsageException(
        name
            + " holds characters that an HTTP header cannot carry (its value is not shown).\n"
            + "Maybe set it again, without spaces, line ends, colons or letters beyond ASCII.");
  }

  /** The INI file that MLflow documents: {@code key = value} lines below {@code [mlflow]}. */
  private static Map<String, String> entries(Path file) {
    try {
      if (Files.size(file) > FILE_LIMIT) {
        throw new UsageException(
            file
                + ": this file of credentials is larger than "
                + FILE_LIMIT
                + " bytes.\nMaybe it is another file: move it away.");
      }
      Map<String, String> entries = new TreeMap<>();
      boolean ours = false;
      for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
        int equals = line.indexOf('=');
        if (line.startsWith("[")) {
          ours = line.strip().equals("[mlflow]");
        } else if (ours && equals > 0) {
          entries.put(
              line.substring(0, equals).strip().toLowerCase(Locale.ROOT),
              line.substring(equals + 1).strip());
        }
      }
      return entries;
    } catch (IOException e) {
      throw new UsageException(
          file + ": the credentials cannot be read.\nMaybe check who may read the file.", e);
    }
  }
}
