package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.SweepResult;

/** An earlier sweep's outcome, for machines: what schedulers branch on. */
class ResultCommandTest {
  private static final String DIGEST = "ab".repeat(32);

  @TempDir Path folder;

  @Test
  void anAddressWithASchemeIsReadAndTheClosestStandInIt() throws Exception {
    SweepResult result =
        result(
            null,
            List.of(
                row("linear:2", null, 100L, 60L),
                row("linear:4", new SweepResult.Agreement(93, 100, 0.87, 0.95), null, null),
                row("linear:3", null, 100L, 30L),
                row("lut-linear:3", null, 50L, 15L),
                row("linear:8", null, null, null)));
    Files.writeString(folder.resolve("result.json"), ResultFile.toJson(result));

    JsonNode json = new ObjectMapper().readTree(run("result", folder.toUri().toString()));

    assertThat(json.at("/decision").asText()).isEqualTo("none-acceptable");
    assertThat(json.at("/runId").asText()).isEqualTo("nightly 7");
    assertThat(json.at("/closest").findValuesAsText("scheme"))
        .containsExactly("linear:4", "linear:3", "lut-linear:3");
  }

  @Test
  void whatWasPublishedStandsInTheResult() throws Exception {
    byte[] model = {1, 2, 3};
    Files.write(folder.resolve("selected.mlmodel"), model);
    SweepResult.Agreement agreement = new SweepResult.Agreement(96, 100, 0.9, 0.95);
    SweepResult.Chosen chosen =
        new SweepResult.Chosen(
            "linear:8",
            null,
            3,
            0.5,
            agreement,
            null,
            Sha256Digest.of(model).hex(),
            "selected.mlmodel");
    Files.writeString(
        folder.resolve("result.json"),
        ResultFile.toJson(result(chosen, List.of(row("linear:8", agreement, null, null)))));
    assertThat(published()).isEmpty();

    String registry = folder.resolve("registry").toString();
    run("registry", "publish", folder.toString(), registry + "/net");
    run("registry", "publish", folder.toUri().toString(), registry + "/net");

    assertThat(published())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("registry", registry, "name", "net", "version", 1));
    JsonNode json = new ObjectMapper().readTree(run("result", folder.toString()));
    assertThat(json.at("/closest")).isEmpty();

