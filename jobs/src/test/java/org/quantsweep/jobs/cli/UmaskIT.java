package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only its user may read gives results that only its user may read. */
class UmaskIT {
  private static final Path SAMPLE = Path.of("../datasets/src/main/sample").toAbsolutePath();

  @TempDir Path folder;

  private void run(String... arguments) throws Exception {
    Path said = folder.resolve("said");
    int code =
        CommandProcess.of(
                folder,
                QuantSweep.class,
                List.of("sh", "-c", "umask 027 && exec \"$@\"", "sh"),
                List.of(arguments))
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start()
            .waitFor();
    assertThat(code).as(Files.readString(said)).isZero();
  }

  /**
   * Java's own files and Hadoop's: the folder, its tables with the samples' contents, a version.
   */
  @Test
  void everyFileAndFolderHasThePermissionsThatTheUmaskLeaves() throws Exception {
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    for (int i = 0; i < 9; i++) {
      Files.copy(SAMPLE.resolve("pictures/tee/tee-00" + i + ".jpg"), pictures.resolve(i + ".jpg"));
    }
    Path output = folder.resolve("all/out");
    run(
        "sweep",
        "--model",
        SAMPLE.resolve("shapes.mlmodel").toString(),
        "--samples",
        pictures.toString(),
        "--schemes",
        "linear:8",
        "--agreement",
        "0.1",
        "--output",
        output.toString());
    run("registry", "publish", output.toString(), folder.resolve("all/registry/net").toString());
    try (var all = Files.walk(folder.resolve("all"))) {
      assertThat(all.toList())
          .hasSizeGreaterThan(20)
          .allSatisfy(
              path ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                      .as(path.toString())
                      .isEqualTo(Files.isDirectory(path) ? "rwxr-x---" : "rw-r-----"));
    }
  }
}
