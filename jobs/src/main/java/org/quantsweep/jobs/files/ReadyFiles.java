package org.quantsweep.jobs.files;

import java.io.IOException;

/**
 * A model that lies whole under a hidden name beside the place that it is for. What is there stands
 * until the model replaces it.
 */
public interface ReadyFiles {
  /**
   * Puts the model in its place: a file in one step, a folder in two.
   *
   * @throws IOException when that is refused; what was there stands then, as far as that goes
   */
  void replace() throws IOException;

  /** Takes the model away; nothing happens where it is in its place already. */
  void discard() throws IOException;
}
