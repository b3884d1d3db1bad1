package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.BadInputException;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.ClassFloor;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.LocalSamples;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.job.LocalSweep;
import org.quantsweep.job.PerTensorSettings;
import org.quantsweep.job.SampleSet;
import org.quantsweep.job.SplitSettings;
import org.quantsweep.job.SweepSettings;
import org.quantsweep.report.ClassTable;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.ResultTable;
import org.quantsweep.report.SweepResult;
import org.quantsweep.sample.SplitSizes;
import org.quantsweep.search.OptionRules;
import org.quantsweep.search.SearchListener;
import org.quantsweep.testing.SharedData;

/**
 * The floor of classes on a thousand digits, where it changes what is chosen. What each scheme does
 * to each class is counted by NumPy ({@code make_class_counts.py}).
 */
class ClassFloorOnDigitsTest {
  @TempDir private static Path digits;

  /** By scheme and class: samples, and those that agree. */
  private static final Map<String, Map<String, long[]>> COUNTS = new LinkedHashMap<>();

  private static LocalSweep sweep;

  @BeforeAll
  static void open() throws IOException {
    Path model = SharedData.path("models/mnistCNN.mlmodel");
    try (InputStream in =
        ClassFloorOnDigitsTest.class.getResourceAsStream("/floor/class-counts.csv")) {
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .skip(1)
          .map(line -> line.split(","))
          .forEach(
              cells ->
                  COUNTS
                      .computeIfAbsent(cells[0], scheme -> new LinkedHashMap<>())
                      .put(
                          cells[1],
                          new long[] {Long.parseLong(cells[2]), Long.parseLong(cells[3])}));
    }
    try (Stream<Path> all = Files.list(SharedData.path("images/mnist-4000"))) {
      for (Path picture : all.sorted().limit(1000).toList()) {
        Files.copy(picture, digits.resolve(picture.getFileName().toString()));
      }
    }
    sweep =
        new LocalSweep(
            ModelFiles.lone(Files.readAllBytes(model)),
            Map.of(SampleSet.MAIN, LocalSamples.read(digits, IngestLimits.DEFAULT)),
            InferenceEngines.onnxRuntime(),
            2);
  }

  @AfterAll
  static void close() {
    if (sweep != null) {
      sweep.close();
    }
  }

  private static SweepSettings.Builder settings(String threshold, String floor) {
    SweepSettings.Builder settings =
        SweepSettings.builder(
                "mnistCNN.mlmodel", List.of("digits"), PicturePreparation.DEFAULT, "out")
            .threshold(AgreementThreshold.parse(threshold))
            .schemes(List.copyOf(COUNTS.keySet()))
            .uniform();
    return floor == null ? settings : settings.classFloor(ClassFloor.parse(floor));
  }

  private static SweepResult run(SweepSettings settings) {
    return sweep.run(settings, SearchListener.SILENT).result();
  }

  private static String chosen(String threshold, String floor) {
    SweepResult result = run(settings(threshold, floor).build());
    if (result.selected() != null && floor != null) {
      Map<String, long[]> expected = COUNTS.get(result.selected().scheme());
      assertThat(result.classes().selection().classes())
          .extracting(ClassTable.ClassRow::name)
          .containsExactlyElementsOf(expected.keySet());
      for (ClassTable.ClassRow row : result.classes().selection().classes()) {
        assertThat(new long[] {row.samples(), row.agreeing()}).isEqualTo(expected.get(row.name()));
        assertThat(row.verdict()).isEqualTo("met");
      }
      assertThat(result.classes().confirmation()).isNull();
    }
    return result.selected() == null ? "none" : result.selected().scheme();
  }

  /** Of linear:2 (910 of 1000), class 7 keeps 75 of 100, and class 5 69 of 86. */
  @Test
  void theFloorChangesWhatIsChosenExactlyWhereAClassMissesIt() {
    assertThat(chosen("0.9", null)).isEqualTo("linear:2");
    assertThat(chosen("0.9", "0.75")).isEqualTo("linear:2");
    assertThat(chosen("0.9", "0.7501")).isEqualTo("linear:3@tensor");
    // Class 7 keeps 96 of 100 there, and all of them under linear:3.
    assertThat(chosen("0.9", "0.96")).isEqualTo("linear:3@tensor");
    assertThat(chosen("0.9", "0.97")).isEqualTo("linear:3");
    // Class 3 has 108 samples, of which no scheme of up to 4 bits keeps more than 107.
    assertThat(chosen("0.9", "1")).isEqualTo("none");
    // The threshold still holds: 989 of 1000 under linear:3@tensor.
    assertThat(chosen("0.99", "0.9")).isEqualTo("linear:3");
  }

