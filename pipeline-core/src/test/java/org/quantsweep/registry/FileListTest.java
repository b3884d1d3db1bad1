package org.quantsweep.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;

class FileListTest {
  private static final ModelFiles MODEL =
      ModelFiles.tree(Map.of("b/c", content("abc"), "a", content("")));

  @Test
  void theListSaysPathsSizesAndDigestsInOneOrder() {
    assertThat(FileList.of(MODEL).toJson().toString())
        .isEqualTo(
            "[{\"path\":\"a\",\"encodedSize\":0,\"sha256\":"
                + "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"},"
                + "{\"path\":\"b/c\",\"encodedSize\":3,\"sha256\":"
                + "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"}]");
  }

  @Test
  void theModelIsMadeOfWhatTheStoreHasAtThosePaths() {
    List<String> asked = new ArrayList<>();
    FileList list = FileList.fromJson(FileList.of(MODEL).toJson());
    ModelFiles found =
        list.model(
            MODEL.digest(),
            MODEL.size(),
            (path, expected) -> {
              asked.add(path + " " + expected.size());
              return MODEL.files().get(path);
            });
    assertThat(found).isEqualTo(MODEL);
    assertThat(asked).containsExactly("a 0 B", "b/c 3 B");
  }

  @Test
  void aListThatSomebodyChangedIsRefused() {
    ArrayNode changed = FileList.of(MODEL).toJson();
    ((ObjectNode) changed.get(1)).put("path", "b/d");
    requireRefusal(changed, "the list of its files is not that of this model.");
    ArrayNode larger = FileList.of(MODEL).toJson();
    ((ObjectNode) larger.get(1)).put("encodedSize", 4);
    requireRefusal(larger, "the list of its files is not that of this model.");
    ArrayNode negative = FileList.of(MODEL).toJson();
    ((ObjectNode) negative.get(1)).put("encodedSize", -1);
    assertThatThrownBy(() -> FileList.fromJson(negative))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"../a", "/etc/passwd", "b/../../c", ""})
  void aPathThatLeavesTheModelIsNotLookedUp(String path) {
    ArrayNode changed = FileList.of(MODEL).toJson();
    ((ObjectNode) changed.get(0)).put("path", path);
    requireRefusal(changed, "path (" + path + ") must stay within the model's folder.");
  }

  private static void requireRefusal(ArrayNode list, String message) {
    assertThatThrownBy(
            () ->
                FileList.fromJson(list)
                    .model(
                        MODEL.digest(),
                        MODEL.size(),
                        (path, expected) -> new Listed(path, expected)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  /** What a registry says without reading it. */
  private record Listed(String path, FileContent.Measured expected) implements FileContent {
    private Listed {
      assertThat(path).doesNotContain("..").doesNotStartWith("/").isNotEmpty();
    }

    @Override
    public ByteSize size() {
      return expected.size();
    }

    @Override
    public Sha256Digest digest() {
      return expected.digest();
    }

    @Override
    public InputStream open() {
      throw new UnsupportedOperationException();
    }
  }

  private static FileContent content(String text) {
    return FileContent.of(text.getBytes(StandardCharsets.UTF_8));
  }
}
