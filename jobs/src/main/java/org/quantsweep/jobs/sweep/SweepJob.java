package org.quantsweep.jobs.sweep;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.ModelReader;
import org.quantsweep.coreml.rewrite.BatchNormFolding;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.table.Ingestion;
import org.quantsweep.datasets.table.SampleTable;
import org.quantsweep.datasets.table.ShardSamples;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.EncodedModel;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.onnxruntime.OnnxRuntimeEngine;
import org.quantsweep.jobs.spark.DeltaEvaluationStore;
import org.quantsweep.jobs.spark.SparkSweepRunner;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.SweepResult;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.CandidateEvaluation;
import org.quantsweep.search.SearchListener;
import org.quantsweep.search.SearchOutcome;
import org.quantsweep.search.SearchSettings;
import org.quantsweep.search.UniformSearch;
import org.quantsweep.search.Verdict;
import org.quantsweep.sweep.EvaluationKey;
import org.quantsweep.sweep.ReferenceEvidence;
import org.quantsweep.sweep.SweepCost;

/** Sweeps the uniform family of a model on Spark and writes the result into the output folder. */
public final class SweepJob {
  /** The chosen model's name in the output folder. */
  public static final String MODEL_FILE = "selected.mlmodel";

  private static final double CONFIDENCE = 0.95;

  private final SparkSession spark;
  private final SweepSettings settings;
  private final SearchListener listener;
  private final InferenceEngine engine = new OnnxRuntimeEngine();

  /** With everything that it needs. */
  public SweepJob(SparkSession spark, SweepSettings settings, SearchListener listener) {
    this.spark = spark;
    this.settings = settings;
    this.listener = listener;
  }

  /**
   * Runs the sweep.
   *
   * @throws BadInputException when the model cannot run or too many samples cannot be read
   */
  public SweepResult run() {
    long started = System.nanoTime();
    OutputFolder output = new OutputFolder(settings.output(), hadoop());
    output.begin();
    EncodedModel given = new EncodedModel(InputFiles.read(settings.model(), hadoop()));
    CoreMLModel model = ModelReader.read(given.sharedBytes(), settings.model());
    // Opened once here, so that what cannot run is said before any work starts.
    engine.open(model).close();
    CoreMLModel rewritten = settings.foldBatchNorm() ? BatchNormFolding.fold(model) : model;
    UniformFamily family =
        new UniformFamily(given, rewritten, settings.selection(), settings.schemes());
    SampleTable samples = samples(output);
    EvaluationKey key =
        new EvaluationKey(given.digest(), preparationDigest(), settings.criterion().toString());
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    JavaRDD<ShardSamples> shards = samples.shards();
    String evaluations =
        settings.evaluations().isEmpty() ? output.path("evaluations") : settings.evaluations();
    SearchOutcome outcome;
    SweepCost cost;
    try (DeltaEvaluationStore store =
            new DeltaEvaluationStore(spark, evaluations, DeltaEvaluationStore.INTERVAL);
        SparkSweepRunner runner =
            new SparkSweepRunner(
                context,
                given,
                samples.index(),
                shards,
                settings.preparation(),
                settings.criterion(),
                engine,
                found -> store.append(key, samples.index(), found))) {
      UniformSearch search =
          new UniformSearch(samples.index(), key, store, runner, searchSettings(), listener);
      ReferenceEvidence reference = search.reference();
      requireReadable(samples, reference);
      outcome = search.run(reference, family.candidates(), family::encode);
      cost = runner.cost();
    }
    double seconds = (System.nanoTime() - started) * 1e-9;
    SweepResult result = result(given, samples, family, outcome, cost, seconds, output);
    output.write(ResultFile.NAME, ResultFile.toJson(result));
    return result;
  }

  private org.apache.hadoop.conf.Configuration hadoop() {
    return spark.sparkContext().hadoopConfiguration();
  }

  private SearchSettings searchSettings() {
    SearchSettings usual =
        settings.evaluateAll()
            ? SearchSettings.everything(settings.threshold())
            : SearchSettings.decisionOnly(settings.threshold());
    return new SearchSettings(
        usual.threshold(),
        usual.evaluateAll(),
        settings.maxEvaluations(),
        usual.candidatesInFlight(),
        usual.firstWave());
  }

  private Sha256Digest preparationDigest() {
    return new Sha256Digest.Builder()
        .field("preparation", settings.preparation().digest().hex())
        .field("engine", engine.identity())
        .build();
  }

  private SampleTable samples(OutputFolder output) {
    Ingestion ingestion =
        new Ingestion(
            spark,
            new IngestLimits(settings.preparation().limits(), IngestLimits.DEFAULT.arrays()));
    if (settings.samples().size() != 1) {
      throw new UsageException(
          "--samples names "
              + settings.samples().size()
              + " sets, but this version sweeps one.\nMaybe put the pictures into one folder.");
    }
    return output.writing("samples", path -> ingestion.open(settings.samples().get(0), path));
  }

