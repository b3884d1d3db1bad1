package org.quantsweep.job;

import java.util.List;
import org.quantsweep.sample.SampleIndex;

/** Opens the sample sets of a sweep. */
public interface SampleSets {
  /**
   * What is in a set.
   *
   * @param unreadable what could not be read: its path and the reason, in one line each
   */
  record Opened(SampleIndex index, List<String> unreadable) {
    /** Copies the list. */
    public Opened {
      unreadable = List.copyOf(unreadable);
    }
  }

  /**
   * Opens a set; runners read it later.
   *
   * @param locations folders, files or tables
   * @throws org.quantsweep.BadInputException when it holds no samples
   */
  Opened open(SampleSet set, List<String> locations);
}