  @Test
  void theResultTellsWhichClassesFailedACandidate() {
    SweepResult result = run(settings("0.9", "0.8").evaluateAll().build());
    SweepResult.Row row =
        result.candidates().stream()
            .filter(own -> "linear:2".equals(own.scheme()))
            .findFirst()
            .orElseThrow();
    assertThat(row.verdict()).isEqualTo("rejected");
    assertThat(row.agreement().agreeing()).isEqualTo(910);
    assertThat(row.missedClasses()).containsExactly("7");
    assertThat(ResultTable.toText(result))
        .contains("rejected by class '7'\n")
        .contains("criterion top-1, threshold 0.9, class floor 0.8.\n")
        .contains(
            "Class floor 0.8: selection: 10 classes judged, the closest '0' (85 of 86 agree, 69"
                + " must).\n");
    assertThat(result.settings()).containsEntry("class-floor", "0.8");
    // Early rejection changes nothing of the choice.
    SweepResult early = run(settings("0.9", "0.8").build());
    assertThat(early.selected()).isEqualTo(result.selected());
    assertThat(early.classes()).isEqualTo(result.classes());
    assertThat(
            early.candidates().stream().filter(own -> "linear:2".equals(own.scheme())).findFirst())
        .hasValueSatisfying(
            own -> {
              assertThat(own.verdict()).isEqualTo("rejected-early");
              assertThat(own.missedClasses()).containsExactly("7");
              // Class 7 may lose 20 of its 100 samples; the threshold allows 100 of all.
              assertThat(own.disagreeing()).isBetween(21L, 100L);
            });
    String json = ResultFile.toJson(result);
    assertThat(ResultFile.fromJson(json, "r")).isEqualTo(result);
    assertThatThrownBy(
            () ->
                ResultFile.fromJson(
                    json.replaceFirst("\"agreeing\" : 85,", "\"agreeing\" : 68,"), "r"))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "r: class '0' of the selection (68 of 86 samples agree, 69 required, met) does not meet"
                + " the class floor 0.8 as this result says it does.\nMaybe sweep again.");
    SweepResult other = run(settings("0.9", null).evaluateAll().build());
    assertThat(other.sweepDigest()).isNotEqualTo(result.sweepDigest());
    assertThat(other.classes()).isNull();
    assertThat(ResultFile.toJson(other)).doesNotContain("missedClasses");
  }

  /** Plans and the ladder follow it too, and of the parts each class has its own n. */
  @Test
  void plansAndConfirmationMeetTheFloorToo() {
    SweepSettings settings =
        SweepSettings.builder(
                "mnistCNN.mlmodel", List.of("digits"), PicturePreparation.DEFAULT, "out")
            .threshold(AgreementThreshold.parse("0.9"))
            .classFloor(ClassFloor.parse("0.9"))
            .splits(
                SplitSettings.DEFAULT.withSizes(
                    SplitSizes.parse("calibration=0.1,selection=0.45,confirmation=0.45")))
            .perTensor(
                PerTensorSettings.DEFAULT.toBuilder()
                    .rules(new OptionRules(Set.of(2, 3, 4), true, false, false, new TreeMap<>()))
                    .sensitivitySamples(16)
                    .build())
            .build();
    SweepResult result = run(settings);
    assertThat(result.selected()).isNotNull();
    for (ClassTable.ClassPart part :
        List.of(result.classes().selection(), result.classes().confirmation())) {
      assertThat(part.judged() + part.notJudged()).isEqualTo(10);
      List<String> names = new ArrayList<>();
      for (ClassTable.ClassRow row : part.classes()) {
        names.add(row.name());
        boolean judged = row.samples() >= 20;
        assertThat(row.verdict()).isEqualTo(judged ? "met" : "not-judged");
        if (judged) {
          assertThat(10 * row.agreeing()).isGreaterThanOrEqualTo(9 * row.samples());
        }
      }
      assertThat(names).containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
    }
    assertThat(sum(result.classes().selection())).isEqualTo(result.selected().agreement());
    assertThat(sum(result.classes().confirmation())).isEqualTo(result.selected().confirmation());
    assertThat(run(settings).certificate()).isEqualTo(result.certificate());
  }

  private static SweepResult.Agreement sum(ClassTable.ClassPart part) {
    AgreementCounts counts =
        new AgreementCounts(
            part.classes().stream().mapToLong(ClassTable.ClassRow::agreeing).sum(),
            part.classes().stream().mapToLong(ClassTable.ClassRow::samples).sum());
    return new SweepResult.Agreement(
        counts.agreeing(), counts.judged(), counts.lowerBound(0.95), 0.95);
  }
}
