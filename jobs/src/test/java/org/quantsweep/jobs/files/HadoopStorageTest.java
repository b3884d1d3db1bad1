package org.quantsweep.jobs.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;

/** Hadoop's own view of this machine's files. */
class HadoopStorageTest extends ModelStorageContract {
  @Override
  ModelStorage storage(ByteSize largestInMemory) {
    return new HadoopStorage(new Configuration(), largestInMemory);
  }

  @Override
  String location(String name) {
    return "file:" + folder.resolve(name);
  }

  @Test
  void noChecksumsLieBetweenAModelsFiles() throws Exception {
    ModelFiles model = ModelFiles.tree(Map.of("a", FileContent.of(new byte[] {1})));
    storage(new ByteSize(0)).write(location("net"), model);
    try (Stream<Path> files = Files.list(folder.resolve("net"))) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactly("a");
    }
  }
}
