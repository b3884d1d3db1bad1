package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.ClassFloor;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sweep.EvaluationKey;
import org.quantsweep.sweep.EvaluationTask;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.InMemoryEvaluationStore;
import org.quantsweep.sweep.ReferenceEvidence;
import org.quantsweep.sweep.SweepCost;
import org.quantsweep.sweep.SweepRunner;

class UniformSearchTest {
  private static final int SAMPLES = 120;
  private static final SampleIndex INDEX = index();
  private static final EvaluationKey KEY =
      new EvaluationKey(Sha256Digest.ofText("model"), Sha256Digest.ofText("preparation"), "top-1");

  /** Candidates of ascending size whose truth is drawn: larger ones agree more often. */
  private static final class World implements SweepRunner {
    private final List<Candidate> candidates = new ArrayList<>();
    private final Map<Sha256Digest, BitSet> truth = new HashMap<>();
    private final ReferenceEvidence reference;
    private long judged;
    private int slots = 1;
    private int waves;

    World(long seed) {
      this(seed, 0);
    }

    /**
     * Draws one.
     *
     * @param hardFirst how fast samples get easier by their margins; 0 for not at all
     */
    World(long seed, double hardFirst) {
      Random random = new Random(seed);
      TreeMap<Integer, Double> difficulties = new TreeMap<>();
      for (int rank = 0; rank < SAMPLES; rank++) {
        difficulties.put(rank, random.nextDouble());
      }
      reference = ReferenceEvidence.of(difficulties, new TreeMap<>());
      for (int i = 0; i < 12; i++) {
        Candidate candidate =
            new Candidate.Plan(Sha256Digest.ofText("scheme-" + i), new ByteSize(10 + i));
        BitSet agreed = new BitSet();
        for (int rank = 0; rank < SAMPLES; rank++) {
          double wrong =
              hardFirst == 0
                  ? 0.5 - i * 0.045
                  : 8 * Math.exp(-0.35 * i - hardFirst * difficulties.get(rank));
          agreed.set(rank, random.nextDouble() >= wrong);
        }
        candidates.add(candidate);
        truth.put(model(candidate).digest(), agreed);
      }
    }

    @Override
    public int slots() {
      return slots;
    }

    @Override
    public ReferenceEvidence runReference() {
      return reference;
    }

    @Override
    public Map<Sha256Digest, Evidence> evaluate(
        List<EvaluationTask> tasks, Map<Sha256Digest, ModelFiles> models) {
      waves++;
      Map<Sha256Digest, Evidence> found = new HashMap<>();
      for (EvaluationTask task : tasks) {
        for (EvaluationTask.CandidateSamples entry : task.group()) {
          assertThat(models).containsKey(entry.candidate());
          BitSet ranks = entry.ranks().toBitSet();
          BitSet agreed = (BitSet) truth.get(entry.candidate()).clone();
          agreed.and(ranks);
          judged += ranks.cardinality();
          found.merge(entry.candidate(), Evidence.of(ranks, agreed), Evidence::plus);
        }
      }
      return found;
    }

    @Override
    public SweepCost cost() {
      return SweepCost.NONE;
    }

    @Override
    public void close() {}
  }

