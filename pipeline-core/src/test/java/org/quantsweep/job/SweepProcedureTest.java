package org.quantsweep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.report.Certificate;
import org.quantsweep.report.SweepResult;
import org.quantsweep.sample.Quarantine;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.SampleSplits;
import org.quantsweep.sample.SplitSizes;
import org.quantsweep.search.AcceptanceRule;
import org.quantsweep.search.OptionRules;
import org.quantsweep.search.SearchBudget;
import org.quantsweep.search.SearchListener;
import org.quantsweep.testing.TinySweep;

/** The whole procedure in this process. */
class SweepProcedureTest {
  private static final ModelFiles GIVEN = TinySweep.model(2);
  private static final SampleSource SAMPLES = TinySweep.samples("all", 300);

  private static SweepSettings.Builder settings() {
    return SweepSettings.builder("tiny", List.of("all"), TinySweep.preparation(), "out")
        .threshold(AgreementThreshold.parse("0.8"))
        .splits(SplitSettings.DEFAULT.withSeed(5));
  }

  private static LocalSweep sweep() {
    return new LocalSweep(
        GIVEN, Map.of(SampleSet.MAIN, SAMPLES), InferenceEngines.onnxRuntime(), 2);
  }

  @Test
  void onePlanIsChosenConfirmedAndFoundAgain() {
    try (LocalSweep sweep = sweep()) {
      LocalSweep.Outcome first = sweep.run(settings().build(), SearchListener.SILENT);
      SweepResult result = first.result();
      assertThat(result.decision()).isEqualTo(SweepResult.SELECTED);
      assertThat(result.selected().encodedSize())
          .isLessThanOrEqualTo(result.bestUniform().encodedSize());
      assertThat(first.model().orElseThrow().digest().hex()).isEqualTo(result.selected().sha256());
      assertThat(result.samples().splits().keySet())
          .containsExactly("calibration", "confirmation", "selection");
      assertThat(result.selected().confirmation().agreeing())
          .isGreaterThanOrEqualTo(result.certificate().confirmation().required());
      requireLadder(result);
      assertThat(result.settings()).isEqualTo(settings().build().flags());
      LocalSweep.Outcome again = sweep.run(settings().build(), SearchListener.SILENT);
      assertThat(again.result().selected()).isEqualTo(result.selected());
      assertThat(again.result().candidates()).isEqualTo(result.candidates());
      assertThat(again.result().certificate()).isEqualTo(result.certificate());
      assertThat(again.recipe()).isEqualTo(first.recipe());
    }
  }

  @Test
  void noneAcceptableIsAnAnswerOfItsOwn() {
    try (LocalSweep sweep = sweep()) {
      LocalSweep.Outcome outcome =
          sweep.run(
              settings().uniform().schemes(List.of("linear:1")).build(), SearchListener.SILENT);
      assertThat(outcome.result().decision()).isEqualTo(SweepResult.NONE_ACCEPTABLE);
      assertThat(outcome.result().selected()).isNull();
      assertThat(outcome.result().bestUniform()).isNull();
      assertThat(outcome.model()).isEmpty();
      assertThat(outcome.recipe()).isEmpty();
    }
  }

  /** On so few samples the best uniform scheme that selection accepts is never sure. */
  @Test
  void aLargerUniformSchemeIsTestedFirstWhereTheBestOneIsInDoubt() {
    try (LocalSweep sweep = sweep()) {
      SplitSettings halves =
          SplitSettings.DEFAULT.withSizes(SplitSizes.parse("selection=0.5,confirmation=0.5"));
      for (int seed = 0; seed < 6; seed++) {
        SweepSettings settings = settings().uniform().splits(halves.withSeed(seed)).build();
        SweepResult result = sweep.run(settings, SearchListener.SILENT).result();
        assertThat(result.decision()).isEqualTo(SweepResult.SELECTED);
        List<Certificate.Finalist> tested = result.certificate().confirmation().tested();
        assertThat(tested.get(0).encodedSize()).isGreaterThan(result.bestUniform().encodedSize());
        assertThat(tested.get(0).passed()).isTrue();
        for (Certificate.Finalist each : tested) {
          assertThat(result.candidates())
              .filteredOn(row -> row.encodedSize() == each.encodedSize())
              .anySatisfy(row -> assertThat(row.verdict()).isEqualTo("accepted"));
        }
        assertThat(result.selected().agreement().samples()).isEqualTo(result.samples().n());
      }
    }
  }

