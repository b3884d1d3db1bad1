package org.quantsweep.search;

import java.util.Arrays;
import org.quantsweep.NearestName;
import org.quantsweep.UsageException;

/** By which bytes candidates are ordered, and what "smaller" means. */
public enum Objective {
  /** What the files take on disk. */
  SIZE("size"),
  /** What they take once each is deflated alone: what a person downloads. */
  DOWNLOAD("download");

  private final String text;

  Objective(String text) {
    this.text = text;
  }

  /**
   * Reads its name.
   *
   * @throws UsageException when there is none of that name
   */
  public static Objective parse(String text) {
    return Arrays.stream(values())
        .filter(own -> own.text.equals(text.strip()))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "objective ("
                        + text
                        + ") is not known. Known are size, the bytes on disk, and download, the"
                        + " bytes once deflated.\nMaybe write "
                        + NearestName.of(
                            text, Arrays.stream(values()).map(own -> own.text).toList())
                        + "."));
  }

  @Override
  public String toString() {
    return text;
  }
}
