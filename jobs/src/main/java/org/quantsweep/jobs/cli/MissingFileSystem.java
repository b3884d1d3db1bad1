package org.quantsweep.jobs.cli;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.util.VersionInfo;
import org.quantsweep.UsageException;

/**
 * A file system that Hadoop could learn, but has not: its connector is not on the class path.
 * Hadoop says so in several ways, wherever an address is first used.
 */
final class MissingFileSystem {
  private static final String HADOOP = "org.apache.hadoop:";

  /** The library that brings a scheme; Hadoop's own have Hadoop's version. */
  private static final Map<String, String> LIBRARIES =
      Map.ofEntries(
          Map.entry("s3a", HADOOP + "hadoop-aws"),
          Map.entry("abfs", HADOOP + "hadoop-azure"),
          Map.entry("abfss", HADOOP + "hadoop-azure"),
          Map.entry("wasb", HADOOP + "hadoop-azure"),
          Map.entry("wasbs", HADOOP + "hadoop-azure"),
          Map.entry("adl", HADOOP + "hadoop-azure-datalake"),
          Map.entry("oss", HADOOP + "hadoop-aliyun"),
          Map.entry("cosn", HADOOP + "hadoop-cos"),
          Map.entry("obs", HADOOP + "hadoop-huaweicloud"),
          Map.entry("gs", "com.google.cloud.bigdataoss:gcs-connector:hadoop3-2.2.26"));

  private static final Pattern SCHEME =
      Pattern.compile(
          "No FileSystem for scheme \"([^\"]+)\""
              + "|fs\\.AbstractFileSystem\\.([a-z0-9+.-]+)\\.impl=null");

  private static final Pattern CLASS =
      Pattern.compile("Class org\\.apache\\.hadoop\\.fs\\.([a-z0-9]+)\\.([\\w$]+) not found");

  /** The schemes of the packages that hold Hadoop's own connectors. */
  private static final Map<String, String> SCHEMES =
      Map.of("s3a", "s3a", "azurebfs", "abfs", "azure", "wasb", "adl", "adl", "aliyun", "oss");

  private MissingFileSystem() {}

  /** What to tell of a failure that comes from a missing connector; empty for any other. */
  static Optional<UsageException> of(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      Matcher scheme = SCHEME.matcher(message);
      if (scheme.find()) {
        return Optional.of(
            missing(scheme.group(1) == null ? scheme.group(2) : scheme.group(1), failure));
      }
      Matcher type = CLASS.matcher(message);
      if (type.find()) {
        String named = SCHEMES.getOrDefault(type.group(1), type.group(1));
        // abfss and wasbs have classes of their own beside those of abfs and wasb.
        String secure = type.group(2).contains("Secure") ? "s" : "";
        return Optional.of(missing(named + secure, failure));
      }
    }
    return Optional.empty();
  }

  private static UsageException missing(String scheme, Throwable failure) {
    String library = LIBRARIES.get(scheme);
    String cure;
    if (library != null) {
      String versioned =
          library.startsWith(HADOOP) ? library + ":" + VersionInfo.getVersion() : library;
      cure = "run the jar with spark-submit --packages " + versioned + ".";
    } else if (scheme.equals("s3") || scheme.equals("s3n")) {
      cure = "write s3a:// instead, which is what Hadoop calls it.";
    } else {
      cure = "check the address, or bring the jar of its file system with spark-submit --jars.";
    }
    return new UsageException(
        scheme
            + "://: no file system is known here for such addresses, since its library is not on"
            + " the class path.\nMaybe "
            + cure,
        failure);
  }
}
