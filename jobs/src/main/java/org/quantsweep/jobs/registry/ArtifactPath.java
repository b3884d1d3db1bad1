package org.quantsweep.jobs.registry;

import java.io.Serializable;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A path below the artifacts that an MLflow server serves. No segment leads upwards or holds what a
 * server could take for a separator.
 *
 * @param text without slashes at its ends
 */
record ArtifactPath(String text) implements Serializable {
  private static final String SCHEME = "mlflow-artifacts:/";

  ArtifactPath {
    for (String segment : text.split("/", -1)) {
      boolean bad =
          segment.isEmpty()
              || segment.equals(".")
              || segment.equals("..")
              || segment.chars().anyMatch(c -> c < ' ' || c == '\\' || c == '%' || c == 127);
      if (bad) {
        throw new IllegalArgumentException(
            "artifact path (" + text + ") must stay below its root.");
      }
    }
  }

  /**
   * From {@code mlflow-artifacts:/PATH}.
   *
   * @throws MlflowFailure when the artifacts lie elsewhere
   */
  static ArtifactPath of(String uri) throws MlflowFailure {
    if (!uri.startsWith(SCHEME) || uri.startsWith(SCHEME + "/")) {
      throw MlflowServer.notServed("they lie at '" + uri + "'");
    }
    try {
      return new ArtifactPath(uri.substring(SCHEME.length()));
    } catch (IllegalArgumentException e) {
      throw new MlflowFailure(
          MlflowFailure.Kind.OTHER,
          "the server names artifacts outside of its root, '" + uri + "'",
          "look at that version in MLflow.",
          e);
    }
  }

  /** A file or folder below; its name may come from the server. */
  ArtifactPath below(String name) throws MlflowFailure {
    try {
      if (name.indexOf('/') < 0) {
        return new ArtifactPath(text + "/" + name);
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw new MlflowFailure(
        "the server names an artifact outside of its folder, '" + name + "'",
        "look at " + SCHEME + text + " in MLflow.");
  }

  /** A file of a tree below; its path may come from the server. */
  ArtifactPath inside(String path) throws MlflowFailure {
    ArtifactPath folder = this;
    for (String part : path.split("/", -1)) {
      folder = folder.below(part);
    }
    return folder;
  }

  /** For an HTTP address. */
  String encoded() {
    return Arrays.stream(text.split("/"))
        .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
        .collect(Collectors.joining("/"));
  }
}
