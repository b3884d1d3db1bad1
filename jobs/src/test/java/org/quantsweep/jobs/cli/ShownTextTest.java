package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that would write to a terminal what is not there. */
class ShownTextTest {
  @TempDir Path folder;

  @Test
  void controlCharactersAreShownAndOthersStay() {
    assertThat(shown("a\tb\nc")).isEqualTo("a\tb\nc");
    assertThat(shown("größe 図 \ud83d\ude00")).isEqualTo("größe 図 \ud83d\ude00");
    assertThat(shown("\u001b[31mred\u001b[0m")).isEqualTo("\\u001b[31mred\\u001b[0m");
    assertThat(shown("\r\u0007\b\u007f\u009b2J"))
        .isEqualTo("\\u000d\\u0007\\u0008\\u007f\\u009b2J");
    assertThat(shown("gnp\u202egpj.exe\u2066")).isEqualTo("gnp\\u202egpj.exe\\u2066");
  }

  @Test
  void everythingThatACommandSaysIsShownSo() throws IOException {
    Path file = Files.write(folder.resolve("net\u001b[2J.mlmodel"), new byte[] {1, 2, 3});
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        QuantSweep.run(
            new PrintWriter(out, true), new PrintWriter(err, true), "inspect", file.toString());
    assertThat(code).isEqualTo(4);
    assertThat(err.toString()).startsWith("net\\u001b[2J.mlmodel: ").doesNotContain("\u001b");
    QuantSweep.run(new PrintWriter(out, true), new PrintWriter(err, true), "no\u001bsuch");
    assertThat(err.toString()).contains("no\\u001bsuch").doesNotContain("\u001b");
  }

  @Test
  void jsonStaysTheSameJson() throws IOException {
    String name = "a\u009b\u202e\u001bb";
    String json = shown(CommonOptions.toJson(java.util.Map.of("name", name)));
    assertThat(json).doesNotContain("\u009b").doesNotContain("\u202e");
    assertThat(new ObjectMapper().readTree(json).path("name").textValue()).isEqualTo(name);
  }

  private static String shown(String text) {
    StringWriter out = new StringWriter();
    PrintWriter shown = new PrintWriter(new ShownText(out));
    shown.print(text);
    shown.flush();
    return out.toString();
  }
}
