package org.quantsweep.jobs.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;

/** What every storage does. */
abstract class ModelStorageContract {
  @TempDir Path folder;

  /** A storage that reads content into memory up to a size. */
  abstract ModelStorage storage(ByteSize largestInMemory);

  /** What a file or folder of the test's folder is called in the storage. */
  abstract String location(String name);

  @Test
  void aLoneFileIsWrittenReplacedAndRead() throws IOException {
    write("net.mlmodel", ModelFiles.lone(bytes("one")));
    write("net.mlmodel", ModelFiles.lone(bytes("two")));
    assertThat(Files.readString(folder.resolve("net.mlmodel"))).isEqualTo("two");
    assertThat(read("net.mlmodel")).isEqualTo(ModelFiles.lone(bytes("two")));
    assertThat(visible()).containsExactly("net.mlmodel");
  }

  @Test
  void aTreeIsWrittenReplacedAndRead() throws IOException {
    write("net.mlpackage", tree("one"));
    assertThat(read("net.mlpackage")).isEqualTo(tree("one"));
    write("net.mlpackage", tree("two"));
    assertThat(read("net.mlpackage")).isEqualTo(tree("two"));
    assertThat(Files.readString(folder.resolve("net.mlpackage/Data/a b+ä/weight.bin")))
        .isEqualTo("two");
    assertThat(visible())
        .containsExactly("net.mlpackage/Data/a b+ä/weight.bin", "net.mlpackage/Manifest.json");
  }

  /** A package of small constants alone names a folder without files, and coremltools wants it. */
  @Test
  void aFolderWithoutFilesThatTheManifestNamesIsThere() throws IOException {
    String manifest =
        """
        {"itemInfoEntries": {
          "one": {"path": "com.apple.CoreML/model.mlmodel"},
          "two": {"path": "com.apple.CoreML/weights"},
          "three": {"path": "../../../elsewhere/weights"}}}
        """;
    ModelFiles small =
        ModelFiles.tree(
            Map.of(
                "Manifest.json",
                FileContent.of(bytes(manifest)),
                "Data/com.apple.CoreML/model.mlmodel",
                FileContent.of(bytes("model"))));
    for (int time = 0; time < 2; time++) {
      write("small.mlpackage", small);
      assertThat(folder.resolve("small.mlpackage/Data/com.apple.CoreML/weights"))
          .isEmptyDirectory();
      assertThat(folder.resolve("elsewhere")).doesNotExist();
      assertThat(read("small.mlpackage")).isEqualTo(small);
    }
  }