    assertThat(shown("registry", "publish", folder.toString(), registry + "/net"))
        .isEqualTo("net: registry " + registry + ", version 1, challenger\n");
    assertThat(shown("registry", "list", registry)).isEqualTo("net: 1 version, challenger 1\n");
    assertThat(shown("registry", "promote", registry + "/net"))
        .isEqualTo("net: 1 version, challenger 1, champion 1\n");
    assertThat(shown("registry", "show", registry + "/net").lines().toList())
        .hasSize(2)
        .last()
        .asString()
        .startsWith("  version 1: 3 B, SHA-256 " + Sha256Digest.of(model).hex() + ", published 2");
    JsonNode listed = new ObjectMapper().readTree(run("registry", "list", registry));
    assertThat(listed)
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    "[{\"name\": \"net\", \"versionCount\": 1, \"challenger\": 1,"
                        + " \"champion\": 1}]"));
    JsonNode entry = new ObjectMapper().readTree(run("registry", "show", registry + "/net", "1"));
    assertThat(entry.at("/versions/0/sha256").asText()).isEqualTo(Sha256Digest.of(model).hex());
    assertThat(entry.at("/versions/0/encodedSize").asLong()).isEqualTo(3);
    assertThat(entry.at("/versions/0").fieldNames())
        .toIterable()
        .containsExactly("version", "sha256", "encodedSize", "location", "publishedAt");
  }

  /** Of an earlier version, whose rules were met by "0 of 0". */
  @Test
  void aResultThatRestsOnNoSamplesIsBadInput() throws Exception {
    SweepResult.Agreement some = new SweepResult.Agreement(96, 100, 0.9, 0.95);
    SweepResult.Agreement none = new SweepResult.Agreement(0, 0, 0, 0.95);
    requireRefused(chosen(none, null), "", "selection");
    requireRefused(chosen(some, none), "", "confirmation");
    requireRefused(chosen(none, none), "", "confirmation and selection");
    requireRefused(null, "\"n\" : 100", "selection");
    requireRefused(null, "\"samples\" : {", "selection");

    String older = ResultFile.toJson(result(chosen(some, some), List.of()));
    JsonNode json = new ObjectMapper().readTree(older);
    ((ObjectNode) json).remove("runId");
    Files.writeString(folder.resolve("result.json"), json.toString());
    JsonNode shown = new ObjectMapper().readTree(run("result", folder.toString()));
    assertThat(shown.at("/runId").asText()).isEmpty();
    assertThat(shown.at("/selected/agreement/samples").asInt()).isEqualTo(100);
  }

  /**
   * Refused by whatever reads it.
   *
   * @param taken what is taken out of the JSON text, up to the end of its line
   */
  private void requireRefused(SweepResult.Chosen chosen, String taken, String part)
      throws Exception {
    String json = ResultFile.toJson(result(chosen, List.of()));
    if (taken.startsWith("\"n\"")) {
      json = json.replace(taken, "\"n\" : 0");
    } else if (!taken.isEmpty()) {
      json = json.replace(taken, "\"was\" : {");
    }
    Files.writeString(folder.resolve("result.json"), json);
    String registry = folder.resolve("registry").toString();
    for (List<String> command :
        List.of(
            List.of("result", folder.toString(), "--json"),
            List.of("registry", "publish", folder.toString(), registry + "/net"))) {
      StringWriter err = new StringWriter();
      int code =
          QuantSweep.run(
              new PrintWriter(new StringWriter()),
              new PrintWriter(err, true),
              command.toArray(new String[0]));
      assertThat(code).as(err.toString()).isEqualTo(4);
      assertThat(err.toString())
          .isEqualTo(
              folder.resolve("result.json")
                  + ": this result rests on no samples: n is 0 in its "
                  + part
                  + ".\nMaybe sweep again, with samples that the model answers.\n");
    }
    assertThat(folder.resolve("registry")).doesNotExist();
  }

  private static SweepResult.Chosen chosen(
      SweepResult.Agreement agreement, SweepResult.Agreement confirmation) {
    return new SweepResult.Chosen(
        "linear:8", null, 3, 0.5, agreement, confirmation, DIGEST, "selected.mlmodel");
  }

  @Test
  void peopleSeeWhatOfEachPartCannotBeUsed() throws Exception {
    SweepResult.Samples samples =
        new SweepResult.Samples(
            398,
            12,
            DIGEST,
            Map.of(
                "selection", new SweepResult.Split(400, 398L, 12L, DIGEST),
                "calibration", new SweepResult.Split(200, null, null, DIGEST),
                "confirmation", new SweepResult.Split(1, 1L, 99L, DIGEST)),
            3);
    Files.writeString(
        folder.resolve("result.json"), ResultFile.toJson(result(null, List.of(), samples)));
    assertThat(shown("result", folder.toString()))
        .endsWith(
            "None acceptable: no candidate reaches the threshold. 398 samples (12 quarantined; 3"
                + " more left out, which are in two sets), calibration on 200, confirmation on 1"
                + " (99 quarantined), criterion top-1, threshold 0.95.\n");
  }

  /** A result without a threshold is shown and published as any other. */
  @Test
  void aResultOfALargestSizeIsShownAndPublished() throws Exception {
    byte[] model = {1, 2, 3};
    Files.write(folder.resolve("selected.mlmodel"), model);
    SweepResult.Agreement agreement = new SweepResult.Agreement(96, 100, 0.9, 0.95);
    SweepResult.Chosen chosen =
        new SweepResult.Chosen(
            "linear:8",
            null,
            3,
            0.5,
            agreement,
            null,
            Sha256Digest.of(model).hex(),
            "selected.mlmodel");
    SweepResult.Row judged =
        new SweepResult.Row("linear:8", null, 3, 0.5, "judged", agreement, null, null);
    Files.writeString(
        folder.resolve("result.json"), ResultFile.toJson(sized(chosen, List.of(judged))));
    assertThat(shown("result", folder.toString()))
        .isEqualTo(
            """
            scheme    size  ratio  agreement  lower bound  verdict
            linear:8   3 B  0.500     0.9600       0.9000  judged

            Selected linear:8: 3 B, 50.0 % of the file as given; 96 of 100 samples agree (lower bound 0.9000 at 95 %).
            100 samples (0 quarantined), criterion top-1, the most agreeing up to 5B.
            File selected.mlmodel, SHA-256\
            """
                + " "
                + Sha256Digest.of(model).hex()
                + "\n");
    JsonNode json = new ObjectMapper().readTree(run("result", folder.toString()));
    assertThat(json.get("threshold").isNull()).isTrue();
    assertThat(json.at("/settings/largest-size").asText()).isEqualTo("5B");

    String registry = folder.resolve("registry").toString();
    assertThat(shown("registry", "publish", folder.toString(), registry + "/net"))
        .isEqualTo("net: registry " + registry + ", version 1, challenger\n");
  }

  @Test
  void whereNothingFitsPeopleSeeByHowMuchAndNothingIsPublished() throws Exception {
    SweepResult.Row large =
        new SweepResult.Row("linear:1", null, 1000, 0.5, "too-large", null, null, null);
    Files.writeString(
        folder.resolve("result.json"), ResultFile.toJson(sized(null, List.of(large))));
    assertThat(shown("result", folder.toString()))
        .endsWith(
            "None acceptable: no candidate has at most 5B; the smallest has 1.0 KB. 100 samples"
                + " (0 quarantined), criterion top-1, the most agreeing up to 5B.\n");
    StringWriter err = new StringWriter();
    int code =
        QuantSweep.run(
            new PrintWriter(new StringWriter()),
            new PrintWriter(err, true),
            "registry",
            "publish",
            folder.toString(),
            folder.resolve("registry") + "/net");
    assertThat(code).isEqualTo(2);
    assertThat(err.toString())
        .isEqualTo(
            folder
                + ": this sweep found none acceptable: there is nothing to publish.\n"
                + "Maybe raise --largest-size.\n");

    SweepResult.Row left =
        new SweepResult.Row("linear:1", null, 4, 0.5, "not-needed", null, null, null);
    Files.writeString(
        folder.resolve("result.json"), ResultFile.toJson(sized(null, List.of(left, large))));
    assertThat(shown("result", folder.toString()))
        .endsWith(
            "None acceptable: the search ended before a candidate of at most 5B was judged. 100"
                + " samples (0 quarantined), criterion top-1, the most agreeing up to 5B.\n");
  }

  @Test
  void aChosenFolderIsPublishedWholeOrRefused() throws Exception {
    Path weights = Files.createDirectories(folder.resolve("selected.mlpackage/Data"));
    Files.writeString(folder.resolve("selected.mlpackage/Manifest.json"), "{}");
    Files.writeString(weights.resolve("weight.bin"), "weights");
    String digest =
        new Sha256Digest.Builder()
            .field("Data/weight.bin", Sha256Digest.ofText("weights").hex())
            .field("Manifest.json", Sha256Digest.ofText("{}").hex())
            .build()
            .hex();
    SweepResult.Agreement agreement = new SweepResult.Agreement(96, 100, 0.9, 0.95);
    SweepResult.Chosen chosen =
        new SweepResult.Chosen(
            "linear:8", null, 9, 0.5, agreement, null, digest, "selected.mlpackage");
    Files.writeString(
        folder.resolve("result.json"),
        ResultFile.toJson(result(chosen, List.of(row("linear:8", agreement, null, null)))));

    String registry = folder.resolve("registry").toString();
    run("registry", "publish", folder.toString(), registry + "/net");
    assertThat(folder.resolve("registry/models/" + digest + "/selected.mlpackage/Data/weight.bin"))
        .hasContent("weights");
    JsonNode entry = new ObjectMapper().readTree(run("registry", "show", registry + "/net"));
    assertThat(entry.at("/versions/0/sha256").asText()).isEqualTo(digest);
    assertThat(entry.at("/versions/0/encodedSize").asLong()).isEqualTo(9);

    Files.writeString(weights.resolve("weight.bin"), "Weights");
    StringWriter err = new StringWriter();
    int code =
        QuantSweep.run(
            new PrintWriter(new StringWriter()),
            new PrintWriter(err, true),
            "registry",
            "publish",
            folder.toString(),
            registry + "/other");
    assertThat(code).isNotZero();
    assertThat(err.toString())
        .startsWith(folder + ": the chosen file has SHA-256 ")
        .endsWith(
            ", but the result says "
                + digest
                + ": it is not what was judged.\nMaybe sweep again.\n");
  }

  private Map<String, Object> published() throws Exception {
    JsonNode entry = new ObjectMapper().readTree(run("result", folder.toString())).get("published");
    return entry.isNull()
        ? Map.of()
        : new ObjectMapper().convertValue(entry, new TypeReference<>() {});
  }

  private static SweepResult.Row row(
      String scheme, SweepResult.Agreement agreement, Long judged, Long disagreeing) {
    return new SweepResult.Row(
        scheme, null, 1000, 0.5, "rejected-early", agreement, judged, disagreeing);
  }

  private static SweepResult result(SweepResult.Chosen chosen, List<SweepResult.Row> rows) {
    return result(chosen, rows, new SweepResult.Samples(100, 0, DIGEST, Map.of(), 0));
  }

  private static SweepResult sized(SweepResult.Chosen chosen, List<SweepResult.Row> rows) {
    return result(
        chosen,
        rows,
        new SweepResult.Samples(100, 0, DIGEST, Map.of(), 0),
        Map.of("largest-size", "5B"),
        null);
  }

  private static SweepResult result(
      SweepResult.Chosen chosen, List<SweepResult.Row> rows, SweepResult.Samples samples) {
    return result(chosen, rows, samples, Map.of("agreement", "0.95"), "0.95");
  }

  private static SweepResult result(
      SweepResult.Chosen chosen,
      List<SweepResult.Row> rows,
      SweepResult.Samples samples,
      Map<String, String> settings,
      String threshold) {
    return new SweepResult(
        SweepResult.SCHEMA_VERSION,
        "nightly 7",
        new TreeMap<>(settings),
        chosen == null ? SweepResult.NONE_ACCEPTABLE : SweepResult.SELECTED,
        DIGEST,
        "top-1",
        threshold,
        new SweepResult.SourceModel("net.mlmodel", 6, DIGEST),
        samples,
        chosen,
        chosen,
        null,
        rows,
        List.of(),
        List.of(),
        null,
        null,
        null,
        List.of(),
        new SweepResult.Cost(5, 500, 0, 0, 0));
  }

  private static String run(String... arguments) {
    String[] json = java.util.Arrays.copyOf(arguments, arguments.length + 1);
    json[arguments.length] = "--json";
    return shown(json);
  }

  /** What people see. */
  private static String shown(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = QuantSweep.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    assertThat(code).as(err.toString()).isZero();
    return out.toString();
  }
}