  @Property(tries = 60)
  void theOutcomeIsThatOfAPlainLoopWhateverTheWaves(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 6) int inFlight,
      @ForAll @IntRange(min = 1, max = 150) int leastStep,
      @ForAll @IntRange(min = 1, max = 3000) int slots) {
    World world = new World(seed);
    world.slots = slots;
    AgreementThreshold threshold = AgreementThreshold.parse("0.85");
    SearchSettings settings =
        new SearchSettings(
            threshold, ClassFloor.NONE, false, SearchSettings.UNLIMITED, inFlight, leastStep);

    assertThat(search(world, settings, new InMemoryEvaluationStore()).evaluations())
        .isEqualTo(plainLoop(world, threshold));
  }

  @Test
  void aSecondRunJudgesNothingAndAnotherThresholdUsesWhatIsThere() {
    World world = new World(7);
    InMemoryEvaluationStore store = new InMemoryEvaluationStore();
    SearchSettings settings = SearchSettings.everything(AgreementThreshold.parse("0.85"));
    SearchOutcome first = search(world, settings, store);
    long judged = world.judged;
    assertThat(judged).isEqualTo(12L * SAMPLES);

    assertThat(search(world, settings, store)).isEqualTo(first);
    search(world, SearchSettings.decisionOnly(AgreementThreshold.parse("0.7")), store);
    assertThat(world.judged).isEqualTo(judged);
  }

  @Test
  void aClusterDoesMoreAheadAndFewerWaves() {
    SearchSettings settings = SearchSettings.decisionOnly(AgreementThreshold.parse("0.8"));
    World few = new World(5);
    World many = new World(5);
    many.slots = 2000;
    assertThat(search(many, settings, new InMemoryEvaluationStore()).evaluations())
        .isEqualTo(search(few, settings, new InMemoryEvaluationStore()).evaluations());
    assertThat(many.waves).isLessThan(few.waves);
  }

  @Test
  void hardlyMoreIsJudgedThanTheRuleNeedsInFewWaves() {
    SearchSettings settings = SearchSettings.decisionOnly(AgreementThreshold.parse("0.85"));
    long judged = 0;
    long needed = 0;
    int waves = 0;
    for (int seed = 0; seed < 40; seed++) {
      World world = new World(seed, 5);
      SearchOutcome outcome = search(world, settings, new InMemoryEvaluationStore());
      judged += world.judged;
      waves += world.waves;
      for (CandidateEvaluation evaluation : outcome.evaluations()) {
        needed += evaluation.counts().judged();
      }
    }
    // Waves of 48 samples at first, doubled after, took 2.18 times what is needed.
    assertThat((double) judged / needed).isLessThan(1.3);
    assertThat(waves).isLessThan(220);
  }

  @Test
  void maxEvaluationsCountsCandidatesOfTheSequentialRule() {
    World world = new World(3);
    SearchSettings settings =
        new SearchSettings(AgreementThreshold.parse("1"), ClassFloor.NONE, false, 5, 4, 16);
    SearchOutcome outcome = search(world, settings, new InMemoryEvaluationStore());
    assertThat(outcome.selected()).isEmpty();
    assertThat(outcome.evaluations().stream().map(CandidateEvaluation::verdict).toList())
        .startsWith(Verdict.REJECTED_EARLY, Verdict.REJECTED_EARLY)
        .endsWith(Verdict.NOT_NEEDED);
    assertThat(
            outcome.evaluations().stream()
                .filter(evaluation -> evaluation.verdict() != Verdict.NOT_NEEDED))
        .hasSize(5);
  }

  @Test
  void whatTheUniformFamilyTakesIsNotLeftForPlans() {
    World world = new World(3);
    SearchSettings settings =
        new SearchSettings(AgreementThreshold.parse("1"), ClassFloor.NONE, false, 5, 4, 16);
    SearchBudget budget = new SearchBudget(5, Optional.empty(), System::nanoTime);
    UniformSearch search =
        new UniformSearch(
            INDEX,
            KEY,
            new InMemoryEvaluationStore(),
            world,
            settings,
            SearchListener.SILENT,
            budget);
    search.run(search.reference(), world.candidates, UniformSearchTest::model);
    assertThat(budget.evaluations()).isEqualTo(5);
    assertThat(budget.end()).contains(SearchBudget.End.EVALUATIONS);
    assertThat(budget.takeEvaluation()).isFalse();
  }

  private static List<CandidateEvaluation> plainLoop(World world, AgreementThreshold threshold) {
    List<CandidateEvaluation> expected = new ArrayList<>();
    boolean found = false;
    for (Candidate candidate : world.candidates) {
      long judged = 0;
      long disagreeing = 0;
      Verdict verdict = found ? Verdict.NOT_NEEDED : Verdict.ACCEPTED;
      for (int rank : found ? List.<Integer>of() : world.reference.order()) {
        judged++;
        disagreeing += world.truth.get(model(candidate).digest()).get(rank) ? 0 : 1;
        if (disagreeing > threshold.allowedDisagreements(SAMPLES)) {
          verdict = Verdict.REJECTED_EARLY;
          break;
        }
      }
      found |= verdict == Verdict.ACCEPTED;
      expected.add(
          new CandidateEvaluation(
              candidate,
              verdict,
              new org.quantsweep.agreement.AgreementCounts(judged - disagreeing, judged)));
    }
    return expected;
  }

  private static SearchOutcome search(
      World world, SearchSettings settings, InMemoryEvaluationStore store) {
    UniformSearch search =
        new UniformSearch(INDEX, KEY, store, world, settings, SearchListener.SILENT);
    return search.run(search.reference(), world.candidates, UniformSearchTest::model);
  }

  private static ModelFiles model(Candidate candidate) {
    byte[] bytes = new byte[(int) candidate.encodedSize().bytes()];
    bytes[0] = (byte) candidate.name().hashCode();
    return ModelFiles.lone(bytes);
  }

  private static SampleIndex index() {
    List<Sha256Digest> digests = new ArrayList<>();
    for (int i = 0; i < SAMPLES; i++) {
      digests.add(Sha256Digest.ofText("sample " + i));
    }
    return SampleIndex.of(digests);
  }
}
