package org.quantsweep.job;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.quantsweep.sample.Sample;
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
   * Where a sample came from.
   *
   * @param path relative to what was ingested
   * @param label that came with it, or the empty text
   */
  record Described(String path, String label) {}

  /**
   * Opens a set; runners read it later.
   *
   * @param locations folders, files or tables
   * @throws org.quantsweep.BadInputException when it holds no samples
   */
  Opened open(SampleSet set, List<String> locations);

  /**
   * Some samples of a part with their content, in the order of the ranks; those whose content is
   * larger are left out.
   *
   * @param part of a set that is open
   * @param ranks a few hundred at most
   * @param mostBytes of one sample's content as it is stored
   */
  default Map<Integer, Sample> read(SamplePart part, Collection<Integer> ranks, long mostBytes) {
    return Map.of();
  }

  /**
   * Paths and labels of the first samples of a part, by rank.
   *
   * @param part of a set that is open
   * @param most how many at most
   */
  default List<Described> described(SamplePart part, int most) {
    return List.of();
  }
}
