package org.quantsweep.search;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeMap;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sweep.EvaluationKey;
import org.quantsweep.sweep.EvaluationTask;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.InMemoryEvaluationStore;
import org.quantsweep.sweep.ReferenceEvidence;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.SweepCost;
import org.quantsweep.sweep.SweepRunner;
import org.quantsweep.sweep.TensorOption;

/**
 * A made-up network whose errors add up: a sample disagrees under a plan when the summed error of
 * its options, and some noise of the pair, exceed the sample's margin.
 */
final class PlanWorld implements SweepRunner {
  static final int LADDER = 10;

  private static final int BASE = 200;
  private static final List<String> FORMS =
      List.of("lut-kmeans:", "linear:", "lut-linear:", "linear-symmetric:");

  final SearchSpace space;
  final Map<TensorOption, Sensitivity> measured = new HashMap<>();
  final PlanCatalog catalog;
  final SampleIndex samples;
  final InMemoryEvaluationStore store = new InMemoryEvaluationStore();
  SearchListener listener = SearchListener.SILENT;
  long inferences;

  private final double noise;
  private final double[] margins;
  private final Map<TensorOption, Long> bytes = new HashMap<>();
  private final Map<Sha256Digest, QuantizationPlan> files = new HashMap<>();

  /** With a table of 1 to 8 bits for each weight tensor. */
  PlanWorld(long seed, int tensors, int count, double noise) {
    this(seed, tensors, 8, count, noise);
  }

