package org.quantsweep.datasets.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SourceGroupsTest {
  private static ListedSource file(int number, long length) {
    String name = "f" + number;
    return new ListedSource.One(new ListedFile(name, name, length, 0));
  }

  @Test
  void everySourceIsReadOnceInOrderAndGroupsAreBounded() {
    for (int seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      readOnce(random, random.nextInt(400), 1 + random.nextInt(9));
    }
  }

  private static void readOnce(Random random, int count, int least) {
    List<ListedSource> sources = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sources.add(file(i, (long) (SourceGroups.BYTES * Math.pow(random.nextDouble(), 6) * 1.5)));
    }
    List<List<ListedSource>> groups = SourceGroups.of(sources, least);
    assertThat(groups.stream().flatMap(List::stream).toList()).isEqualTo(sources);
    assertThat(groups).hasSizeGreaterThanOrEqualTo(Math.min(least, count));
    for (List<ListedSource> group : groups) {
      long bytes = group.stream().mapToLong(ListedSource::bytes).sum();
      assertThat(group.size() == 1 || bytes <= SourceGroups.BYTES).isTrue();
    }
  }

  /** A task for each 64 of them, as before, would be 15,625 tasks. */
  @Test
  void aMillionSmallFilesAreAThousandTasks() {
    List<ListedSource> sources = new ArrayList<>();
    for (int i = 0; i < 1_000_000; i++) {
      sources.add(file(0, 300));
    }
    assertThat(SourceGroups.of(sources, 8)).hasSize(977);
  }

  @Test
  void progressTellsTheTotalWhereItIsKnown() {
    assertThat(IngestProgress.line(12, OptionalLong.of(40))).isEqualTo("samples: 12 of 40 read");
    // A task ran twice.
    assertThat(IngestProgress.line(41, OptionalLong.of(40))).isEqualTo("samples: 40 of 40 read");
    assertThat(IngestProgress.line(41, OptionalLong.empty())).isEqualTo("samples: 41 read");
  }
}