  @Test
  void everyBoundIsAtTheConfidenceThatIsAskedFor() {
    SweepSettings settings =
        settings().confirmation(ConfirmationSettings.DEFAULT.withConfidence(0.8)).build();
    try (LocalSweep sweep = sweep()) {
      SweepResult result = sweep.run(settings, SearchListener.SILENT).result();
      requireBound(result.selected().agreement());
      requireBound(result.selected().confirmation());
      requireBound(result.bestUniform().agreement());
      assertThat(result.candidates())
          .filteredOn(row -> row.agreement() != null)
          .isNotEmpty()
          .allSatisfy(row -> requireBound(row.agreement()));
      Certificate.Confirmed confirmed = result.certificate().confirmation();
      assertThat(confirmed.confidence()).isEqualTo(0.8);
    }
  }

  @Test
  void schemesThatTheFormatCannotStoreAreRefusedBeforeAnyWork() {
    String refused =
        "scheme (linear:4@block32) cannot be stored in a neural network: there a scale is an output"
            + " channel's or the whole weight tensor's.\nMaybe write linear:4.";
    SearchListener none =
        new SearchListener() {
          @Override
          public void phaseStarted(String phase, long inferences) {
            throw new AssertionError(phase + " has started.");
          }
        };
    try (LocalSweep sweep = sweep()) {
      SweepSettings uniform = settings().uniform().schemes(List.of("linear:4@block32")).build();
      assertThatThrownBy(() -> sweep.run(uniform, none))
          .isInstanceOf(UsageException.class)
          .hasMessage(refused);
      Scheme scheme = Scheme.parse("linear:4@block32");
      OptionRules rules =
          new OptionRules(
              Set.of(4), true, true, true, new TreeMap<>(Map.of("one/weights", scheme)));
      SweepSettings kept =
          settings().perTensor(PerTensorSettings.DEFAULT.toBuilder().rules(rules).build()).build();
      assertThatThrownBy(() -> sweep.run(kept, none))
          .isInstanceOf(UsageException.class)
          .hasMessage(refused);
    }
  }

  /** A port that nothing may ask. */
  private static <T> T untouched(Class<T> port) {
    return port.cast(
        Proxy.newProxyInstance(
            port.getClassLoader(),
            new Class<?>[] {port},
            (proxy, method, arguments) -> {
              throw new AssertionError(port.getSimpleName() + "." + method.getName());
            }));
  }

