package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.quantsweep.testing.PythonEnvironment;

/**
 * Names of files as people have them, by the launcher, in the locale of cron and in that of a
 * desktop: every character of what is said and found is the same.
 */
class FieldLocalesIT {
  private static final Path SAMPLE = Path.of("../datasets/src/main/sample").toAbsolutePath();
  private static final List<String> LOCALES = List.of("C", "C.UTF-8");
  private static final String ODD = "Größe 12:30:05 図.jpg";

  @TempDir static Path folder;

  private static LauncherClone clone;
  private static String model;

  /** What a command printed, and its exit code. */
  private record Ran(int code, String out, String err) {}

  @BeforeAll
  static void makeClone() throws IOException {
    clone = new LauncherClone(Files.createDirectory(folder.resolve("clone")));
    Path target = PythonEnvironment.repository("jobs/target");
    Files.createSymbolicLink(clone.jar(), target.resolve(clone.jar().getFileName()));
    Files.createSymbolicLink(clone.spark(), target.resolve("spark"));
    Path named = folder.resolve("Formen 形:1.mlmodel");
    Files.copy(SAMPLE.resolve("shapes.mlmodel"), named);
    model = named.toString();
  }

  private static Ran run(String locale, String... arguments) throws Exception {
    Path out = folder.resolve("out-" + locale);
    Path err = folder.resolve("err-" + locale);
    int code =
        clone
            .command(
                Map.of(
                    "LC_ALL", locale,
                    "QUANTSWEEP_CLASS_ARCHIVE", "no",
                    "QUANTSWEEP_JAVA_OPTIONS", "-Xmx1g"),
                List.of(arguments))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start()
            .waitFor();
    // Whatever the locale is, what is said is UTF-8.
    return new Ran(code, Files.readString(out), Files.readString(err));
  }

  /** The same command in each locale, which must not be told from the other. */
  private static Ran everywhere(String... arguments) throws Exception {
    Ran first = run(LOCALES.get(0), arguments);
    assertThat(run(LOCALES.get(1), arguments)).isEqualTo(first);
    return first;
  }

  @Test
  void aModelIsRunAndWhatIsMissingIsNamed() throws Exception {
    Path picture = folder.resolve(ODD);
    Files.copy(SAMPLE.resolve("pictures/tee/tee-000.jpg"), picture);
    Ran ran = everywhere("predict", model, "--input", "image=" + picture);
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out()).contains("tee");
    String missing = folder.resolve("fehlt 無:1.mlmodel").toString();
    assertThat(everywhere("predict", missing, "--input", "image=" + picture))
        .isEqualTo(
            new Ran(
                4,
                "",
                missing
                    + ": there is no such file.\n"
                    + "Maybe the path is misspelt, or relative to another folder.\n"));
  }

  static List<FieldCaseRows.Row> rows() {
    return FieldCaseRows.all();
  }

  /** The field's cases, in folders whose names are beyond the locale's characters. */
  @ParameterizedTest
  @MethodSource("rows")
  void theFieldsCasesSayAndWriteTheSame(FieldCaseRows.Row row) throws Exception {
    Path cases = folder.resolve("Fälle 例");
    if (Files.notExists(cases)) {
      Files.createSymbolicLink(cases, FieldCaseRows.folder());
    }
    for (String locale : LOCALES) {
      Path written = Files.createTempDirectory(folder, "written");
      Path output = Files.createDirectory(written.resolve("Ausgabe 出")).resolve("file");
      Ran ran = run(locale, row.arguments(cases, output));
      row.require(ran.code(), ran.out() + ran.err(), cases, output);
    }
  }

  @Test
  void aFolderIsTakenAndAnswersTheSame() throws Exception {
    Path pictures = Files.createDirectory(folder.resolve("Bilder 12:30 図"));
    int number = 0;
    try (var all = Files.walk(SAMPLE.resolve("pictures"))) {
      List<Path> files = all.filter(Files::isRegularFile).sorted().toList();
      for (int i = 0; i < files.size(); i += 100) {
        Files.copy(files.get(i), pictures.resolve(number++ + ODD));
      }
    }
    // Without its end marker, so that something is said of it.
    Path first = pictures.resolve(0 + ODD);
    byte[] jpeg = Files.readAllBytes(first);
    jpeg[jpeg.length - 2] = 0;
    jpeg[jpeg.length - 1] = 0;
    Files.write(first, jpeg);
    List<JsonNode> results = new ArrayList<>();
    for (String locale : LOCALES) {
      Path output = folder.resolve("Ergebnis 結果 " + locale);
      Ran ran =
          run(
              locale,
              "sweep",
              "--model",
              model,
              "--samples",
              pictures.toString(),
              "--schemes",
              "linear:8",
              "--agreement",
              "0.5",
              "--output",
              output.toString());
      assertThat(ran.code()).as(ran.err()).isZero();
      assertThat(ran.err())
          .contains(
              0 + ODD + ": the JPEG has no end marker (FFD9), but all of its rows are there\n");
      byte[] written = Files.readAllBytes(output.resolve("result.json"));
      results.add(new ObjectMapper().readTree(new String(written, StandardCharsets.UTF_8)));
    }
    for (String path : List.of("/samples", "/candidates", "/selected", "/sourceModel")) {
      assertThat(results.get(0).at(path)).isEqualTo(results.get(1).at(path));
    }
    assertThat(results.get(0).at("/samples/n").asInt()).isEqualTo(number);
    assertThat(results.get(0).at("/samples/quarantined").asInt()).isZero();
    assertThat(results.get(0).at("/samples/setDigest").asText()).hasSize(64);
    assertThat(results.get(0).at("/sourceModel/name").asText()).isEqualTo("Formen 形:1.mlmodel");
  }
}
