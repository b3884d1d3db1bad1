package org.quantsweep.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.WeightSelection;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SamplePreparation;
import org.quantsweep.search.AcceptanceRule;
import org.quantsweep.search.LargestSize;
import org.quantsweep.search.Objective;
import org.quantsweep.search.OptionRules;
import org.quantsweep.search.PlanSearchSettings;
import org.quantsweep.search.Strategy;
import org.quantsweep.tensor.Tensor;

/** The expected digests are printed by {@code src/test/python/sweep_digests.py}. */
class SweepIdentityTest {
  private static final Sha256Digest MODEL = Sha256Digest.ofText("model");
  private static final PerTensorSettings PER_TENSOR =
      PerTensorSettings.DEFAULT.toBuilder()
          .calibration(CalibrationSettings.DEFAULT.withSeed(7))
          .build();

  /** Prepares nothing. */
  private record Preparation(String name) implements SamplePreparation {
    @Override
    public SortedMap<String, Tensor> prepare(Sample sample, List<InputDescription> inputs) {
      throw new IllegalStateException("nothing is prepared here.");
    }

    @Override
    public Sha256Digest digest() {
      return Sha256Digest.ofText(name);
    }
  }

  private static SampleIndex set(String name) {
    List<Sha256Digest> digests = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      digests.add(Sha256Digest.ofText(name + " " + i));
    }
    return SampleIndex.of(digests);
  }

  private static SweepSettings.Builder settings() {
    return SweepSettings.builder("m", List.of("s"), new Preparation("preparation"), "o")
        .perTensor(PER_TENSOR);
  }

  private static SweepIdentity identity(SweepSettings settings) {
    return identity(settings, "an engine 1", new TreeMap<>(), Optional.empty());
  }

  private static SweepIdentity identity(
      SweepSettings settings,
      String engine,
      SortedMap<String, String> fitters,
      Optional<Sha256Digest> warmStart) {
    SweepSamples samples =
        new SweepSamples(
            set("all"),
            Map.of(),
            new SamplePart(SampleSet.MAIN, set("calibration")),
            new SamplePart(SampleSet.MAIN, set("selection")),
            new SamplePart(SampleSet.MAIN, set("confirmation")),
            0);
    return new SweepIdentity(settings, MODEL, samples, engine, warmStart, fitters);
  }

  @Test
  void whatIsStoredLiesUnderTheDigestsOfEarlierVersions() {
    SweepIdentity identity = identity(settings().build());
    assertThat(identity.evaluations().reference()).isEqualTo(MODEL);
    assertThat(identity.evaluations().criterion()).isEqualTo("top-1");
    assertThat(identity.evaluations().preparation().hex())
        .isEqualTo("2005903d0d8df8fb6d03c2aa48c45bdf25f9138ec26720920f4947a29d4ccb55");
    assertThat(identity.calibration().hex())
        .isEqualTo("65426b75418e42c34076ba2544fcf776f2d14b2d3d47058833ea13ea00aa86aa");
    assertThat(identity.moments().hex())
        .isEqualTo("b03de88f8a833774c064f1c3c05e96dfe14653db4252ce271bf2da28e69daca5");
    assertThat(identity.sensitivity(set("alone")).hex())
        .isEqualTo("830125ee808e0fcbb11b863730bb9e4c298b7eea19fc5113af57aa912b5a6de1");
    assertThat(identity.confirmationOpening().hex())
        .isEqualTo("fd1c1493958b6825f30534d2c3ac7215fe3fd6db00d3858b951f175c2548e7c1");
    assertThat(identity(settings().uniform().build()).calibration().hex())
        .isEqualTo("30bada96bdcedcf1f82242d3e5831b5358bf9a38ac48c4d2178ae3c5d6bbf6b0");
  }

  @Test
  void whatOnlyDecidesWhatASweepTakesIsNotInItsDigest() {
    Sha256Digest usual = identity(settings().build()).sweep();
    assertThat(
            List.of(
                identity(perTensor(own -> own.groupBytes(1))).sweep(),
                identity(settings().timeBudget(Duration.ofMinutes(1)).build()).sweep(),
                identity(settings().runId("nightly 7").build()).sweep(),
                identity(settings().evaluations("elsewhere").build()).sweep(),
                identity(settings().runLimit(Duration.ofSeconds(1)).build()).sweep(),
                identity(perTensor(own -> own.warmStart("recipe.yaml"))).sweep()))
        .containsOnly(usual);
  }

  @Test
  void aSizeIsInTheSweepsDigestByItsBytes() {
    assertThat(identity(settings().largestSize(LargestSize.parse("5MB")).build()).sweep())
        .isEqualTo(identity(settings().largestSize(LargestSize.parse("5000kB")).build()).sweep());
  }

  @Test
  void anOpeningIsCountedUnlessTheVerySameIsAskedAgain() {
    List<Sha256Digest> files = List.of(Sha256Digest.ofText("a"), Sha256Digest.ofText("b"));
    SweepIdentity usual = identity(settings().build());
    assertThat(usual.opening(List.of(files.get(1), files.get(0)))).isEqualTo(usual.opening(files));
    List<Sha256Digest> openings =
        List.of(
            usual.opening(files),
            usual.opening(files.subList(0, 1)),
            usual.opening(List.of(files.get(0), Sha256Digest.ofText("other codes"))),
            identity(settings().timeBudget(Duration.ofMinutes(1)).build()).opening(files),
            identity(settings().timeBudget(Duration.ofMinutes(2)).build()).opening(files),
            identity(settings().maxEvaluations(9).build()).opening(files),
            identity(settings().build(), "an engine 1", new TreeMap<>(), Optional.of(MODEL))
                .opening(files));
    assertThat(openings).doesNotHaveDuplicates();
    assertThat(identity(settings().timeBudget(Duration.ofMinutes(1)).build()).confirmationOpening())
        .isEqualTo(usual.confirmationOpening());
  }

  @Test
  void whatDecidesTheOutcomeIsInTheSweepsDigest() {
    TreeMap<String, Scheme> kept = new TreeMap<>();
    kept.put("a/weights", Scheme.parse("half"));
    PlanSearchSettings usual = PlanSearchSettings.DEFAULT;
    List<SweepSettings> others =
        List.of(
            settings().criterion(Criteria.parse("top-k:5")).build(),
            settings().threshold(AgreementThreshold.parse("0.951")).build(),
            settings().largestSize(LargestSize.parse("5MB")).build(),
            settings().largestSize(LargestSize.parse("5000001B")).build(),
            settings().objective(Objective.DOWNLOAD).build(),
            settings().schemes(List.of("half")).build(),
            settings().schemes(List.of("half", "linear:4")).build(),
            settings().selection(new WeightSelection(List.of("a"), List.of(), 0, false)).build(),
            settings().selection(new WeightSelection(List.of(), List.of("a"), 0, false)).build(),
            settings().selection(new WeightSelection(List.of(), List.of(), 1, false)).build(),
            settings().selection(new WeightSelection(List.of(), List.of(), 0, true)).build(),
            settings().keepBatchNorm().build(),
            settings().evaluateAll().build(),
            settings().maxEvaluations(9).build(),
            settings()
                .confirmation(ConfirmationSettings.DEFAULT.withRule(AcceptanceRule.BOUND))
                .build(),
            settings().confirmation(ConfirmationSettings.DEFAULT.withConfidence(0.9)).build(),
            settings().confirmation(ConfirmationSettings.DEFAULT.withFinalists(5)).build(),
            settings().uniform().build(),
            settings().perTensor(PerTensorSettings.DEFAULT).build(),
            rules(new OptionRules(new TreeSet<>(List.of(4)), true, true, true, new TreeMap<>())),
            rules(new OptionRules(OptionRules.ALL.bits(), false, true, true, new TreeMap<>())),
            rules(new OptionRules(OptionRules.ALL.bits(), true, false, true, new TreeMap<>())),
            rules(new OptionRules(OptionRules.ALL.bits(), true, true, false, new TreeMap<>())),
            rules(new OptionRules(OptionRules.ALL.bits(), true, true, true, kept)),
            rules(OptionRules.ALL.withoutAddedBiases()),
            perTensor(own -> own.strategy(Strategy.GREEDY_BY_PSNR)),
            perTensor(own -> own.calibration(CalibrationSettings.DEFAULT.withSeed(8))),
            perTensor(own -> own.sensitivitySamples(64)),
            perTensor(own -> own.search(PlanSearchSettings.BISECTION)),
            perTensor(
                own ->
                    own.search(
                        new PlanSearchSettings(
                            3, usual.scan(), usual.rungs(), usual.neighbours(), usual.moves()))));
    List<Sha256Digest> digests = new ArrayList<>();
    digests.add(identity(settings().build()).sweep());
    others.forEach(other -> digests.add(identity(other).sweep()));
    SweepSettings same = settings().build();
    TreeMap<String, String> fitters = new TreeMap<>();
    digests.add(identity(same, "an engine 2", fitters, Optional.empty()).sweep());
    digests.add(identity(same, "an engine 1", fitters, Optional.of(MODEL)).sweep());
    fitters.put("evens", "1");
    digests.add(identity(same, "an engine 1", fitters, Optional.empty()).sweep());
    assertThat(digests).doesNotHaveDuplicates();
  }

  private static SweepSettings rules(OptionRules rules) {
    return perTensor(own -> own.rules(rules));
  }

  private static SweepSettings perTensor(UnaryOperator<PerTensorSettings.Builder> change) {
    return settings().perTensor(change.apply(PER_TENSOR.toBuilder()).build()).build();
  }
}