  private void requireReadable(SampleTable samples, ReferenceEvidence reference) {
    List<String> reasons = new ArrayList<>();
    samples.quarantined().forEach(file -> reasons.add(file.path() + ": " + file.reason()));
    reasons.addAll(reference.failures().values());
    long all = samples.index().total() + samples.quarantined().size();
    if (reasons.size() > settings.quarantineLimit() * all) {
      throw new BadInputException(
          settings.samples().get(0)
              + ": "
              + reasons.size()
              + " of "
              + all
              + " samples cannot be used, more than the limit of "
              + String.format(Locale.ROOT, "%.1f %%", 100 * settings.quarantineLimit())
              + ":\n  "
              + String.join("\n  ", reasons.subList(0, Math.min(5, reasons.size())))
              + (reasons.size() > 5 ? "\n  ..." : "")
              + "\nMaybe mend or remove them, or raise --quarantine-limit.");
    }
  }

  private SweepResult result(
      EncodedModel given,
      SampleTable samples,
      UniformFamily family,
      SearchOutcome outcome,
      SweepCost cost,
      double seconds,
      OutputFolder output) {
    List<SweepResult.Row> rows = new ArrayList<>();
    long evaluations = 0;
    for (CandidateEvaluation evaluation : outcome.evaluations()) {
      rows.add(row(evaluation, given));
      evaluations += evaluation.verdict() == Verdict.NOT_NEEDED ? 0 : 1;
    }
    Optional<CandidateEvaluation> selected = outcome.selected();
    SweepResult.Chosen chosen = null;
    if (selected.isPresent()) {
      EncodedModel file = family.encode(selected.get().candidate());
      output.write(MODEL_FILE, file.sharedBytes());
      chosen =
          new SweepResult.Chosen(
              selected.get().candidate().scheme(),
              null,
              file.size().bytes(),
              file.size().ratioTo(given.size()),
              agreement(selected.get().counts()),
              null,
              file.digest().hex(),
              MODEL_FILE);
    }
    long n =
        samples.index().total()
            - outcome.reference().failures().keySet().stream()
                .mapToLong(rank -> samples.index().count(rank))
                .sum();
    TreeMap<String, Long> splits = new TreeMap<>();
    splits.put("selection", n);
    return new SweepResult(
        SweepResult.SCHEMA_VERSION,
        chosen == null ? SweepResult.NONE_ACCEPTABLE : SweepResult.SELECTED,
        sweepDigest(given, samples).hex(),
        settings.criterion().toString(),
        settings.threshold().toString(),
        new SweepResult.SourceModel(
            new org.apache.hadoop.fs.Path(settings.model()).getName(),
            given.size().bytes(),
            given.digest().hex()),
        new SweepResult.Samples(
            n,
            samples.quarantined().size() + (long) outcome.reference().failures().size(),
            samples.index().setDigest().hex(),
            splits),
        chosen,
        chosen,
        rows,
        null,
        null,
        null,
        new SweepResult.Cost(
            evaluations,
            cost.referenceInferences() + cost.candidateInferences(),
            cost.preparationSeconds(),
            cost.inferenceSeconds(),
            seconds));
  }

  private static SweepResult.Row row(CandidateEvaluation evaluation, EncodedModel given) {
    Candidate candidate = evaluation.candidate();
    boolean needed = evaluation.verdict() != Verdict.NOT_NEEDED;
    return new SweepResult.Row(
        candidate.scheme(),
        null,
        candidate.encodedSize().bytes(),
        candidate.encodedSize().ratioTo(given.size()),
        evaluation.verdict().toString(),
        evaluation.isComplete() ? agreement(evaluation.counts()) : null,
        needed && !evaluation.isComplete() ? evaluation.counts().judged() : null,
        needed && !evaluation.isComplete() ? evaluation.counts().disagreeing() : null);
  }

  private static SweepResult.Agreement agreement(AgreementCounts counts) {
    return new SweepResult.Agreement(
        counts.agreeing(), counts.judged(), counts.lowerBound(CONFIDENCE), CONFIDENCE);
  }

  /** Covers everything that decides the outcome. */
  private Sha256Digest sweepDigest(EncodedModel given, SampleTable samples) {
    return new Sha256Digest.Builder()
        .field("model", given.digest().hex())
        .field("samples", samples.index().setDigest().hex())
        .field("preparation", preparationDigest().hex())
        .field("criterion", settings.criterion().toString())
        .field("threshold", settings.threshold().share().stripTrailingZeros().toPlainString())
        .field("schemes", String.join(",", settings.schemes()))
        .field("selection", settings.selection().toString())
        .field("rewrites", settings.foldBatchNorm() ? BatchNormFolding.NAME : "")
        .field("evaluateAll", Boolean.toString(settings.evaluateAll()))
        .field("maxEvaluations", Integer.toString(settings.maxEvaluations()))
        .build();
  }
}
