package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.quantsweep.UsageException;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.ClassFloor;
import org.quantsweep.agreement.TopLabels;
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
import org.quantsweep.tensor.Shape;

/** The floor of classes against sums over all samples, which know no order and no early end. */
class ClassFloorSearchTest {
  private static final int SAMPLES = 150;
  private static final int CLASSES = 5;
  private static final AgreementThreshold T = AgreementThreshold.parse("0.8");
  private static final ClassFloor FLOOR = ClassFloor.parse("0.75");
  private static final EvaluationKey KEY =
      new EvaluationKey(Sha256Digest.ofText("model"), Sha256Digest.ofText("preparation"), "top-1");
  private static final TopLabels.Form FORM =
      new TopLabels.Form(List.of("p"), List.of(Shape.of(CLASSES)));

  /**
   * Candidates of ascending size that are worse on one class each. Samples have up to three copies;
   * the last class is too small to be judged.
   */
  private static final class World implements SweepRunner {
    private final SampleIndex index;
    private final int[] classes;
    private final List<Candidate> candidates = new ArrayList<>();
    private final Map<Sha256Digest, BitSet> truth = new HashMap<>();
    private final TreeMap<Integer, Double> difficulties = new TreeMap<>();
    private final int slots;
    private long judged;
    private int references;

    World(long seed, int slots) {
      this.slots = slots;
      Random random = new Random(seed);
      Map<Sha256Digest, Integer> copies = new HashMap<>();
      for (int i = 0; i < SAMPLES; i++) {
        copies.put(Sha256Digest.ofText("sample " + i), 1 + random.nextInt(3));
      }
      index = SampleIndex.of(copies);
      classes = new int[SAMPLES];
      for (int rank = 0; rank < SAMPLES; rank++) {
        classes[rank] = rank < 6 ? CLASSES - 1 : random.nextInt(CLASSES - 1);
        difficulties.put(rank, random.nextDouble());
      }
      for (int i = 0; i < 14; i++) {
        Candidate candidate =
            new Candidate.Plan(Sha256Digest.ofText("scheme-" + i), new ByteSize(10 + i));
        int weak = random.nextInt(CLASSES);
        BitSet agreed = new BitSet();
        for (int rank = 0; rank < SAMPLES; rank++) {
          double share = 0.72 + i * 0.02 - (classes[rank] == weak ? 0.25 : 0);
          agreed.set(rank, random.nextDouble() < share);
        }
        candidates.add(candidate);
        truth.put(model(candidate).digest(), agreed);
      }
    }

    ReferenceEvidence reference(boolean labelled) {
      ReferenceEvidence.Union all = new ReferenceEvidence.Union();
      difficulties.forEach(
          (rank, difficulty) -> {
            all.answer(rank, difficulty);
            if (labelled) {
              all.label(rank, Optional.of(new TopLabels(FORM, new int[] {classes[rank]})));
            }
          });
      return all.united();
    }

    /** By sums over all samples. */
    boolean isAcceptable(Candidate candidate) {
      BitSet agreed = truth.get(model(candidate).digest());
      long[] sizes = new long[CLASSES];
      long[] agreeing = new long[CLASSES];
      for (int rank = 0; rank < SAMPLES; rank++) {
        sizes[classes[rank]] += index.count(rank);
        agreeing[classes[rank]] += agreed.get(rank) ? index.count(rank) : 0;
      }
      long all = 0;
      boolean met = true;
      for (int own = 0; own < CLASSES; own++) {
        all += agreeing[own];
        met &= sizes[own] < 20 || 4 * agreeing[own] >= 3 * sizes[own];
      }
      return met && 5 * all >= 4 * index.total();
    }

    @Override
    public int slots() {
      return slots;
    }

    @Override
    public ReferenceEvidence runReference() {
      references++;
      return reference(true);
    }

