package org.quantsweep.datasets;

import java.io.Serializable;

/**
 * A sample that could not be read.
 *
 * @param path relative to the ingested folder
 * @param reason in one line
 */
public record QuarantinedSample(String path, String reason) implements Serializable {
  /** Both in one line, whatever the path has in it. */
  public String line() {
    return path.replace("\n", "\\n") + ": " + reason;
  }
}
