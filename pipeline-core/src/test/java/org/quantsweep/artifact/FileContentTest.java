package org.quantsweep.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;

class FileContentTest {
  private static final String JUDGED = "what was judged";
  private static final String CHANGED =
      "'net.mlmodel' is not what was judged: it has changed since";

  @TempDir Path folder;

  @Test
  void contentIsReadAsOftenAsItIsOpened() throws IOException {
    Path file = Files.writeString(folder.resolve("net.mlmodel"), JUDGED);
    for (FileContent content :
        new FileContent[] {
          FileContent.of(JUDGED.getBytes(StandardCharsets.UTF_8)),
          FileContent.of(file),
          FileContent.of(file, Sha256Digest.ofText(JUDGED))
        }) {
      assertThat(content.size()).isEqualTo(new ByteSize(15));
      assertThat(content.digest()).isEqualTo(Sha256Digest.ofText(JUDGED));
      for (int i = 0; i < 2; i++) {
        try (InputStream in = content.open()) {
          assertThat(in.readAllBytes()).asString(StandardCharsets.UTF_8).isEqualTo(JUDGED);
          assertThat(in.read()).isEqualTo(-1);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"what was Judged", "what was judge", "what was judged!", ""})
  void changedContentIsRefusedBeforeItsLastByte(String now) throws IOException {
    Path file = Files.writeString(folder.resolve("net.mlmodel"), JUDGED);
    FileContent content = FileContent.of(file);
    Files.writeString(file, now);

    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    assertThatThrownBy(() -> copy(content, whole))
        .isInstanceOf(IOException.class)
        .hasMessage(CHANGED);
    assertThat(whole.size()).isLessThan(JUDGED.length());
    ByteArrayOutputStream single = new ByteArrayOutputStream();
    assertThatThrownBy(() -> copyBytes(content, single))
        .isInstanceOf(IOException.class)
        .hasMessage(CHANGED);
    assertThat(single.size()).isLessThan(JUDGED.length());
    assertThatThrownBy(() -> skipToTheEnd(content))
        .isInstanceOf(IOException.class)
        .hasMessage(CHANGED);
    assertThatThrownBy(() -> content.readAll(new ByteSize(15)))
        .isInstanceOf(IOException.class)
        .hasMessage(CHANGED);

    Files.writeString(file, JUDGED);
    assertThat(content.readAll(new ByteSize(15)))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(JUDGED);
  }

  @Test
  void emptyContentThatGrewIsRefusedWhenItIsOpenedAndItsFileIsClosed() throws IOException {
    Sha256Digest empty = Sha256Digest.ofText("");
    ByteSize zero = new ByteSize(0);
    assertThat(FileContent.verified(new Watched(""), "net.mlmodel", zero, empty).readAllBytes())
        .isEmpty();
    Watched grown = new Watched("x");
    assertThatThrownBy(() -> FileContent.verified(grown, "net.mlmodel", zero, empty))
        .isInstanceOf(IOException.class)
        .hasMessage(CHANGED);
    assertThat(grown.closed).isTrue();
  }

  @Test
  void whatIsLargerThanTheLimitIsNotReadIntoMemory() throws IOException {
    Path file = Files.writeString(folder.resolve("net.mlmodel"), JUDGED);
    for (FileContent content :
        new FileContent[] {
          FileContent.of(JUDGED.getBytes(StandardCharsets.UTF_8)), FileContent.of(file)
        }) {
      assertThat(content.readAll(new ByteSize(15))).hasSize(15);
      assertThatThrownBy(() -> content.readAll(new ByteSize(14)))
          .isInstanceOf(IOException.class)
          .hasMessage("its 15 bytes are more than 14 bytes");
    }
  }

  @Test
  void streamsAreMeasuredToTheirEnd() throws IOException {
    // NIST's long example: a million times the letter a.
    byte[] bytes = "a".repeat(1_000_000).getBytes(StandardCharsets.US_ASCII);
    FileContent.Measured measured = FileContent.measure(new ByteArrayInputStream(bytes));
    assertThat(measured.size()).isEqualTo(new ByteSize(1_000_000));
    assertThat(measured.digest().hex())
        .isEqualTo("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  }

  private static void copy(FileContent content, ByteArrayOutputStream target) throws IOException {
    try (InputStream in = content.open()) {
      in.transferTo(target);
    }
  }

  private static void copyBytes(FileContent content, ByteArrayOutputStream target)
      throws IOException {
    try (InputStream in = content.open()) {
      for (int b = in.read(); b >= 0; b = in.read()) {
        target.write(b);
      }
    }
  }

  private static void skipToTheEnd(FileContent content) throws IOException {
    try (InputStream in = content.open()) {
      in.skipNBytes(JUDGED.length());
    }
  }

  private static final class Watched extends ByteArrayInputStream {
    private boolean closed;

    private Watched(String text) {
      super(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
      closed = true;
      super.close();
    }
  }
}
