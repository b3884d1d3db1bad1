package org.quantsweep.datasets.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderFilesTest {
  @TempDir Path folder;

  /** Hadoop's own listing asks a process for each file: 20 s. */
  @Test
  void fourThousandFilesAreListedInMuchLessThanAProcessForEachWouldTake() throws Exception {
    for (int i = 0; i < 4000; i++) {
      Path own = folder.resolve("part-" + i % 8).resolve(i + ".jpg");
      Files.createDirectories(own.getParent());
      Files.createFile(own);
    }
    FileSystem files = FileSystem.getLocal(new Configuration()).getRawFileSystem();
    List<String> remarks = new ArrayList<>();
    long started = System.nanoTime();
    List<FileStatus> found =
        FolderFiles.of(files, new org.apache.hadoop.fs.Path(folder.toUri()), remarks::add);
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));
    assertThat(found).hasSize(4000);
    assertThat(remarks).isEmpty();
  }
}
