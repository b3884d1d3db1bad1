package org.quantsweep.jobs.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.UsageException;

class MlflowCredentialsTest {
  private static final String FILE =
      """
      [other]
      mlflow_tracking_username = nobody
      [mlflow]
      mlflow_tracking_username = ann
      MLFLOW_TRACKING_PASSWORD = from=file
      """;

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("credentials");
  }

  @Test
  void withoutAnyThereIsNoHeader() {
    MlflowCredentials nobody = MlflowCredentials.of(Map.of(), file);
    assertThat(nobody.header()).isEmpty();
    assertThat(nobody).hasToString("nobody");
  }

  @Test
  void aPasswordGoesBeforeAToken() {
    MlflowCredentials both =
        MlflowCredentials.of(
            Map.of(
                "MLFLOW_TRACKING_USERNAME", "Aladdin",
                "MLFLOW_TRACKING_PASSWORD", "open sesame",
                "MLFLOW_TRACKING_TOKEN", "t0ken"),
            file);
    // The example of RFC 7617, section 2.
    assertThat(both.header()).contains("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    assertThat(both).hasToString("Basic ***");
    MlflowCredentials token =
        MlflowCredentials.of(
            Map.of("MLFLOW_TRACKING_USERNAME", "Aladdin", "MLFLOW_TRACKING_TOKEN", "t0ken"), file);
    assertThat(token.header()).contains("Bearer t0ken");
    assertThat(token).hasToString("Bearer ***");
  }

  @Test
  void theFileFillsInWhatTheEnvironmentLacks() throws IOException {
    Files.writeString(file, FILE);
    assertThat(MlflowCredentials.of(Map.of(), file).header())
        .contains("Basic YW5uOmZyb209ZmlsZQ==");
    assertThat(MlflowCredentials.of(Map.of("MLFLOW_TRACKING_PASSWORD", "x"), file).header())
        .contains("Basic YW5uOng=");
  }

  @Test
  void whatTheServerRepeatsIsHidden() {
    MlflowCredentials basic =
        MlflowCredentials.of(
            Map.of("MLFLOW_TRACKING_USERNAME", "ann", "MLFLOW_TRACKING_PASSWORD", "s3cret"), file);
    assertThat(basic.hiddenIn("Basic YW5uOnMzY3JldA== is ann with s3cret"))
        .isEqualTo("Basic *** is ann with ***");
  }

  @Test
  void whatNoHeaderCarriesIsRefusedWithoutShowingIt() throws IOException {
    for (String token : new String[] {"one\r\ntwo", "one two", "t\u20acken"}) {
      assertThatThrownBy(() -> MlflowCredentials.of(Map.of("MLFLOW_TRACKING_TOKEN", token), file))
          .isInstanceOf(UsageException.class)
          .hasMessage(
              "MLFLOW_TRACKING_TOKEN holds characters that an HTTP header cannot carry (its value"
                  + " is not shown).\nMaybe set it again, without spaces, line ends, colons or"
                  + " letters beyond ASCII.");
    }
    Files.writeString(file, "[mlflow]\nmlflow_tracking_password = a\tb\n");
    assertThatThrownBy(() -> MlflowCredentials.of(Map.of("MLFLOW_TRACKING_USERNAME", "ann"), file))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            file
                + ": mlflow_tracking_password holds characters that an HTTP header cannot carry"
                + " (its value is not shown).\n"
                + "Maybe set it again, without spaces, line ends, colons or letters beyond ASCII.");
  }

  @Test
  void aFileThatIsTooLargeIsRefused() throws IOException {
    Files.write(file, new byte[65537]);
    assertThatThrownBy(() -> MlflowCredentials.of(Map.of(), file))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            file
                + ": this file of credentials is larger than 65536 bytes.\nMaybe it is another"
                + " file: move it away.");
  }
}
