package org.quantsweep.jobs.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.jobs.page.ReportPage;
import org.quantsweep.registry.EvidenceFile;
import org.quantsweep.registry.ModelName;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.SweepResult;
import org.quantsweep.report.bundle.BundleFile;
import org.quantsweep.report.bundle.EvidenceBundle;

/** A model is published with the page that shows why it was chosen. */
class PublishReportTest {
  private static final Path KEPT = Path.of("src/test/resources/report/shapes");
  private static final String MODEL = "the bytes of a model";

  @TempDir Path folder;

  /** A kept sweep whose chosen model is a text; that takes no megabytes here. */
  static Path sweep(Path output) throws IOException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode result = (ObjectNode) json.readTree(KEPT.resolve(ResultFile.NAME).toFile());
    ObjectNode selected = (ObjectNode) result.path("selected");
    selected.put("sha256", Sha256Digest.ofText(MODEL).hex()).put("encodedSize", MODEL.length());
    Files.createDirectories(output);
    Files.writeString(output.resolve(selected.path("file").textValue()), MODEL);
    Files.writeString(output.resolve(ResultFile.NAME), result.toString());
    Files.writeString(output.resolve(result.path("recipe").path("file").textValue()), "a recipe");
    Files.copy(
        KEPT.resolve(EvidenceBundle.FILE),
        output.resolve(EvidenceBundle.FILE),
        StandardCopyOption.REPLACE_EXISTING);
    return output;
  }

  private SweepResult publish(Path output) throws IOException {
    SweepResult result =
        ResultFile.fromJson(Files.readString(output.resolve(ResultFile.NAME)), "result");
    return PublishSweep.publish(
        output.toString(), result, folder.resolve("registry") + "/shapes", new Configuration());
  }

  private List<EvidenceFile> evidence() {
    return new HadoopModelRegistry(folder.resolve("registry").toString(), new Configuration())
        .evidence(new ModelName("shapes"), 1);
  }

  @Test
  void thePageGoesWithTheEvidenceAndIsMadeAgainWhereItTellsTheVersion() throws Exception {
    Path output = sweep(folder.resolve("out"));
    String text = Files.readString(output.resolve(EvidenceBundle.FILE));
    EvidenceBundle bundle = BundleFile.fromJson(text, "evidence");
    SweepResult published = publish(output);
    SweepResult unpublished = published.withPublished(null);
    assertThat(published.published().version()).isEqualTo(1);
    assertThat(evidence())
        .containsExactly(
            new EvidenceFile("evidence.json", text),
            new EvidenceFile("recipe.yaml", "a recipe"),
            new EvidenceFile("report.html", ReportPage.of(unpublished, bundle)),
            new EvidenceFile("result.json", ResultFile.toJson(unpublished)));
    assertThat(output.resolve(ReportPage.FILE))
        .hasContent(ReportPage.of(published, bundle))
        .content()
        .isNotEqualTo(ReportPage.of(unpublished, bundle));
    // Once more is the same version, and the same page.
    assertThat(publish(output).published()).isEqualTo(published.published());
    assertThat(output.resolve(ReportPage.FILE)).hasContent(ReportPage.of(published, bundle));
  }

  @Test
  void evidenceOfAnotherRunIsNoneOfThisOne() throws Exception {
    Path output = sweep(folder.resolve("out"));
    Path file = output.resolve(EvidenceBundle.FILE);
    Files.writeString(
        file, Files.readString(file).replace("\"runId\":\"\"", "\"runId\":\"another\""));
    publish(output);
    assertThat(evidence())
        .extracting(EvidenceFile::name)
        .containsExactly("recipe.yaml", "result.json");
    assertThat(output.resolve(ReportPage.FILE)).doesNotExist();
  }

  @Test
  void aSweepWithoutAReportIsPublishedWithoutOne() throws Exception {
    Path output = sweep(folder.resolve("out"));
    Files.delete(output.resolve(EvidenceBundle.FILE));
    publish(output);
    assertThat(evidence())
        .extracting(EvidenceFile::name)
        .containsExactly("recipe.yaml", "result.json");
  }
}
