package org.quantsweep.jobs.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
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

  @Test
  void ofManyThatReplaceOneModelAtOnceOneStandsWhole() throws Exception {
    requireThatOfManyWritersAtOnceOneStandsWhole();
  }

  @Test
  void aChecksumThatHadoopLeftGoesWithTheFileItWasOf() throws Exception {
    Configuration configuration = new Configuration();
    org.apache.hadoop.fs.Path file = new org.apache.hadoop.fs.Path(location("net.mlmodel"));
    try (OutputStream out = file.getFileSystem(configuration).create(file)) {
      out.write(1);
    }
    assertThat(folder.resolve(".net.mlmodel.crc")).exists();
    storage(new ByteSize(0)).write(location("net.mlmodel"), ModelFiles.lone(new byte[] {2}));
    try (InputStream in = file.getFileSystem(configuration).open(file)) {
      assertThat(in.readAllBytes()).containsExactly(2);
    }
  }
}
