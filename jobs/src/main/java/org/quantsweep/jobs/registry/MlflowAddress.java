package org.quantsweep.jobs.registry;

import java.net.URI;
import java.net.URISyntaxException;
import org.quantsweep.UsageException;

/**
 * Where an MLflow server answers.
 *
 * @param text as written, {@code mlflow+http://HOST:PORT} or {@code mlflow+https://HOST/PREFIX},
 *     without slashes at the end
 * @param base the same as an HTTP address
 */
record MlflowAddress(String text, URI base) {
  private static final String PREFIX = "mlflow+";

  static boolean matches(String text) {
    return text.startsWith(PREFIX);
  }

  /**
   * Refuses an address that may hold credentials. The message does not repeat it.
   *
   * @throws UsageException when there is a user, a query or a fragment
   */
  static void refuseCredentials(String text) {
    if (text.chars().anyMatch(c -> c == '@' || c == '?' || c == '#')) {
      throw new UsageException(
          "registry address (not shown): an MLflow address has no user, no password, no '?' and no"
              + " '#': it is written into results and logs.\nMaybe set MLFLOW_TRACKING_USERNAME and"
              + " MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.");
    }
  }

  /**
   * Reads an address.
   *
   * @throws UsageException when it is none, or may hold credentials
   */
  static MlflowAddress parse(String text) {
    refuseCredentials(text);
    String plain = text.replaceAll("/+$", "");
    try {
      URI uri = new URI(plain.substring(PREFIX.length()));
      if (uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        return new MlflowAddress(plain, uri);
      }
    } catch (URISyntaxException e) {
      // Told below in our own words.
    }
    throw new UsageException(
        "registry address ("
            + text
            + "): an MLflow address is mlflow+http://HOST:PORT or mlflow+https://HOST/PREFIX.\n"
            + "Maybe write mlflow+http://127.0.0.1:5000.");
  }
}