    @Override
    public Map<Sha256Digest, Evidence> evaluate(
        List<EvaluationTask> tasks, Map<Sha256Digest, ModelFiles> models) {
      Map<Sha256Digest, Evidence> found = new HashMap<>();
      for (EvaluationTask task : tasks) {
        for (EvaluationTask.CandidateSamples entry : task.group()) {
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

  private static SearchOutcome search(
      World world, InMemoryEvaluationStore store, SearchSettings settings) {
    UniformSearch search =
        new UniformSearch(world.index, KEY, store, world, settings, SearchListener.SILENT);
    return search.run(search.reference(), world.candidates, ClassFloorSearchTest::model);
  }

  private static CandidateJudge judge(World world, InMemoryEvaluationStore store) {
    return new CandidateJudge(
        world.index,
        KEY,
        store,
        world,
        ClassFloorSearchTest::model,
        SearchBudget.unlimited(),
        SearchListener.SILENT,
        16,
        FLOOR);
  }

  @Property(tries = 100)
  void theSmallestThatMeetsBothIsFoundWhateverTheWaves(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 6) int inFlight,
      @ForAll @IntRange(min = 1, max = 200) int leastStep,
      @ForAll @IntRange(min = 1, max = 3000) int slots,
      @ForAll boolean all) {
    World world = new World(seed, slots);
    SearchSettings settings =
        new SearchSettings(T, FLOOR, all, SearchSettings.UNLIMITED, inFlight, leastStep);
    SearchOutcome outcome = search(world, new InMemoryEvaluationStore(), settings);
    Optional<Candidate> expected =
        world.candidates.stream().filter(world::isAcceptable).findFirst();
    assertThat(outcome.selected().map(CandidateEvaluation::candidate)).isEqualTo(expected);
    for (CandidateEvaluation own : outcome.evaluations()) {
      if (own.verdict().isJudged()) {
        assertThat(own.verdict().isAccepted()).isEqualTo(world.isAcceptable(own.candidate()));
        assertThat(own.missed()).doesNotContain(new SampleClass("p", CLASSES - 1));
        if (own.verdict() == Verdict.ACCEPTED) {
          assertThat(own.missed()).isEmpty();
        }
      }
    }
    // Where nothing waits for others, the outcome is the same to the last count.
    World one = new World(seed, 1);
    SearchSettings plain = new SearchSettings(T, FLOOR, all, SearchSettings.UNLIMITED, 1, 1);
    assertThat(search(one, new InMemoryEvaluationStore(), plain).evaluations())
        .isEqualTo(outcome.evaluations());
  }

  @Property(tries = 60)
  void aLadderEndsAtTheFirstRungThatMissesEither(@ForAll long seed) {
    World world = new World(seed, 1);
    InMemoryEvaluationStore store = new InMemoryEvaluationStore();
    List<Rung> ladder = new ArrayList<>();
    for (int i = world.candidates.size() - 1; i >= 0; i--) {
      ladder.add(new Rung(world.candidates.get(i), 0.9, 0.5));
    }
    long required = T.required(world.index.total());
    BehindLadder nothing = BehindLadder.nothing(judge(world, store), T);
    Confirmation confirmation = Confirmation.run(judge(world, store), ladder, nothing, required);
    Optional<Candidate> expected = Optional.empty();
    int tested = 0;
    for (Rung rung : ladder) {
      tested++;
      if (!world.isAcceptable(rung.candidate())) {
        break;
      }
      expected = Optional.of(rung.candidate());
    }
    assertThat(confirmation.answer().map(Confirmation.Test::candidate)).isEqualTo(expected);
    assertThat(confirmation.tested()).hasSize(tested);
    assertThat(Confirmation.run(judge(world, store), ladder, nothing, required))
        .isEqualTo(confirmation);
    confirmation
        .answer()
        .ifPresent(
            answer -> {
              List<ClassAgreement> classes = judge(world, store).agreements(answer.candidate());
              assertThat(classes)
                  .extracting(own -> own.of().place())
                  .containsExactly(0, 1, 2, 3, 4);
              assertThat(classes.stream().mapToLong(own -> own.counts().agreeing()).sum())
                  .isEqualTo(answer.counts().agreeing());
            });
  }

  @Test
  void whatWasJudgedWithoutAFloorServesOneAndTheOtherWayRound() {
    World world = new World(11, 1);
    InMemoryEvaluationStore store = new InMemoryEvaluationStore();
    search(world, store, SearchSettings.everything(T));
    long judged = world.judged;
    SearchSettings floored = new SearchSettings(T, FLOOR, false, SearchSettings.UNLIMITED, 4, 48);
    SearchOutcome outcome = search(world, store, floored);
    assertThat(world.judged).isEqualTo(judged);
    World fresh = new World(11, 1);
    assertThat(outcome).isEqualTo(search(fresh, new InMemoryEvaluationStore(), floored));
  }

  /** Tables of earlier versions hold margins without classes. */
  @Test
  void whereClassesWereNotStoredTheReferenceRunsOnceMore() {
    World world = new World(12, 1);
    InMemoryEvaluationStore store = new InMemoryEvaluationStore();
    store.appendReference(KEY, world.index, world.reference(false));
    search(world, store, SearchSettings.decisionOnly(T));
    assertThat(world.references).isZero();
    SearchSettings floored = new SearchSettings(T, FLOOR, false, SearchSettings.UNLIMITED, 4, 48);
    search(world, store, floored);
    assertThat(world.references).isEqualTo(1);
    search(world, store, floored);
    assertThat(world.references).isEqualTo(1);
  }

  @Test
  void samplesWithoutAClassAreRefused() {
    World world = new World(13, 1);
    ReferenceEvidence.Union other = new ReferenceEvidence.Union();
    other.answer(3, 0.5);
    ReferenceEvidence unlabelled = other.united();
    assertThatThrownBy(() -> SampleClasses.of(world.index, unlabelled))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "--class-floor needs the one class that the model answers on a sample, and "
                + world.index.count(3)
                + " of "
                + world.index.count(3)
                + " samples have none: the criterion compares no classes, the answer has another"
                + " shape than those of other samples, or a sample has several calls or functions."
                + "\nMaybe leave --class-floor out, or name one function with --function.");
    assertThat(SampleClasses.of(world.index, ReferenceEvidence.none()).count()).isZero();
  }

  /** Closed form: of classes that agree in full the chance is that of their arcsines' distance. */
  @Test
  void aRungWithAWeakClassIsInDoubt() {
    World world = new World(14, 1);
    CandidateJudge judge = judge(world, new InMemoryEvaluationStore());
    Candidate weak = world.candidates.get(2);
    assertThat(world.isAcceptable(weak)).isFalse();
    judge.judgeWhole(List.of(weak), T);
    assertThat(judge.chanceOfClasses(weak, world.index.total())).isBetween(0.0, 0.5);
    Candidate given = new Candidate.AsGiven(new ByteSize(500));
    assertThat(judge.chanceOfClasses(given, world.index.total())).isEqualTo(1);
  }

  private static ModelFiles model(Candidate candidate) {
    byte[] bytes = new byte[(int) candidate.encodedSize().bytes()];
    bytes[0] = (byte) candidate.name().hashCode();
    return ModelFiles.lone(bytes);
  }
}
