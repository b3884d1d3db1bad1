package org.quantsweep.jobs.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;

/**
 * Which permissions new files have. Hadoop asks its own settings, and takes 022 where these are
 * silent, whatever the umask of the process is: what the user keeps from others would be open.
 */
public final class ProcessUmask {
  /** Hadoop's setting, of three octal digits. */
  public static final String SETTING = "fs.permissions.umask-mode";

  /** What Hadoop's own jar says, which is nobody's choice. */
  private static final String DEFAULTS = "core-default.xml";

  private ProcessUmask() {}

  /** Hadoop's settings as this process finds them, with its umask unless they name one. */
  public static Configuration hadoop() {
    Configuration configuration = new Configuration();
    unlessNamed(configuration).ifPresent(umask -> configuration.set(SETTING, umask));
    return configuration;
  }

  /**
   * The umask of this process.
   *
   * @return empty where the settings name one, or where file systems have none
   */
  public static Optional<String> unlessNamed(Configuration settings) {
    String[] sources = settings.getPropertySources(SETTING);
    boolean named = sources != null && !sources[sources.length - 1].equals(DEFAULTS);
    return named ? Optional.empty() : ofThisProcess();
  }

  /** Java does not tell it: what a new folder lacks of all permissions is the umask. */
  static Optional<String> ofThisProcess() {
    Path folder =
        Path.of(System.getProperty("java.io.tmpdir"), "quantsweep-umask-" + UUID.randomUUID());
    try {
      Files.createDirectory(folder);
      try {
        return Optional.of(lackedBy(Files.getPosixFilePermissions(folder)));
      } finally {
        Files.deleteIfExists(folder);
      }
    } catch (IOException | UnsupportedOperationException e) {
      // Hadoop's own default stays.
      return Optional.empty();
    }
  }

  private static String lackedBy(Set<PosixFilePermission> given) {
    int lacked = 0;
    for (PosixFilePermission permission : PosixFilePermission.values()) {
      lacked = 2 * lacked + (given.contains(permission) ? 0 : 1);
    }
    return String.format(Locale.ROOT, "%03o", lacked);
  }
}
