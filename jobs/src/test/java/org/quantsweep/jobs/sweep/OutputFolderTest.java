package org.quantsweep.jobs.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.job.Recipe;
import org.quantsweep.job.SweepOutput;
import org.quantsweep.jobs.page.ReportPage;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.SweepResult;
import org.quantsweep.report.bundle.BundleFile;
import org.quantsweep.report.bundle.EvidenceBundle;
import org.quantsweep.report.bundle.Explanations;
import org.quantsweep.report.bundle.NetworkEvidence;

class OutputFolderTest {
  private static final String DIGEST = "ab".repeat(32);

  @TempDir private Path temporary;

  private OutputFolder folder() {
    return new OutputFolder(temporary.toString(), new Configuration());
  }

  @Test
  void aModelThatLiesWhereTheChosenOneGoesIsRefusedAndStays() throws IOException {
    Path model = Files.write(temporary.resolve("selected.mlmodel"), new byte[] {1, 2});
    for (String source : List.of(model.toString(), "file:" + model, model.toUri().toString())) {
      assertThatThrownBy(() -> new FolderOutput(folder(), source).begin("selected.mlmodel"))
          .isInstanceOf(UsageException.class)
          .hasMessage(
              source
                  + ": this model lies where the chosen one goes, and would be replaced.\n"
                  + "Maybe copy it, or name another folder with --output.");
    }
    assertThat(model).hasBinaryContent(new byte[] {1, 2});
  }

  @Test
  void aModelThatALinkLeadsToIsRefusedToo() throws IOException {
    Path model = Files.write(temporary.resolve("selected.mlmodel"), new byte[] {1, 2});
    Path link = Files.createSymbolicLink(temporary.resolve("net.mlmodel"), model);
    assertThatThrownBy(() -> new FolderOutput(folder(), link.toString()).begin("selected.mlmodel"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            link
                + ": this model lies where the chosen one goes, and would be replaced.\n"
                + "Maybe copy it, or name another folder with --output.");
    assertThat(model).hasBinaryContent(new byte[] {1, 2});
  }

  @Test
  void anOlderResultStandsUntilTheNewOneReplacesIt() throws IOException {
    older("result.json", "recipe.yaml", "selected.mlmodel", "mine.mlmodel");
    FolderOutput output = new FolderOutput(folder(), temporary.resolve("mine.mlmodel").toString());
    output.begin("selected.mlmodel");
    assertThat(visible())
        .containsExactly("mine.mlmodel", "recipe.yaml", "result.json", "selected.mlmodel");
    for (String name : visible()) {
      assertThat(temporary.resolve(name)).hasContent(name);
    }
    ModelFiles model = ModelFiles.lone(new byte[] {1, 2});
    output.replace(delivery(Optional.of(model), Optional.of(recipe())));
    assertThat(visible())
        .containsExactly("mine.mlmodel", "recipe.yaml", "result.json", "selected.mlmodel");
    assertThat(temporary.resolve("mine.mlmodel")).hasContent("mine.mlmodel");
    assertThat(temporary.resolve("selected.mlmodel")).hasBinaryContent(new byte[] {1, 2});
    assertThat(temporary.resolve("recipe.yaml")).hasContent(recipe().toYaml());
    assertThat(Files.readString(temporary.resolve("result.json")))
        .contains("\"runId\" : \"run 2\"");
  }

  /** What the new result does not name goes with the older one: here the recipe, there all. */
  @Test
  void whatANewResultDoesNotNameGoesWithTheOlderOne() throws IOException {
    older("result.json", "recipe.yaml", "selected.mlmodel");
    FolderOutput output = new FolderOutput(folder(), "elsewhere.mlmodel");
    output.begin("selected.mlmodel");
    output.replace(delivery(Optional.of(ModelFiles.lone(new byte[] {1})), Optional.empty()));
    assertThat(visible()).containsExactly("result.json", "selected.mlmodel");
    output.replace(delivery(Optional.empty(), Optional.empty()));
    assertThat(visible()).containsExactly("result.json");
  }

  @Test
  void whatCannotBeWrittenLeavesTheOlderResultWhole() throws IOException {
    older("result.json", "recipe.yaml", "selected.mlmodel");
    Path source = Files.writeString(temporary.resolve("weights"), "one");
    ModelFiles broken = ModelFiles.lone(FileContent.of(source));
    Files.writeString(source, "two");
    FolderOutput output = new FolderOutput(folder(), "elsewhere.mlmodel");
    output.begin("selected.mlmodel");
    assertThatThrownBy(() -> output.replace(delivery(Optional.of(broken), Optional.of(recipe()))))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            temporary
                + ": the results cannot be written here ('weights' is not what was judged: it has"
                + " changed since).\nMaybe name a writable place with --output.");
    // A folder in the result's place: the model lies ready by then, and goes again.
    Files.delete(temporary.resolve("result.json"));
    Files.createDirectories(temporary.resolve("result.json/inside"));
    assertThatThrownBy(
            () ->
                output.replace(
                    delivery(Optional.of(ModelFiles.lone(new byte[] {1})), Optional.empty())))
        .isInstanceOf(BadInputException.class);
    try (var files = Files.list(temporary)) {
      assertThat(files.filter(file -> !file.toString().endsWith(".crc")))
          .extracting(file -> file.getFileName().toString())
          .containsExactlyInAnyOrder("recipe.yaml", "result.json", "selected.mlmodel", "weights");
    }
  }

