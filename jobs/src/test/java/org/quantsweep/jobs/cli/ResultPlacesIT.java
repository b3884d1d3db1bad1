package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where results lie, as people name it: by paths from where they are, which Hadoop would take for
 * addresses, and with the permissions of all their files.
 */
class ResultPlacesIT {
  private static final Path SAMPLE = Path.of("../datasets/src/main/sample").toAbsolutePath();

  @TempDir static Path folder;

  private static String run(String... arguments) throws Exception {
    Path said = folder.resolve("said");
    int code =
        CommandProcess.of(
                folder,
                QuantSweep.class,
                List.of("sh", "-c", "umask 027 && exec \"$@\"", "sh"),
                List.of(arguments))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start()
            .waitFor();
    assertThat(code).as(Files.readString(said)).isZero();
    return Files.readString(said);
  }

  @BeforeAll
  static void sweepAndPublish() throws Exception {
    Path pictures = Files.createDirectory(folder.resolve("pictures 12:30"));
    for (int i = 0; i < 9; i++) {
      Files.copy(SAMPLE.resolve("pictures/tee/tee-00" + i + ".jpg"), pictures.resolve(i + ".jpg"));
    }
    Files.copy(SAMPLE.resolve("shapes.mlmodel"), folder.resolve("model:1.mlmodel"));
    run(
        "sweep",
        "--model",
        "model:1.mlmodel",
        "--samples",
        "pictures 12:30",
        "--schemes",
        "linear:8",
        "--agreement",
        "0.1",
        "--evaluations",
        "all:1/evaluations",
        "--output",
        "all:1/out");
    run("registry", "publish", "all:1/out", "all:1/registry/net");
  }

  /**
   * Java's own files and Hadoop's: the folder, its tables with the samples' contents, a version.
   */
  @Test
  void everyFileAndFolderHasThePermissionsThatTheUmaskLeaves() throws Exception {
    try (var all = Files.walk(folder.resolve("all:1"))) {
      assertThat(all.toList())
          .hasSizeGreaterThan(20)
          .allSatisfy(
              path ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                      .as(path.toString())
                      .isEqualTo(Files.isDirectory(path) ? "rwxr-x---" : "rw-r-----"));
    }
  }

  @Test
  void aRelativePathMayHaveAColon() throws Exception {
    assertThat(folder.resolve("all:1/out/report.html")).isRegularFile();
    assertThat(folder.resolve("all:1/evaluations/_delta_log")).isDirectory();
    assertThat(run("result", "all:1/out")).contains("\nSelected linear:8: ");
    assertThat(run("registry", "list", "all:1/registry"))
        .isEqualTo("net: 1 version, challenger 1\n");
    assertThat(run("report", "all:1/out", "--output", "page:1.html")).doesNotContain("Maybe");
    assertThat(folder.resolve("page:1.html"))
        .hasSameBinaryContentAs(folder.resolve("all:1/out/report.html"));
  }

  @Test
  void aTableMayHaveOneToo() throws Exception {
    String table = "all:1/out/samples";
    assertThat(run("compare", "model:1.mlmodel", "model:1.mlmodel", "--samples", table))
        .contains("top-1: 9 of 9 samples agree ");
  }
}
