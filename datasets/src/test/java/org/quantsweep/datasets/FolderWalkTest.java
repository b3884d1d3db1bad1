package org.quantsweep.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.BadInputException;

/** Folders that a plain walk would not come out of. */
@Timeout(60)
class FolderWalkTest {
  private static final Path PICTURE = Path.of("src/test/resources/pictures/rgb-444.jpg");

  @TempDir Path folder;

  static Path pipe(Path place) throws Exception {
    new ProcessBuilder("mkfifo", place.toString()).start().waitFor();
    return place;
  }

  @Test
  void linksAreFollowedButNotInCircles() throws Exception {
    Files.createDirectories(folder.resolve("in/deep"));
    Files.createDirectories(folder.resolve("beside"));
    Files.copy(PICTURE, folder.resolve("in/deep/a.jpg"));
    Files.copy(PICTURE, folder.resolve("beside/b.jpg"));
    Files.createSymbolicLink(folder.resolve("in/deep/up"), folder.resolve("in"));
    Files.createSymbolicLink(folder.resolve("in/link"), folder.resolve("beside"));
    Files.createSymbolicLink(folder.resolve("in/c.jpg"), folder.resolve("beside/b.jpg"));
    Files.createSymbolicLink(folder.resolve("in/gone.jpg"), folder.resolve("nothing.jpg"));
    pipe(folder.resolve("in/pipe.jpg"));

    FolderWalk walk = FolderWalk.of(folder.resolve("in"));

    assertThat(walk.files())
        .extracting(file -> folder.relativize(file.path()).toString())
        .containsExactlyInAnyOrder("in/deep/a.jpg", "in/link/b.jpg", "in/c.jpg");
    assertThat(walk.files())
        .allSatisfy(file -> assertThat(file.length()).isEqualTo(Files.size(PICTURE)));
    assertThat(walk.passedOver())
        .containsExactly(
            "left out: deep/up: this link leads back to a folder around it",
            "left out: gone.jpg: this link leads nowhere",
            "left out: pipe.jpg: this is no file, but a pipe, a socket or a device");
  }

  @Test
  void samplesAreThoseOfTheWalk() throws Exception {
    Files.copy(PICTURE, folder.resolve("a.jpg"));
    Files.createSymbolicLink(folder.resolve("again"), folder);
    pipe(folder.resolve("b.jpg"));
    LocalSamples samples = LocalSamples.read(folder, IngestLimits.DEFAULT);
    assertThat(samples.index().total()).isEqualTo(1);
    assertThat(samples.remarks())
        .isEqualTo(
            List.of(
                "left out: again: this link leads back to a folder around it",
                "left out: b.jpg: this is no file, but a pipe, a socket or a device"));
  }

  @Test
  void aPipeIsNoSource() throws Exception {
    Path pipe = pipe(folder.resolve("b.jpg"));
    assertThatThrownBy(() -> LocalSamples.read(pipe, IngestLimits.DEFAULT))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "samples '"
                + pipe
                + "': this is neither a file nor a folder, but a pipe, a socket or a device.\n"
                + "Maybe write its content into a file first.");
  }
}