  /** Another run's result that came meanwhile is not overwritten by what was published. */
  @Test
  void onlyItsOwnRunsResultIsToldWhereTheModelWasPublished() throws IOException {
    OutputFolder folder = folder();
    folder.replace(delivery(Optional.empty(), Optional.empty()), "elsewhere.mlmodel");
    SweepResult.Published entry = new SweepResult.Published("registry", "net", 1);
    SweepResult standing = result("run 2");
    folder.rewrite(result("run 1").withPublished(entry));
    Path file = temporary.resolve("result.json");
    assertThat(file).hasContent(ResultFile.toJson(standing));
    folder.rewrite(standing.withPublished(entry));
    assertThat(file).hasContent(ResultFile.toJson(standing.withPublished(entry)));
  }

  @Test
  void aModelThatIsATreeIsWrittenAsAFolder() throws IOException {
    ModelFiles tree =
        ModelFiles.tree(
            Map.of(
                "Manifest.json", FileContent.of(new byte[] {1}),
                "Data/weights/weight.bin", FileContent.of(new byte[] {2, 3})));
    FolderOutput output = new FolderOutput(folder(), "elsewhere.mlpackage");
    output.begin("selected.mlpackage");
    SweepOutput.Delivery delivery =
        new SweepOutput.Delivery(
            result("run 2"),
            "selected.mlpackage",
            Optional.of(tree),
            Optional.empty(),
            Optional.empty());
    output.replace(delivery);
    output.replace(delivery);
    Path written = temporary.resolve("selected.mlpackage");
    assertThat(written.resolve("Manifest.json")).hasBinaryContent(new byte[] {1});
    assertThat(written.resolve("Data/weights/weight.bin")).hasBinaryContent(new byte[] {2, 3});
    output.replace(
        new SweepOutput.Delivery(
            result("run 3"),
            "selected.mlpackage",
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
    assertThat(written).doesNotExist();
  }

  @Test
  void theOlderResultsModelOfAnotherFormatGoesToo() throws IOException {
    Path older = temporary.resolve("selected.mlpackage");
    for (String source : List.of("elsewhere.mlmodel", older.toString())) {
      Files.createDirectories(older);
      Files.writeString(older.resolve("Manifest.json"), "{}");
      Files.writeString(
          temporary.resolve("result.json"),
          ResultFile.toJson(result("run 1", chosen("selected.mlpackage"))));
      FolderOutput output = new FolderOutput(folder(), source);
      output.begin("selected.mlmodel");
      output.replace(delivery(Optional.of(ModelFiles.lone(new byte[] {1})), Optional.empty()));
      // The model that the new result is of stays.
      boolean given = source.equals(older.toString());
      assertThat(Files.exists(older)).isEqualTo(given);
      assertThat(temporary.resolve("selected.mlmodel")).hasBinaryContent(new byte[] {1});
    }
  }

  @Test
  void aResultThatNamesOtherFilesTakesNoneAway() throws IOException {
    older("mine.mlmodel");
    for (String named : List.of("mine.mlmodel", "selected./../mine.mlmodel")) {
      Files.writeString(
          temporary.resolve("result.json"), ResultFile.toJson(result("run 1", chosen(named))));
      FolderOutput output = new FolderOutput(folder(), "elsewhere.mlmodel");
      output.begin("selected.mlmodel");
      output.replace(delivery(Optional.empty(), Optional.empty()));
      assertThat(visible()).containsExactly("mine.mlmodel", "result.json");
    }
  }

  @Test
  void theEvidenceComesWithItsResultAndGoesWithIt() throws IOException {
    EvidenceBundle evidence =
        new EvidenceBundle(
            EvidenceBundle.SCHEMA_VERSION,
            DIGEST,
            "run 2",
            new TreeMap<>(),
            new NetworkEvidence("neuralNetwork", List.of(), List.of(), 0),
            List.of(),
            new TreeMap<>(),
            List.of(),
            List.of(),
            List.of(),
            new Explanations(List.of(), List.of(), List.of()));
    FolderOutput output = new FolderOutput(folder(), "elsewhere.mlmodel");
    output.begin("selected.mlmodel");
    output.replace(
        new SweepOutput.Delivery(
            result("run 2"),
            "selected.mlmodel",
            Optional.empty(),
            Optional.empty(),
            Optional.of(evidence)));
    assertThat(visible()).contains("evidence.json", "result.json");
    Path file = temporary.resolve("evidence.json");
    assertThat(BundleFile.fromJson(Files.readString(file), "evidence.json")).isEqualTo(evidence);
    Path page = temporary.resolve("report.html");
    assertThat(page).hasContent(ReportPage.of(result("run 2"), evidence));
    // What is published stands in the page too.
    SweepResult published =
        result("run 2").withPublished(new SweepResult.Published("registry", "net", 7));
    folder().rewrite(published);
    assertThat(page).hasContent(ReportPage.of(published, evidence));
    assertThat(ReportPage.of(published, evidence))
        .isNotEqualTo(ReportPage.of(result("run 2"), evidence));
    output.replace(delivery(Optional.empty(), Optional.empty()));
    assertThat(visible()).containsExactly("result.json");
  }

  private void older(String... names) throws IOException {
    for (String name : names) {
      Files.writeString(temporary.resolve(name), name);
    }
  }

  /** What is in the folder but Hadoop's checksums. */
  private List<String> visible() throws IOException {
    try (var files = Files.list(temporary)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.endsWith(".crc"))
          .sorted()
          .toList();
    }
  }

  private static SweepOutput.Delivery delivery(
      Optional<ModelFiles> model, Optional<Recipe> recipe) {
    return new SweepOutput.Delivery(
        result("run 2"), "selected.mlmodel", model, recipe, Optional.empty());
  }

  private static Recipe recipe() {
    return new Recipe(
        DIGEST, List.of(), null, null, DIGEST, new TreeMap<>(Map.of("a", "half")), new TreeMap<>());
  }

  private static SweepResult.Chosen chosen(String file) {
    return new SweepResult.Chosen("half", null, 6, 0.5, null, null, DIGEST, file);
  }

  private static SweepResult result(String runId) {
    return result(runId, null);
  }

  private static SweepResult result(String runId, SweepResult.Chosen selected) {
    return new SweepResult(
        SweepResult.SCHEMA_VERSION,
        runId,
        new TreeMap<>(),
        SweepResult.NONE_ACCEPTABLE,
        DIGEST,
        "top-1",
        "0.95",
        new SweepResult.SourceModel("net.mlmodel", 6, DIGEST),
        new SweepResult.Samples(100, 0, DIGEST, Map.of(), 0),
        selected,
        null,
        null,
        List.of(),
        List.of(),
        List.of(),
        null,
        null,
        null,
        List.of(),
        new SweepResult.Cost(5, 500, 0, 0, 0));
  }
}