  @Test
  void aRefusedSettingTakesNoOlderResultAway() {
    SweepInput input =
        new SweepInput() {
          @Override
          public ModelFiles model(String location) {
            return GIVEN;
          }

          @Override
          public byte[] recipe(String location) {
            throw new AssertionError(location);
          }
        };
    SweepPorts ports =
        new SweepPorts(
            input,
            untouched(SampleSets.class),
            untouched(SweepRunners.class),
            untouched(SweepStores.class),
            untouched(SweepOutput.class));
    SweepProcedure procedure =
        new SweepProcedure(
            settings().uniform().schemes(List.of("linear-symmetric:4")).build(),
            InferenceEngines.onnxRuntime(),
            ports,
            SearchListener.SILENT,
            SearchBudget.unlimited());
    assertThatThrownBy(procedure::run)
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "scheme (linear-symmetric:4) must have 8 bits: Core ML's symmetric form has no other.\n"
                + "Maybe write linear:4.");
  }

  @Test
  void aConfirmationThatTheReferenceDoesNotAnswerIsNoConfirmation() {
    SampleSource unanswered = TinySweep.withUnreadable(TinySweep.samples("none", 0));
    try (LocalSweep sweep =
        new LocalSweep(
            GIVEN,
            Map.of(SampleSet.MAIN, SAMPLES, SampleSet.CONFIRMATION, unanswered),
            InferenceEngines.onnxRuntime(),
            2)) {
      SweepSettings settings =
          settings()
              .splits(new SplitSettings(Optional.empty(), 5, List.of(), List.of("confirmation")))
              .build();
      assertThatThrownBy(() -> sweep.run(settings, SearchListener.SILENT))
          .isInstanceOf(BadInputException.class)
          .hasMessageStartingWith(
              "the reference answers none of the 1 confirmation samples, so nothing can be judged"
                  + " on them:\n  ")
          .hasMessageEndingWith("\nMaybe try one of them with quantsweep predict.");
    }
  }

  @Test
  void aPartThatWasAskedForIsNotEmpty() {
    try (LocalSweep sweep = sweep()) {
      SplitSizes sizes = SplitSizes.parse("selection=0.999,confirmation=0.001");
      SweepSettings settings =
          settings().splits(new SplitSettings(Optional.of(sizes), 5, List.of(), List.of())).build();
      assertThatThrownBy(() -> sweep.run(settings, SearchListener.SILENT))
          .isInstanceOf(BadInputException.class)
          .hasMessage(
              "all: no sample is left to confirm on: the confirmation part of 300 samples is"
                  + " empty.\nMaybe give more samples, or another --splits.");
    }
  }

  private static SweepResult sweepWith(
      SweepSettings settings, Map<SampleSet, SampleSource> samples, SearchListener listener) {
    try (LocalSweep sweep = new LocalSweep(GIVEN, samples, InferenceEngines.onnxRuntime(), 2)) {
      return sweep.run(settings, listener).result();
    }
  }

  private static SplitSettings confirmedOn(String location) {
    return new SplitSettings(Optional.empty(), 5, List.of(), List.of(location));
  }

  @Test
  void aCalibrationPartThatWasAskedForIsNotEmpty() {
    SplitSizes sizes = SplitSizes.parse("calibration=0.001,selection=0.5,confirmation=0.499");
    SweepSettings split =
        settings().splits(new SplitSettings(Optional.of(sizes), 5, List.of(), List.of())).build();
    assertThatThrownBy(
            () -> sweepWith(split, Map.of(SampleSet.MAIN, SAMPLES), SearchListener.SILENT))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "all: no sample is left to calibrate on: the calibration part of 300 samples is"
                + " empty.\n"
                + "Maybe give more samples, or another --splits, or --no-calibration.");
    SweepSettings own =
        settings()
            .splits(new SplitSettings(Optional.empty(), 5, List.of("the same"), List.of()))
            .build();
    assertThatThrownBy(
            () ->
                sweepWith(
                    own,
                    Map.of(SampleSet.MAIN, SAMPLES, SampleSet.CALIBRATION, SAMPLES),
                    SearchListener.SILENT))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "the same: no sample is left to calibrate on: all 300 are among the samples that select"
                + " or confirm.\nMaybe give others with --calibration, or leave it out: then a part"
                + " of --samples calibrates.");
  }

  @Test
  void selectionAndConfirmationThatAreTheSameLeaveNothingToSelectOn() {
    assertThatThrownBy(
            () ->
                sweepWith(
                    settings().splits(confirmedOn("the same")).build(),
                    Map.of(SampleSet.MAIN, SAMPLES, SampleSet.CONFIRMATION, SAMPLES),
                    SearchListener.SILENT))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "all: no sample is left to select on: all 300 are in the confirmation set too.\n"
                + "Maybe give other samples.");
  }

  @Test
  void aSetOfItsOwnIsLimitedByItsOwnSize() {
    SampleSource damaged = TinySweep.withDamaged(TinySweep.samples("other", 1), 99);
    for (SampleSet set : List.of(SampleSet.CONFIRMATION, SampleSet.CALIBRATION)) {
      boolean confirms = set == SampleSet.CONFIRMATION;
      List<String> own = List.of("own");
      SweepSettings settings =
          settings()
              .splits(
                  new SplitSettings(
                      Optional.empty(), 5, confirms ? List.of() : own, confirms ? own : List.of()))
              .build();
      assertThatThrownBy(
              () ->
                  sweepWith(
                      settings,
                      Map.of(SampleSet.MAIN, SAMPLES, set, damaged),
                      SearchListener.SILENT))
          .isInstanceOf(BadInputException.class)
          .hasMessage(
              "own: 99 of 100 "
                  + (confirms ? "confirmation" : "calibration")
                  + " samples cannot be used, more than the limit of 1.0 %:"
                  + "\n  damaged 0.npy: it ends early."
                  + "\n  damaged 1.npy: it ends early."
                  + "\n  damaged 2.npy: it ends early."
                  + "\n  damaged 3.npy: it ends early."
                  + "\n  damaged 4.npy: it ends early."
                  + "\n  ...\nMaybe mend or remove them, or raise --quarantine-limit.");
    }
  }

  private static SweepSettings.Builder calibratedOnAtMost(int samples) {
    return settings()
        .threshold(AgreementThreshold.parse("0.7"))
        .splits(new SplitSettings(Optional.empty(), 5, List.of("own"), List.of()))
        .perTensor(PerTensorSettings.DEFAULT.toBuilder().calibrationSamples(samples).build());
  }

  /** Three files that cannot be read are 1.5 % of a set, and 5.7 % of the 50 that calibrate. */
  @Test
  void whatCannotBeReadOfALargeSetIsAShareOfAllOfIt() {
    SampleSource damaged = TinySweep.withDamaged(TinySweep.samples("own", 200), 3);
    SweepResult result =
        sweepWith(
            calibratedOnAtMost(50).quarantineLimit(0.015).build(),
            Map.of(SampleSet.MAIN, SAMPLES, SampleSet.CALIBRATION, damaged),
            SearchListener.SILENT);
    SweepResult.Split calibration = result.samples().splits().get("calibration");
    assertThat(calibration.samples()).isEqualTo(50);
    assertThat(calibration.quarantined()).isEqualTo(3);
  }

  /** One is 0.5 % of a set of 200, but more of the 180 that are asked. */
  @Test
  void whatIsNotAnsweredOfALargeSetIsAShareOfWhatWasAsked() {
    SampleSource unanswered = TinySweep.withUnreadable(TinySweep.samples("own", 199));
    assertThatThrownBy(
            () ->
                sweepWith(
                    calibratedOnAtMost(180).quarantineLimit(0.0052).build(),
                    Map.of(SampleSet.MAIN, SAMPLES, SampleSet.CALIBRATION, unanswered),
                    SearchListener.SILENT))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(
            "own: 1 of 180 calibration samples cannot be used, more than the limit of 0.5 %:");
  }

  /** Three copies of one sample that the reference does not answer are 3 of 103, not 1 of 101. */
  @Test
  void copiesCountInQuarantineAsTheyDoInN() {
    SampleSource copies = TinySweep.withUnreadable(TinySweep.samples("other", 100), 3);
    Map<SampleSet, SampleSource> samples =
        Map.of(SampleSet.MAIN, SAMPLES, SampleSet.CONFIRMATION, copies);
    SweepSettings.Builder settings = settings().splits(confirmedOn("own"));
    assertThatThrownBy(
            () -> sweepWith(settings.quarantineLimit(0.02).build(), samples, SearchListener.SILENT))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            """
            own: 3 of 103 confirmation samples cannot be used, more than the limit of 2.0 %:
              unreadable: there is no array. (3 copies)
            Maybe mend or remove them, or raise --quarantine-limit.\
            """);
    SweepResult result =
        sweepWith(settings.quarantineLimit(0.03).build(), samples, SearchListener.SILENT);
    assertThat(result.samples().splits().get("confirmation"))
        .isEqualTo(new SweepResult.Split(103, 100L, 3L, copies.index().setDigest().hex()));
  }

  @Test
  void eachPartCountsItsOwnInTheResultAndForProgress() {
    SampleSource main = TinySweep.withDamaged(TinySweep.withUnreadable(SAMPLES), 2);
    SampleSource own = TinySweep.withDamaged(TinySweep.samples("other", 100), 1);
    TreeMap<String, String> heard = new TreeMap<>();
    SearchListener listener =
        new SearchListener() {
          @Override
          public void referenceDone(String part, long answered, Quarantine quarantine) {
            heard.put(part, answered + " and " + quarantine.count() + " of " + quarantine.size());
          }
        };
    SweepResult result =
        sweepWith(
            settings().splits(confirmedOn("own")).quarantineLimit(0.01).build(),
            Map.of(SampleSet.MAIN, main, SampleSet.CONFIRMATION, own),
            listener);
    SweepResult.Samples samples = result.samples();
    SweepResult.Split selection = samples.splits().get("selection");
    SweepResult.Split calibration = samples.splits().get("calibration");
    SweepResult.Split confirmation = samples.splits().get("confirmation");
    // 30 % of 301 calibrate. The two damaged files count once; one sample fails in some part.
    assertThat(calibration.samples()).isEqualTo(90);
    assertThat(selection.samples()).isEqualTo(211);
    assertThat(selection.n() + calibration.n()).isEqualTo(300);
    assertThat(selection.quarantined() + calibration.quarantined()).isEqualTo(3);
    assertThat(selection.quarantined()).isGreaterThanOrEqualTo(2);
    assertThat(samples.n()).isEqualTo(selection.n());
    assertThat(samples.quarantined()).isEqualTo(selection.quarantined());
    assertThat(confirmation.samples()).isEqualTo(100);
    assertThat(confirmation.n()).isEqualTo(100);
    assertThat(confirmation.quarantined()).isEqualTo(1);
    assertThat(heard)
        .containsEntry("confirmation", "100 and 1 of 101")
        .containsOnlyKeys("calibration", "confirmation", "selection");
    assertThat(result.selected().confirmation().samples()).isEqualTo(100);
  }

  /** What is lost at the start and what fails later are one share of the main set. */
  @Test
  void theMainSetHasOneLimitOverAllOfItsParts() {
    SampleSource main = TinySweep.withDamaged(TinySweep.withUnreadable(SAMPLES), 3);
    assertThatThrownBy(
            () ->
                sweepWith(
                    settings().quarantineLimit(0.013).build(),
                    Map.of(SampleSet.MAIN, main),
                    SearchListener.SILENT))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            """
            all: 4 of 304 samples cannot be used, more than the limit of 1.3 %:
              damaged 0.npy: it ends early.
              damaged 1.npy: it ends early.
              damaged 2.npy: it ends early.
              unreadable: there is no array.
            Maybe mend or remove them, or raise --quarantine-limit.\
            """);
  }

  /** A part that the reference does not answer at all is no part, whatever the limit. */
  @Test
  void aCalibrationThatTheReferenceDoesNotAnswerIsNoCalibration() {
    SampleSource unanswered = TinySweep.withUnreadable(TinySweep.samples("none", 0));
    SweepSettings settings =
        settings()
            .quarantineLimit(1)
            .splits(new SplitSettings(Optional.empty(), 5, List.of("own"), List.of()))
            .build();
    assertThatThrownBy(
            () ->
                sweepWith(
                    settings,
                    Map.of(SampleSet.MAIN, SAMPLES, SampleSet.CALIBRATION, unanswered),
                    SearchListener.SILENT))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            """
            the reference answers none of the 1 calibration samples, so nothing can be judged on them:
              unreadable: there is no array.
            Maybe try one of them with quantsweep predict.\
            """);
  }

  @Test
  void aRunIdStandsInTheResultAndChangesNothing() {
    try (LocalSweep sweep = sweep()) {
      SweepSettings.Builder settings = settings().uniform().schemes(List.of("linear:8"));
      SweepResult without = sweep.run(settings.build(), SearchListener.SILENT).result();
      SweepResult with =
          sweep.run(settings.runId("nightly 7").build(), SearchListener.SILENT).result();
      assertThat(without.runId()).isEmpty();
      assertThat(with.runId()).isEqualTo("nightly 7");
      assertThat(with.settings()).containsEntry("run-id", "nightly 7");
      assertThat(with.sweepDigest()).isEqualTo(without.sweepDigest());
      assertThat(with.selected()).isEqualTo(without.selected());
    }
  }

  /** The samples are opened, and nothing of an older result is touched where that fails. */
  @Test
  void anOlderResultIsReplacedAtTheEndAlone() {
    List<String> done = new ArrayList<>();
    SweepOutput output =
        new SweepOutput() {
          @Override
          public void begin(String model) {
            done.add("begin " + model);
          }

          @Override
          public void writeFittedCodes(Sha256Digest digest, byte[] codes) {
            throw new AssertionError(digest);
          }

          @Override
          public void replace(Delivery delivery) {
            throw new AssertionError(delivery);
          }
        };
    SweepInput input =
        new SweepInput() {
          @Override
          public ModelFiles model(String location) {
            return GIVEN;
          }

          @Override
          public byte[] recipe(String location) {
            throw new AssertionError(location);
          }
        };
    SampleSets none =
        (set, locations) -> {
          throw new BadInputException(locations.get(0) + ": there is nothing here.");
        };
    SweepPorts ports =
        new SweepPorts(
            input, none, untouched(SweepRunners.class), untouched(SweepStores.class), output);
    SweepProcedure procedure =
        new SweepProcedure(
            settings().build(),
            InferenceEngines.onnxRuntime(),
            ports,
            SearchListener.SILENT,
            SearchBudget.unlimited());
    assertThatThrownBy(procedure::run).hasMessage("all: there is nothing here.");
    assertThat(done).containsExactly("begin selected.mlmodel");
  }

  /** Rungs descend; all but the last passed; the answer is the last that passed, in full. */
  private static void requireLadder(SweepResult result) {
    Certificate.Confirmed confirmed = result.certificate().confirmation();
    List<Certificate.Finalist> tested = confirmed.tested();
    assertThat(tested).hasSizeBetween(1, confirmed.finalists());
    assertThat(tested)
        .extracting(Certificate.Finalist::encodedSize)
        .isSortedAccordingTo(Comparator.reverseOrder());
    assertThat(tested.subList(0, tested.size() - 1)).allMatch(Certificate.Finalist::passed);
    List<Certificate.Finalist> passed =
        tested.stream().filter(Certificate.Finalist::passed).toList();
    Certificate.Finalist answer = passed.get(passed.size() - 1);
    SweepResult.Chosen selected = result.selected();
    assertThat(answer.scheme())
        .isEqualTo(selected.plan() == null ? selected.scheme() : "plan:" + selected.plan());
    assertThat(answer.agreement()).isEqualTo(result.selected().confirmation());
    assertThat(answer.agreement().samples()).isEqualTo(confirmed.samples());
    long allowed = confirmed.samples() - confirmed.required();
    for (Certificate.Finalist other : tested) {
      if (other.agreement() == null) {
        long wrong = other.disagreeing();
        long right = other.judged() - wrong;
        assertThat(other.passed() ? right : wrong)
            .as("as soon as it is certain")
            .isEqualTo(other.passed() ? confirmed.required() : allowed + 1);
      }
      assertThat(other.chance()).isBetween(0.0, 1.0);
    }
  }

  @Test
  void underTheBoundRuleEveryRungIsTestedAtTheFullConfidence() {
    SweepSettings settings =
        settings()
            .confirmation(ConfirmationSettings.DEFAULT.withRule(AcceptanceRule.BOUND))
            .build();
    try (LocalSweep sweep = sweep()) {
      SweepResult result = sweep.run(settings, SearchListener.SILENT).result();
      requireLadder(result);
      Certificate.Confirmed confirmed = result.certificate().confirmation();
      // Of scipy.stats.beta.ppf(0.05, k, n - k + 1): the least k of 120 that reaches 0.8.
      assertThat(confirmed.samples()).isEqualTo(120);
      assertThat(confirmed.required()).isEqualTo(104);
      assertThat(result.selected().confirmation().lowerBound()).isGreaterThanOrEqualTo(0.8);
    }
  }

  private static void requireBound(SweepResult.Agreement agreement) {
    assertThat(agreement.confidence()).isEqualTo(0.8);
    assertThat(agreement.lowerBound())
        .isEqualTo(new AgreementCounts(agreement.agreeing(), agreement.samples()).lowerBound(0.8));
  }

  @Test
  void aRecipeTellsWhatItsFittedCodesDependOn() {
    SweepSettings settings =
        settings()
            .perTensor(
                PerTensorSettings.DEFAULT.toBuilder()
                    .calibration(CalibrationSettings.DEFAULT.withSeed(5))
                    .build())
            .build();
    try (LocalSweep sweep = sweep()) {
      Recipe recipe = sweep.run(settings, SearchListener.SILENT).recipe().orElseThrow();
      assertThat(recipe.fitted()).as("options that need samples").isNotEmpty();
      Recipe read = Recipe.parse(recipe.toYaml().getBytes(StandardCharsets.UTF_8), "r");
      assertThat(read).isEqualTo(recipe);
      RecipeFitting fitting = new RecipeFitting(read.fitting());
      assertThat(fitting.keys()).containsEntry("seed", "5");
      // Of all samples it finds those that the sweep has fitted on.
      SampleSource part = fitting.of(SAMPLES);
      assertThat(part.index().total()).isEqualTo(60);
      String engine = InferenceEngines.onnxRuntime().identity();
      assertThat(fitting.gives(read, part.index(), TinySweep.preparation(), engine)).isTrue();
      assertThat(fitting.gives(read, SAMPLES.index(), TinySweep.preparation(), engine)).isFalse();
      assertThat(fitting.differences(SAMPLES.index(), "another engine").keySet())
          .containsExactly("engine", "samples");
    }
  }

  /** Of 60 samples that could calibrate, the first 50 by digest do; a recipe finds them again. */
  @Test
  void calibrationIsCappedAndTheResultAndTheRecipeSayHow() {
    SweepSettings settings =
        settings()
            .threshold(AgreementThreshold.parse("0.7"))
            .perTensor(
                PerTensorSettings.DEFAULT.toBuilder()
                    .calibrationSamples(50)
                    .calibration(CalibrationSettings.DEFAULT.withSeed(5))
                    .build())
            .build();
    try (LocalSweep sweep = sweep()) {
      LocalSweep.Outcome outcome = sweep.run(settings, SearchListener.SILENT);
      assertThat(outcome.result().settings()).containsEntry("calibration-samples", "50");
      Recipe recipe = outcome.recipe().orElseThrow();
      RecipeFitting fitting = new RecipeFitting(recipe.fitting());
      SampleIndex part = fitting.of(SAMPLES).index();
      SampleIndex uncapped = SampleSplits.of(SAMPLES.index(), SplitSizes.DEFAULT, 5).calibration();
      assertThat(uncapped.total()).isEqualTo(60);
      assertThat(part.setDigest()).isEqualTo(SampleSplits.first(uncapped, 50).setDigest());
      String engine = InferenceEngines.onnxRuntime().identity();
      assertThat(fitting.gives(recipe, part, TinySweep.preparation(), engine)).isTrue();
    }
  }
}
