package org.quantsweep.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * The real models, pictures and reference outputs that lie beside a developer's checkout and beside
 * CI's. A clone elsewhere does not have them: tests that need them abort there and say what was
 * left out.
 */
public final class SharedData {
  private static final String FOLDER = "shared/data";

  private SharedData() {}

  /** Whether the data is there. */
  public static boolean isPresent() {
    return locate() != null;
  }

  /**
   * A file or folder below the data folder, for example {@code models/SqueezeNet.mlmodel}; aborts
   * the test, saying so, when the data is not there.
   */
  public static Path path(String relative) {
    Path folder = locate();
    Assumptions.assumeTrue(
        folder != null,
        () ->
            "left out: "
                + relative
                + " is needed, and there is no ../"
                + FOLDER
                + " beside this clone");
    return folder.resolve(relative);
  }

  private static Path locate() {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null) {
      Path candidate = folder.resolve(FOLDER);
      if (Files.isDirectory(candidate)) {
        return candidate;
      }
      folder = folder.getParent();
    }
    return null;
  }
}
