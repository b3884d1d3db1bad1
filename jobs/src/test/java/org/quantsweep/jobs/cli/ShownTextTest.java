package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.coreml.Networks;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.Normalizer;

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
  void whatSparkLogsIsShownSo() throws Exception {
    Path printed = folder.resolve("printed");
    String name = "net\u001b[2J\r\u009b2J\u202e\nQUIET: größe.mlmodel";
    int code =
        CommandProcess.of(
                folder,
                LoggedName.class,
                List.of(),
                List.of(Base64.getEncoder().encodeToString(name.getBytes(StandardCharsets.UTF_8))))
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .start()
            .waitFor();
    String log = Files.readString(printed, Charset.defaultCharset());
    assertThat(code).as(log).isZero();
    String shown = "net\\u001b[2J\\r\\u009b2J\\u202e\\nQUIET: größe.mlmodel";
    // The message first, in one line; behind it the exception.
    assertThat(log.lines().findFirst().orElseThrow())
        .matches("[0-9:]{8} ERROR SparkUncaughtExceptionHandler: .*")
        .contains(shown);
    assertThat(log)
        .contains("IllegalStateException: net\\u001b[2J\\u000d\\u009b2J\\u202e\n")
        .doesNotContainPattern("[\\p{Cntrl}&&[^\n\t]]|[\u0080-\u009f\u202e]");
  }

  @Test
  void bytesOfOneCharacterMayComeOneByOne() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream shown = ShownBytes.over(out, StandardCharsets.UTF_8);
    String text = "a\u001b größe 図 \ud83d\ude00\n";
    for (byte each : text.repeat(2000).getBytes(StandardCharsets.UTF_8)) {
      shown.write(each);
    }
    shown.print(text.repeat(2000));
    shown.flush();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo("a\\u001b größe 図 \ud83d\ude00\n".repeat(4000));
    out.reset();
    shown.write(0x9b);
    shown.println("[2J");
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("\ufffd[2J\n");
  }

  @Test
  void aNameIsNotSeveralLinesOfInspect() throws IOException {
    Model.Builder model =
        Model.newBuilder()
            .setSpecificationVersion(4)
            .setNormalizer(Normalizer.getDefaultInstance());
    model
        .getDescriptionBuilder()
        .addInput(Networks.array("x\ny", 4))
        .addOutput(Networks.array("z\nIt runs.", 4));
    Path file = Files.write(folder.resolve("n.mlmodel"), model.build().toByteArray());
    StringWriter out = new StringWriter();
    QuantSweep.run(
        new PrintWriter(out, true), new PrintWriter(out, true), "inspect", file.toString());
    assertThat(out.toString())
        .contains("\ninput  x\\u000ay: ", "\noutput z\\u000aIt runs.\nlayers {}\n");
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