  /**
   * With so many options of each weight tensor, from 1 to 8 bits.
   *
   * @param each at most 32
   */
  PlanWorld(long seed, int tensors, int each, int count, double noise) {
    Random random = new Random(seed);
    this.noise = noise;
    TreeMap<String, List<SearchSpace.SizedOption>> options = new TreeMap<>();
    for (int t = 0; t < tensors; t++) {
      String tensor = "layer" + t + "/weights";
      int weights = 80 + random.nextInt(800);
      double scale = 0.2 + random.nextDouble();
      List<SearchSpace.SizedOption> own = new ArrayList<>();
      int forms = (each + 7) / 8;
      for (int place = 0; place < each; place++) {
        // A form that costs more tables lies between two widths of another one.
        double bits = 1 + 7.0 * place / (each - 1);
        Scheme scheme = Scheme.parse(FORMS.get(place % forms) + (1 + place / forms));
        double loss = scale * weights * Math.pow(4, -bits) * (0.7 + 0.6 * random.nextDouble());
        long size = (long) (weights * bits / 8);
        own.add(new SearchSpace.SizedOption(scheme, size, loss));
        bytes.put(new TensorOption(tensor, scheme), size);
        measured.put(
            new TensorOption(tensor, scheme),
            new Sensitivity(loss, loss / 2, (long) Math.min(100, loss * 3), 100));
      }
      options.put(tensor, own);
    }
    space = new SearchSpace(options);
    catalog = new PlanCatalog(new ExactSizing(this::size), this::encode);
    List<Sha256Digest> digests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      digests.add(Sha256Digest.ofText("sample " + i));
    }
    samples = SampleIndex.of(digests);
    margins = new double[count];
    for (int i = 0; i < count; i++) {
      // Losses add up: of very many tensors more is borne.
      margins[i] = 30 * Math.max(1, tensors / 100.0) * random.nextDouble();
    }
  }

  /** The same plans, sized otherwise. */
  PlanCatalog catalog(PlanSizing sizing) {
    return new PlanCatalog(sizing, this::encode);
  }

  CandidateJudge judge(SearchBudget budget) {
    return judge(catalog, budget);
  }

  CandidateJudge judge(PlanCatalog of, SearchBudget budget) {
    EvaluationKey key =
        new EvaluationKey(Sha256Digest.ofText("model"), Sha256Digest.ofText("p"), "top-1");
    return new CandidateJudge(samples, key, store, this, of::encode, budget, listener, 16);
  }

  PlanOutcome search(
      Strategy strategy,
      String threshold,
      long unseen,
      PlanSearchSettings settings,
      SearchBudget budget) {
    return new PlanSearch(
            judge(budget),
            catalog,
            space,
            measured,
            settings,
            budget,
            none -> OptionalDouble.empty())
        .run(
            strategy,
            AgreementThreshold.parse(threshold),
            new Finalists(LADDER, unseen, Optional.empty(), Optional.empty()));
  }

  /** The most agreeing plan up to a size, beside a uniform candidate of that loss. */
  PlanOutcome within(
      LargestSize largest,
      Optional<CandidateEvaluation> uniform,
      double uniformLoss,
      SearchBudget budget) {
    return within(largest, uniform, uniformLoss, Optional.empty(), budget);
  }

  /** The same with the plan of an earlier recipe. */
  PlanOutcome within(
      LargestSize largest,
      Optional<CandidateEvaluation> uniform,
      double uniformLoss,
      Optional<Candidate> warmStart,
      SearchBudget budget) {
    return new PlansWithinSize(
            new WithinSize(judge(budget), budget, largest),
            catalog,
            space,
            measured,
            PlanSearchSettings.DEFAULT,
            asked -> OptionalDouble.of(uniformLoss))
        .run(Strategy.KNAPSACK, uniform, warmStart);
  }

  /** How many samples agree under a plan. */
  long agreeing(QuantizationPlan plan) {
    long agreeing = 0;
    for (int rank = 0; rank < margins.length; rank++) {
      agreeing += agrees(plan, rank) ? 1 : 0;
    }
    return agreeing;
  }

  private boolean agrees(QuantizationPlan plan, int rank) {
    double loss = 0;
    for (Map.Entry<String, Scheme> entry : plan.schemes().entrySet()) {
      loss += measured.get(new TensorOption(entry.getKey(), entry.getValue())).loss();
    }
    double luck =
        new Random(plan.digest().hex().hashCode() * 31L + samples.digest(rank).hex().hashCode())
            .nextGaussian();
    return loss * (1 + noise * luck) <= margins[rank];
  }

  ByteSize size(QuantizationPlan plan) {
    long sum = BASE;
    for (Map.Entry<String, Scheme> entry : plan.schemes().entrySet()) {
      sum += bytes.get(new TensorOption(entry.getKey(), entry.getValue()));
    }
    return new ByteSize(sum);
  }

  private ModelFiles encode(QuantizationPlan plan) {
    byte[] bytes = new byte[(int) size(plan).bytes()];
    byte[] name = plan.digest().hex().getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(name, 0, bytes, 0, name.length);
    ModelFiles model = ModelFiles.lone(bytes);
    files.put(model.digest(), plan);
    return model;
  }

  @Override
  public ReferenceEvidence runReference() {
    TreeMap<Integer, Double> difficulties = new TreeMap<>();
    for (int rank = 0; rank < margins.length; rank++) {
      difficulties.put(rank, margins[rank]);
    }
    return ReferenceEvidence.of(difficulties, new TreeMap<>());
  }

  @Override
  public Map<Sha256Digest, Evidence> evaluate(
      List<EvaluationTask> tasks, Map<Sha256Digest, ModelFiles> models) {
    Map<Sha256Digest, Evidence> found = new HashMap<>();
    for (EvaluationTask task : tasks) {
      for (EvaluationTask.CandidateSamples entry : task.group()) {
        BitSet judged = new BitSet();
        BitSet agreed = new BitSet();
        for (int rank : entry.ranks().toBitSet().stream().toArray()) {
          judged.set(rank);
          agreed.set(rank, agrees(files.get(entry.candidate()), rank));
          inferences++;
        }
        found.merge(entry.candidate(), Evidence.of(judged, agreed), Evidence::plus);
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
