package org.quantsweep.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.digest.ByteSize;

class ModelFilesTest {
  @TempDir Path folder;

  @Test
  void aLoneFileHasItsOwnDigestAndSize() {
    // FIPS 180-4's example.
    ModelFiles model = ModelFiles.lone(bytes("abc"));
    assertThat(model.digest().hex())
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assertThat(model.size()).isEqualTo(new ByteSize(3));
    assertThat(model.isLone()).isTrue();
    assertThat(model.files()).containsOnlyKeys("");
    assertThat(model.content().digest()).isEqualTo(model.digest());
  }

  @Test
  void aTreesDigestCoversItsFramedPathsAndDigests() throws Exception {
    ModelFiles model =
        ModelFiles.tree(
            Map.of(
                "b/größe.bin",
                content("two"),
                "a.json",
                content("one"),
                "b.txt",
                content("three")));
    // '.' is before '/', and both before letters.
    String expected =
        framed("a.json", sha256("one"), "b.txt", sha256("three"), "b/größe.bin", sha256("two"));
    assertThat(model.digest().hex()).isEqualTo(expected);
    assertThat(model.size()).isEqualTo(new ByteSize(11));
    assertThat(model.isLone()).isFalse();
    assertThat(model.files().keySet()).containsExactly("a.json", "b.txt", "b/größe.bin");
  }

  @Test
  void aTreeOfOneFileIsNotThatFile() throws Exception {
    ModelFiles tree = ModelFiles.tree(Map.of("model", content("abc")));
    assertThat(tree.digest().hex()).isEqualTo(framed("model", sha256("abc")));
    assertThat(tree).isNotEqualTo(ModelFiles.lone(bytes("abc")));
    assertThatThrownBy(tree::content)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a model of 1 files is not one file.");
  }

  @Test
  void theOrderOfFilesDoesNotCount() {
    Map<String, FileContent> forward = new LinkedHashMap<>();
    Map<String, FileContent> backward = new LinkedHashMap<>();
    for (int i = 0; i < 9; i++) {
      forward.put("file" + i, content("content " + i));
      backward.put("file" + (8 - i), content("content " + (8 - i)));
    }
    assertThat(ModelFiles.tree(forward)).isEqualTo(ModelFiles.tree(backward));
    assertThat(ModelFiles.tree(forward)).hasSameHashCodeAs(ModelFiles.tree(backward));
    backward.put("file3", content("content 4"));
    assertThat(ModelFiles.tree(forward)).isNotEqualTo(ModelFiles.tree(backward));
  }

  @Test
  void whatIsGivenMayChangeAfterwards() {
    Map<String, FileContent> files = new HashMap<>(Map.of("a", content("one")));
    ModelFiles model = ModelFiles.tree(files);
    files.put("b", content("two"));
    assertThat(model.files()).containsOnlyKeys("a");
    assertThatThrownBy(() -> model.files().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "../a",
        "a/../../b",
        "a/./b",
        "C:a",
        "a\\b",
        "..\\a",
        "a\nb",
        "a\u0000",
        "a\u007f",
        "half \ud83d of a character"
      })
  void aPathThatMayLeaveTheFolderIsRefused(String path) {
    assertThat(ModelFiles.isInside(path)).isFalse();
    assertThatThrownBy(() -> ModelFiles.tree(Map.of(path, content("x"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("path (" + path + ") must stay within the model's folder.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "..a", "a..", ".hidden", "Data/com.apple.CoreML/weights/w.bin", "ä b"})
  void otherPathsAreTaken(String path) {
    assertThat(ModelFiles.tree(Map.of(path, content("x"))).files()).containsOnlyKeys(path);
  }

  @Test
  void pathsHaveALongestLength() {
    String longest = "x".repeat(ModelFiles.LONGEST_PATH);
    assertThat(ModelFiles.isInside(longest)).isTrue();
    assertThat(ModelFiles.isInside(longest + "x")).isFalse();
  }

  @Test
  void aFileInAFileIsRefused() {
    assertThatThrownBy(
            () ->
                ModelFiles.tree(
                    Map.of("a", content("x"), "a.b", content("y"), "a/b/c", content("z"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("path (a/b/c) lies in a file, not in a folder.");
  }

  @Test
  void aTreeHasAtLeastOneFileAndNotTooMany() {
    assertThatThrownBy(() -> ModelFiles.tree(Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a model of no files has no content.");
    Map<String, FileContent> files = new HashMap<>();
    FileContent same = content("x");
    for (int i = 0; i < 10_000; i++) {
      files.put("f" + i, same);
    }
    assertThat(ModelFiles.tree(files).size()).isEqualTo(new ByteSize(10_000));
    files.put("one more", same);
    assertThatThrownBy(() -> ModelFiles.tree(files))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a model of 10001 files has more than 10000.");
  }

  @Test
  void aModelTravels() throws Exception {
    Path file = Files.writeString(folder.resolve("w.bin"), "on this machine");
    ModelFiles model =
        ModelFiles.tree(Map.of("a", content("in memory"), "b/c", FileContent.of(file)));
    ModelFiles arrived = travelled(model);
    assertThat(arrived).isEqualTo(model);
    assertThat(arrived.size()).isEqualTo(model.size());
    assertThat(read(arrived, "a")).isEqualTo("in memory");
    assertThat(read(arrived, "b/c")).isEqualTo("on this machine");
    Files.writeString(file, "on this Machine");
    assertThatThrownBy(() -> read(arrived, "b/c")).isInstanceOf(IOException.class);
  }

  @Test
  void aModelInMemoryNeedsItsFilesNoMore() throws IOException {
    Path file = Files.writeString(folder.resolve("w.bin"), "on this machine");
    ModelFiles model = ModelFiles.tree(Map.of("a", content("memory"), "b/c", FileContent.of(file)));
    ModelFiles here = model.inMemory(new ByteSize(21));
    assertThatThrownBy(() -> model.inMemory(new ByteSize(20)))
        .isInstanceOf(IOException.class)
        .hasMessage("its 21 bytes are more than 20 bytes");
    Files.delete(file);
    assertThat(here).isEqualTo(model);
    assertThat(read(here, "b/c")).isEqualTo("on this machine");
    assertThat(here.files().get("a")).isSameAs(model.files().get("a"));
    assertThat(ModelFiles.lone(bytes("x")).inMemory(new ByteSize(1)).isLone()).isTrue();
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

  private static String read(ModelFiles model, String path) throws IOException {
    return new String(model.files().get(path).readAll(new ByteSize(100)), StandardCharsets.UTF_8);
  }

  private static FileContent content(String text) {
    return FileContent.of(bytes(text));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String sha256(String text) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes(text)));
  }

  /** SHA-256 of texts, each after its length in bytes as a 32-bit big-endian number. */
  private static String framed(String... texts) throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (String text : texts) {
      digest.update(ByteBuffer.allocate(4).putInt(bytes(text).length).array());
      digest.update(bytes(text));
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
