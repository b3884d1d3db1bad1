package org.quantsweep.jobs.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;

class LocalStorageTest extends ModelStorageContract {
  @Override
  ModelStorage storage(ByteSize largestInMemory) {
    return new LocalStorage(largestInMemory);
  }

  @Override
  String location(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void plainPathsAndFileAddressesCostNoHadoop() {
    assertThat(ModelStorage.at("net.mlmodel")).isInstanceOf(LocalStorage.class);
    assertThat(ModelStorage.at("file:/x/net.mlmodel")).isInstanceOf(LocalStorage.class);
    assertThat(ModelStorage.at("hdfs://host/net.mlmodel")).isInstanceOf(HadoopStorage.class);
    assertThatThrownBy(() -> new LocalStorage().read("hdfs://host/x"))
        .isInstanceOf(IOException.class)
        .hasMessage("'hdfs://host/x' does not lie on this machine");
  }

  @Test
  void aFileHasThePermissionsThatTheUmaskLeaves() throws IOException {
    Path made = Files.createFile(folder.resolve("made"));
    Path written = folder.resolve("written.mlmodel");
    new LocalStorage().write(written.toString(), ModelFiles.lone(new byte[] {1}));
    assertThat(Files.getPosixFilePermissions(written))
        .isEqualTo(Files.getPosixFilePermissions(made));
  }

  @Test
  void ofManyThatReplaceOneModelAtOnceOneStandsWhole() throws Exception {
    requireThatOfManyWritersAtOnceOneStandsWhole();
  }
}
