package org.quantsweep.benchmark;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.encode.WeightSelection;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.CandidateJudge;
import org.quantsweep.search.Finalists;
import org.quantsweep.search.PlanCatalog;
import org.quantsweep.search.PlanOutcome;
import org.quantsweep.search.PlanSearch;
import org.quantsweep.search.PlanSearchSettings;
import org.quantsweep.search.SearchBudget;
import org.quantsweep.search.SearchListener;
import org.quantsweep.search.SearchSpace;
import org.quantsweep.search.Strategy;
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
 * What a search over plans costs in a model of many weight tensors, without its runs: the sizes of
 * options, the line, narrowing, the curve, neighbours and the ladder. Sizes are the model's own;
 * losses and answers are made. Nothing is encoded.
 *
 * <pre>benchmarks/plan_search.sh MODEL [OPTIONS]</pre>
 */
final class PlanSearchScale {
  private static final int SAMPLES = 1000;
  private static final String THRESHOLD = "0.95";

  private final CoreMLModel model;
  private final ModelEncoder encoder;
  private final PlanCatalog catalog;
  private final Map<TensorOption, Sensitivity> measured = new HashMap<>();
  private final Map<Sha256Digest, Double> losses = new HashMap<>();
  private double middle;

  private PlanSearchScale(Path file) {
    this.model = ModelReader.read(file);
    this.encoder = new ModelEncoder(model);
    this.catalog = new PlanCatalog(encoder);
  }

  public static void main(String[] arguments) {
    int options = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 30;
    new PlanSearchScale(Path.of(arguments[0])).run(options);
  }

  private void run(int most) {
    long start = System.nanoTime();
    SearchSpace space = space(most);
    System.out.printf(
        "%d weight tensors, %d options, 10^%.0f plans%n",
        space.tensors().size(), space.options().size(), space.logPlans());
    start = told("exact sizes of all options", start);
    List<QuantizationPlan> line = Strategy.KNAPSACK.line(space, measured);
    start = told("a line of " + line.size() + " plans", start);
    QuantizationPlan half = line.get(line.size() / 2);
    middle = loss(half);
    List<Candidate> judged = new ArrayList<>();
    PlanOutcome outcome = search(space, judged);
    told(
        "the search over plans: "
            + outcome.line()
            + " told apart, "
            + judged.size()
            + " judged, "
            + outcome.neighbours().size()
            + " neighbours of the last refused, "
            + outcome.ladder().size()
            + " rungs",
        start);
    outcome
        .best()
        .ifPresent(
            best ->
                System.out.printf(
                    "smallest accepted: %d bytes of %d%n",
                    best.candidate().encodedSize().bytes(), model.size().bytes()));
    System.out.printf("heap: limit %d MB%n", Runtime.getRuntime().maxMemory() >> 20);
  }

  private static long told(String what, long start) {
    long now = System.nanoTime();
    System.out.printf("%.1f s for %s%n", (now - start) / 1e9, what);
    return now;
  }

  /** So many options of each weight tensor; each bit less loses about four times as much. */
  private SearchSpace space(int most) {
    Random random = new Random(1);
    TreeMap<String, List<SearchSpace.SizedOption>> tensors = new TreeMap<>();
    long base = encoder.encodedSize(new QuantizationPlan(new TreeMap<>())).bytes();
    for (WeightTensor tensor : WeightSelection.DEFAULT.of(model)) {
      double scale = tensor.elementCount() * Math.exp(random.nextGaussian());
      List<SearchSpace.SizedOption> options = new ArrayList<>();
      for (Scheme scheme : model.format().options(tensor)) {
        TensorOption option = new TensorOption(tensor.identity(), scheme);
        long alone =
            encoder
                .encodedSize(new QuantizationPlan(new TreeMap<>(Map.of(tensor.identity(), scheme))))
                .bytes();
        double bits =
            scheme instanceof Scheme.Compression codes
                ? Math.min(16, codes.bitsPerWeight())
                : Short.SIZE;
        double loss =
            scheme instanceof Scheme.FullPrecision
                ? 0
                : scale * Math.pow(4, -bits) * (0.7 + 0.6 * random.nextDouble());
        if (options.size() < most) {
          options.add(new SearchSpace.SizedOption(scheme, alone - base, loss));
          measured.put(option, new Sensitivity(loss, loss, 0, SAMPLES));
        }
      }
      tensors.put(tensor.identity(), options);
    }
    return new SearchSpace(tensors);
  }

  private double loss(QuantizationPlan plan) {
    double loss = 0;
    for (Map.Entry<String, Scheme> entry : plan.schemes().entrySet()) {
      loss += measured.get(new TensorOption(entry.getKey(), entry.getValue())).loss();
    }
    return loss;
  }

  private PlanOutcome search(SearchSpace space, List<Candidate> judged) {
    List<Sha256Digest> digests = new ArrayList<>();
    for (int i = 0; i < SAMPLES; i++) {
      digests.add(Sha256Digest.ofText("sample " + i));
    }
    SearchBudget budget = SearchBudget.unlimited();
    CandidateJudge judge =
        new CandidateJudge(
            SampleIndex.of(digests),
            new EvaluationKey(Sha256Digest.ofText("model"), Sha256Digest.ofText("p"), "top-1"),
            new InMemoryEvaluationStore(),
            new MadeAnswers(),
            this::stand,
            budget,
            SearchListener.SILENT,
            48);
    PlanOutcome outcome =
        new PlanSearch(
                judge,
                catalog,
                space,
                measured,
                PlanSearchSettings.DEFAULT,
                budget,
                none -> OptionalDouble.empty())
            .run(
                Strategy.KNAPSACK,
                AgreementThreshold.parse(THRESHOLD),
                new Finalists(10, SAMPLES, Optional.empty(), Optional.empty()));
    judged.addAll(judge.judged());
    return outcome;
  }

  /** A file of the candidate's size that holds its name. */
  private ModelFiles stand(Candidate candidate) {
    byte[] bytes = new byte[Math.toIntExact(candidate.encodedSize().bytes())];
    byte[] name = candidate.name().getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(name, 0, bytes, 0, name.length);
    ModelFiles files = ModelFiles.lone(bytes);
    losses.put(files.digest(), loss(catalog.plan(candidate)));
    return files;
  }

  /** The hardest samples disagree first, as the summed loss grows. */
  private final class MadeAnswers implements SweepRunner {
    @Override
    public ReferenceEvidence runReference() {
      TreeMap<Integer, Double> margins = new TreeMap<>();
      for (int rank = 0; rank < SAMPLES; rank++) {
        margins.put(rank, (double) rank);
      }
      return ReferenceEvidence.of(margins, new TreeMap<>());
    }

    @Override
    public Map<Sha256Digest, Evidence> evaluate(
        List<EvaluationTask> tasks, Map<Sha256Digest, ModelFiles> models) {
      Map<Sha256Digest, Evidence> found = new HashMap<>();
      for (EvaluationTask task : tasks) {
        for (EvaluationTask.CandidateSamples entry : task.group()) {
          double most = 0.05 * SAMPLES * losses.get(entry.candidate()) / middle;
          BitSet judged = new BitSet();
          BitSet agreed = new BitSet();
          for (int rank : entry.ranks().toBitSet().stream().toArray()) {
            judged.set(rank);
            agreed.set(rank, rank >= most);
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
}