  /** For file systems that rename in one step, as {@link ElsewhereFileSystem} does not. */
  final void requireThatOfManyWritersAtOnceOneStandsWhole() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Void>> writers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String text = "writer " + i;
        writers.add(
            () -> {
              for (int round = 0; round < 40; round++) {
                write("net.mlpackage", tree(text));
                write("net.mlmodel", ModelFiles.lone(bytes(text)));
              }
              return null;
            });
      }
      for (Future<Void> done : threads.invokeAll(writers)) {
        done.get();
      }
    } finally {
      threads.shutdown();
    }
    List<String> texts = List.of("writer 0", "writer 1", "writer 2", "writer 3");
    assertThat(texts).contains(Files.readString(folder.resolve("net.mlmodel")));
    assertThat(texts.stream().map(ModelStorageContract::tree)).contains(read("net.mlpackage"));
    assertThat(visible())
        .containsExactly(
            "net.mlmodel", "net.mlpackage/Data/a b+ä/weight.bin", "net.mlpackage/Manifest.json");
  }

  @Test
  void contentIsStreamedWhereAllOfItIsLarge() throws Exception {
    write("net.mlpackage", tree("one"));
    write("net.mlmodel", ModelFiles.lone(bytes("one")));
    ModelFiles small = storage(new ByteSize(11)).read(location("net.mlpackage"));
    ModelFiles large = travelled(storage(new ByteSize(10)).read(location("net.mlpackage")));
    ModelFiles lone = travelled(storage(new ByteSize(2)).read(location("net.mlmodel")));
    assertThat(large).isEqualTo(tree("one"));
    assertThat(lone).isEqualTo(ModelFiles.lone(bytes("one")));
    assertThat(large.inMemory(new ByteSize(11))).isEqualTo(small);

    Files.writeString(folder.resolve("net.mlpackage/Data/a b+ä/weight.bin"), "ONE");
    Files.writeString(folder.resolve("net.mlmodel"), "ONE");
    // Written past the storage.
    Files.deleteIfExists(folder.resolve("net.mlpackage/Data/a b+ä/.weight.bin.crc"));
    Files.deleteIfExists(folder.resolve(".net.mlmodel.crc"));
    assertThat(small.inMemory(new ByteSize(11))).isEqualTo(tree("one"));
    assertThatThrownBy(() -> large.inMemory(new ByteSize(11)))
        .isInstanceOf(IOException.class)
        .hasMessage("'weight.bin' is not what was judged: it has changed since");
    assertThatThrownBy(() -> lone.inMemory(new ByteSize(11)))
        .isInstanceOf(IOException.class)
        .hasMessage("'net.mlmodel' is not what was judged: it has changed since");
  }

  @Test
  void whatCannotBeReadWholeLeavesWhatWasThere() throws IOException {
    Path file = Files.writeString(folder.resolve("weights"), "one");
    ModelFiles broken =
        ModelFiles.tree(
            Map.of("Manifest.json", FileContent.of(bytes("x")), "w", FileContent.of(file)));
    ModelFiles brokenFile = ModelFiles.lone(FileContent.of(file));
    Files.writeString(file, "two");
    write("older", ModelFiles.tree(Map.of("w", FileContent.of(bytes("older")))));
    write("older.mlmodel", ModelFiles.lone(bytes("older")));
    List<String> before = visible();

    for (String name : List.of("older", "fresh")) {
      assertThatThrownBy(() -> write(name, broken)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> write(name + ".mlmodel", brokenFile))
          .isInstanceOf(IOException.class);
    }
    assertThat(visible()).isEqualTo(before);
    assertThat(Files.readString(folder.resolve("older/w"))).isEqualTo("older");
    assertThat(Files.readString(folder.resolve("older.mlmodel"))).isEqualTo("older");
  }

  @Test
  void whatLiesReadyReplacesNothingUntilItIsTold() throws IOException {
    Map<String, ModelFiles> models =
        Map.of("net.mlmodel", ModelFiles.lone(bytes("new")), "net.mlpackage", tree("new"));
    write("net.mlmodel", ModelFiles.lone(bytes("old")));
    write("net.mlpackage", tree("old"));
    List<String> before = visible();
    for (Map.Entry<String, ModelFiles> model : models.entrySet()) {
      ModelFiles older = read(model.getKey());
      ModelStorage storage = storage(ModelStorage.LARGEST_IN_MEMORY);
      storage.prepare(location(model.getKey()), model.getValue()).discard();
      assertThat(visible()).isEqualTo(before);
      ReadyFiles ready = storage.prepare(location(model.getKey()), model.getValue());
      assertThat(read(model.getKey())).isEqualTo(older);
      ready.replace();
      assertThat(read(model.getKey())).isEqualTo(model.getValue());
      ready.discard();
      assertThat(read(model.getKey())).isEqualTo(model.getValue());
      assertThat(visible()).isEqualTo(before);
    }
  }

  @Test
  void aFolderOfOtherThingsIsLeftAlone() throws IOException {
    Path home = Files.createDirectories(folder.resolve("home/.git"));
    Files.writeString(home.resolve("config"), "mine");
    assertThatThrownBy(() -> write("home", tree("one")))
        .isInstanceOf(IOException.class)
        .hasMessage("a folder with other files is there, such as '.git/config'");
    assertThat(visible()).containsExactly("home/.git/config");
  }

  @Test
  void whatFileSystemsPutThereIsNoPartOfTheModel() throws IOException {
    write("net.mlpackage", tree("one"));
    Files.writeString(folder.resolve("net.mlpackage/.DS_Store"), "a window's place");
    Files.writeString(folder.resolve("net.mlpackage/Data/.DS_Store"), "another's");
    assertThat(read("net.mlpackage")).isEqualTo(tree("one"));
    write("net.mlpackage", tree("two"));
    assertThat(read("net.mlpackage")).isEqualTo(tree("two"));
  }

  @Test
  void whatIsNotThereOrHoldsNothingIsRefused() throws IOException {
    assertThatThrownBy(() -> read("nothing")).isInstanceOf(IOException.class);
    Files.createDirectory(folder.resolve("empty"));
    assertThatThrownBy(() -> read("empty"))
        .isInstanceOf(IOException.class)
        .hasMessage("a model of no files has no content.");
  }

  @Test
  void linksThatLeadInACircleEnd() throws IOException {
    Path loop = Files.createDirectories(folder.resolve("loop/inner"));
    Files.createSymbolicLink(loop.resolve("again"), folder.resolve("loop"));
    assertThatThrownBy(() -> read("loop")).isInstanceOf(IOException.class);
  }

  private void write(String name, ModelFiles model) throws IOException {
    storage(ModelStorage.LARGEST_IN_MEMORY).write(location(name), model);
  }

  private ModelFiles read(String name) throws IOException {
    return storage(ModelStorage.LARGEST_IN_MEMORY).read(location(name));
  }

  /** All files in the folder but Hadoop's checksums. */
  private List<String> visible() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .filter(file -> !file.endsWith(".crc"))
          .sorted()
          .toList();
    }
  }

  private static ModelFiles tree(String weights) {
    return ModelFiles.tree(
        Map.of(
            "Manifest.json",
            FileContent.of(bytes("manifest")),
            "Data/a b+ä/weight.bin",
            FileContent.of(bytes(weights))));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static ModelFiles travelled(ModelFiles model) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(model);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (ModelFiles) in.readObject();
    }
  }
}
