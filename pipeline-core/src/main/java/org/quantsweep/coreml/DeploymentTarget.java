package org.quantsweep.coreml;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quantsweep.NearestName;
import org.quantsweep.UsageException;

/**
 * The least system that a model must load on. Systems of one year share a release of Core ML, so
 * each is as good as an iOS of that year.
 *
 * @param text as it is written: {@code iOS16}, {@code macOS15}
 * @param ios the major version of iOS of the same year
 */
public record DeploymentTarget(String text, int ios) implements Serializable {
  private static final Pattern FORM =
      Pattern.compile(
          "(ios|ipados|macos|tvos|watchos|visionos)([0-9]{1,3})"
              + "(?:\\.([0-9]{1,3})(?:\\.[0-9]{1,3})?)?");

  private static final List<String> USUAL =
      List.of(
          "iOS12",
          "iOS13",
          "iOS14",
          "iOS15",
          "iOS16",
          "iOS17",
          "iOS18",
          "iOS26",
          "macOS10.15",
          "macOS11",
          "macOS12",
          "macOS13",
          "macOS14",
          "macOS15",
          "macOS26",
          "tvOS16",
          "tvOS18",
          "watchOS9",
          "watchOS11",
          "visionOS1",
          "visionOS2");

  /** From the release that numbers all systems by the year on. */
  private static final int YEARLY = 26;

  /**
   * The target of a text.
   *
   * @throws UsageException when it names no system
   */
  public static DeploymentTarget parse(String text) {
    Matcher matcher = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (matcher.matches()) {
      int major = Integer.parseInt(matcher.group(2));
      int minor = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
      int ios = ios(matcher.group(1), major, minor);
      if (ios >= 11) {
        return new DeploymentTarget(text.strip(), ios);
      }
    }
    throw new UsageException(
        "deployment target ("
            + text
            + ") is no system that Core ML knows: iOS11, macOS10.13, tvOS11, watchOS4, visionOS1"
            + " and later.\n"
            + "Maybe write "
            + NearestName.of(text, USUAL)
            + ".");
  }

  private static int ios(String system, int major, int minor) {
    if (major >= YEARLY) {
      return major;
    }
    return switch (system) {
      case "macos" -> major == 10 ? minor - 2 : major > 10 && major <= 15 ? major + 3 : 0;
      case "watchos" -> major >= 4 && major <= 11 ? major + 7 : 0;
      case "visionos" -> major >= 1 && major <= 2 ? major + 16 : 0;
      default -> major <= 18 ? major : 0;
    };
  }

  @Override
  public String toString() {
    return text;
  }
}
