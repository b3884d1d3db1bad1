package org.quantsweep.datasets.table;

import java.util.ArrayList;
import java.util.List;

/** Which sources one task reads: neighbours, up to so many bytes and so many files. */
final class SourceGroups {
  /** Of a task, so that one task's work is lost where it fails, and memory suffices. */
  static final long BYTES = 32L << 20;

  /** On an object store each file is a request. */
  static final int FILES = 1024;

  private SourceGroups() {}

  /**
   * Cuts sources into groups.
   *
   * @param least how many groups there are to be, where there are as many sources
   */
  static List<List<ListedSource>> of(List<ListedSource> sources, int least) {
    int files = Math.max(1, Math.min(FILES, sources.size() / Math.max(1, least)));
    List<List<ListedSource>> groups = new ArrayList<>();
    List<ListedSource> group = new ArrayList<>();
    long bytes = 0;
    for (ListedSource source : sources) {
      if (!group.isEmpty() && (group.size() == files || bytes + source.bytes() > BYTES)) {
        groups.add(group);
        group = new ArrayList<>();
        bytes = 0;
      }
      group.add(source);
      bytes += source.bytes();
    }
    if (!group.isEmpty()) {
      groups.add(group);
    }
    return groups;
  }
}
