package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.jobs.page.ReportFixture;
import org.quantsweep.jobs.page.ReportPage;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.bundle.BundleFile;

class ReportCommandTest {
  @TempDir Path folder;
  private ReportFixture.Made made;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void writeFiles() throws Exception {
    made = ReportFixture.of(ReportFixture.Kind.CLASSIFIER, 4, 100, 2).make();
    Files.writeString(folder.resolve("result.json"), ResultFile.toJson(made.result()));
    Files.writeString(folder.resolve("evidence.json"), BundleFile.toJson(made.evidence()));
  }

  private int run(String... arguments) {
    return QuantSweep.run(new PrintWriter(out), new PrintWriter(err), arguments);
  }

  @Test
  void thePageLiesBesideTheResult() throws Exception {
    assertThat(run("report", folder.toString())).isZero();
    assertThat(Files.readString(folder.resolve("report.html")))
        .isEqualTo(ReportPage.of(made.result(), made.evidence()));
    assertThat(out.toString()).matches("Wrote \\Q" + folder + "\\E/report.html, [0-9.]+ KB\n");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void anAddressWithASchemeIsReadAndAnotherFileIsWritten() throws Exception {
    Path file = folder.resolve("page.html");
    assertThat(run("report", folder.toUri().toString(), "--output", file.toString(), "--json"))
        .isZero();
    assertThat(file).exists();
    assertThat(folder.resolve("report.html")).doesNotExist();
    assertThat(new ObjectMapper().readTree(out.toString()))
        .isEqualTo(
            new ObjectMapper()
                .readTree("{\"report\": \"" + file + "\", \"bytes\": " + Files.size(file) + "}"));
  }

  @Test
  void withoutEvidenceThereIsNoPage() throws Exception {
    Files.delete(folder.resolve("evidence.json"));
    assertThat(run("report", folder.toString())).isEqualTo(4);
    assertThat(err.toString())
        .isEqualTo(
            folder
                + ": there is no evidence.json here: this sweep was run with --no-report, or by an"
                + " earlier version.\n"
                + "Maybe give the sweep's command again: it takes over the stored evaluations.\n");
  }

  @Test
  void withoutAResultThereIsNoPage() throws Exception {
    Files.delete(folder.resolve("result.json"));
    assertThat(run("report", folder.toString())).isEqualTo(4);
    assertThat(err.toString())
        .isEqualTo(
            folder
                + ": there is no result.json here: no sweep has ended with this output folder.\n"
                + "Maybe name the folder that a sweep wrote with --output.\n");
  }

  @Test
  void filesOfTwoRunsAreNotMixed() throws Exception {
    String other = "0".repeat(64);
    Files.writeString(
        folder.resolve("evidence.json"),
        BundleFile.toJson(made.evidence()).replace(made.result().sweepDigest(), other));
    assertThat(run("report", folder.toString())).isEqualTo(4);
    assertThat(err.toString())
        .isEqualTo(
            folder
                + ": result.json (sweep "
                + made.result().sweepDigest()
                + ", run '') and evidence.json (sweep "
                + other
                + ", run '') must belong to one run.\n"
                + "Maybe wait until the sweep that writes here has ended, or give it again.\n");
    assertThat(folder.resolve("report.html")).doesNotExist();
  }

  @Test
  void damagedEvidenceIsBadInput() throws Exception {
    Files.writeString(folder.resolve("evidence.json"), "{\"schemaVersion\": ");
    assertThat(run("report", folder.toString())).isEqualTo(4);
    assertThat(err.toString())
        .startsWith(folder.resolve("evidence.json") + ": this is no sweep's evidence (")
        .endsWith(").\nMaybe name the folder that a sweep wrote with --output.\n");
  }
}
