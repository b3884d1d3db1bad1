package org.quantsweep.jobs.sweep;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Rewrite;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.CalibratedOptions;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.jobs.spark.DeltaEvaluationStore;
import org.quantsweep.jobs.spark.DeltaOptionStore;
import org.quantsweep.jobs.spark.DeltaStatistics;
import org.quantsweep.jobs.spark.SparkOptionRunner;
import org.quantsweep.jobs.spark.SparkSweepRunner;
import org.quantsweep.quantize.LookUpTableFitter;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.SweepResult;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.CandidateEvaluation;
import org.quantsweep.search.CandidateJudge;
import org.quantsweep.search.Confirmation;
import org.quantsweep.search.OptionPass;
import org.quantsweep.search.OptionRules;
import org.quantsweep.search.PerTensorSearch;
import org.quantsweep.search.PlanCatalog;
import org.quantsweep.search.SearchBudget;
import org.quantsweep.search.SearchListener;
import org.quantsweep.search.SearchOutcome;
import org.quantsweep.search.SearchSettings;
import org.quantsweep.search.UniformSearch;
import org.quantsweep.search.Verdict;
import org.quantsweep.sweep.EvaluationKey;
import org.quantsweep.sweep.FittedOption;
import org.quantsweep.sweep.ReferenceEvidence;
import org.quantsweep.sweep.SweepCost;
import org.quantsweep.sweep.SweepRunner;
import org.quantsweep.sweep.TensorOption;

/** Sweeps the configurations of a model on Spark and writes the result into the output folder. */
public final class SweepJob {
  /** The chosen model's name in the output folder. */
  public static final String MODEL_FILE = "selected.mlmodel";

  private static final int FIRST_WAVE = 48;

  private final SparkSession spark;
  private final SweepSettings settings;
  private final SearchListener listener;
  private final SearchBudget budget;
  private final InferenceEngine engine = InferenceEngines.onnxRuntime();

  /** With everything that it needs. */
  public SweepJob(SparkSession spark, SweepSettings settings, SearchListener listener) {
    this(
        spark,
        settings,
        listener,
        new SearchBudget(settings.maxEvaluations(), settings.timeBudget(), System::nanoTime));
  }

  /**
   * With a budget that others may interrupt.
   *
   * @param budget over the whole sweep
   */
  public SweepJob(
      SparkSession spark, SweepSettings settings, SearchListener listener, SearchBudget budget) {
    this.spark = spark;
    this.settings = settings;
    this.listener = listener;
    this.budget = budget;
  }

  /**
   * Runs the sweep.
   *
   * @throws BadInputException when the model cannot run or too many samples cannot be read
   */
  public SweepResult run() {
    long started = System.nanoTime();
    OutputFolder output = new OutputFolder(settings.output(), hadoop());
    // Read before an older result goes: the recipe may be that result's.
    Optional<Recipe> warmStart =
        settings.perTensor().flatMap(PerTensorSettings::warmStart).map(this::recipe);
    output.begin(List.of(MODEL_FILE));
    ModelFiles given = InputFiles.model(settings.model(), hadoop());
    CoreMLModel model = ModelReader.read(given, settings.model());
    // Opened once here, so that what cannot run is said before any work starts.
    engine.open(model).close();
    CoreMLModel rewritten = Rewrite.apply(settings.planRewrites(), model);
    OptionRules rules = settings.perTensor().map(PerTensorSettings::rules).orElse(OptionRules.ALL);
    rules.requireKnown(identities(settings.selection().of(rewritten)));
    warmStart.ifPresent(recipe -> requireFitting(recipe, given, rules));
    UniformFamily family =
        new UniformFamily(
            given,
            Rewrite.apply(settings.rewrites(), model),
            settings.selection(),
            settings.schemes(),
            rules);
    listener.phaseStarted("samples", 0);
    SampleSets samples = new SampleSets(spark, settings, output);
    EvaluationKey key =
        new EvaluationKey(given.digest(), preparationDigest(), settings.criterion().toString());
    String evaluations =
        settings.evaluations().isEmpty() ? output.path("evaluations") : settings.evaluations();
    SweepReport report = new SweepReport(settings, given, samples, sweepDigest(given, samples));
    try (DeltaEvaluationStore store = new DeltaEvaluationStore(spark, evaluations);
        DeltaOptionStore options = new DeltaOptionStore(spark, evaluations + "-options");
        SweepRunner selecting = runner(given, samples.selection(), key, store);
        SweepRunner confirming = runner(given, samples.confirmation(), key, store)) {
      UniformSearch uniform =
          new UniformSearch(
              samples.selection().index(),
              key,
              store,
              selecting,
              searchSettings(thresholdOfSelection(key, store, confirming, samples)),
              listener,
              budget);
      listener.phaseStarted("reference", samples.selection().index().size());
      ReferenceEvidence reference = uniform.reference();
      samples.requireUsable(List.copyOf(reference.failures().values()));
      Optional<PlanWork> work =
          settings
              .perTensor()
              .map(own -> PlanWork.of(own, settings.selection().of(rewritten), rewritten, samples));
      work.ifPresent(
          planned ->
              listener.planned(
                  planned.estimate(
                      secondsPerInference(selecting.cost()),
                      spark.sparkContext().defaultParallelism())));
      SearchOutcome outcome = uniform.run(reference, family.candidates(), family::encode);
      report.uniform(outcome);
      Sha256Digest calibration = calibrationDigest(given, samples, CalibrationSettings::digest);
      DeltaStatistics statistics =
          new DeltaStatistics(
              spark,
              evaluations + "-statistics",
              calibrationDigest(given, samples, CalibrationSettings::momentsDigest));
      ModelEncoder encoder = new ModelEncoder(rewritten, stored(options, calibration));
      PlanCatalog catalog = new PlanCatalog(encoder);
      CandidateJudge judge =
          judge(samples.selection().index(), key, store, selecting, family, catalog, budget);
      if (work.isPresent()) {
        SweepCost cost =
            searchPlans(
                work.get(),
                rewritten,
                samples,
                report,
                options,
                encoder,
                catalog,
                judge,
                calibration,
                statistics,
                warmStart);
        report.cost(cost);
      }
      if (samples.confirmation().isEmpty()) {
        report.choose(report.finalists(1));
      } else {
        listener.phaseStarted("confirmation", 0);
        // A budget of its own: what was found is confirmed although time is up.
        CandidateJudge unseen =
            judge(
                samples.confirmation().index(),
                key,
                store,
                confirming,
                family,
                catalog,
                SearchBudget.unlimited());
        samples.requireUsable(List.copyOf(unseen.reference().failures().values()));
        confirm(report, unseen, options, key, samples);
      }
      report.cost(selecting.cost());
      report.cost(confirming.cost());
      SweepFiles files = new SweepFiles(output, settings, encoder, calibration);
      SweepResult result =
          report.result(
              candidate ->
                  candidate.plan().isPresent()
                      ? catalog.encode(candidate)
                      : family.encode(candidate),
              catalog,
              files,
              budget,
              (System.nanoTime() - started) * 1e-9);
      output.write(ResultFile.NAME, ResultFile.toJson(result));
      return result;
    }
  }

  private SweepCost searchPlans(
      PlanWork work,
      CoreMLModel rewritten,
      SampleSets samples,
      SweepReport report,
      DeltaOptionStore options,
      ModelEncoder encoder,
      PlanCatalog catalog,
      CandidateJudge judge,
      Sha256Digest calibration,
      DeltaStatistics statistics,
      Optional<Recipe> warmStart) {
    PerTensorSettings own = work.settings();
    Set<String> tensors = work.tensors();
    Set<String> calibratable = work.calibratable();
    if (tensors.isEmpty()) {
      return SweepCost.NONE;
    }
    SampleIndex alone = work.sensitivity();
    SampleSets.Part fitting =
        samples.calibration().isEmpty() ? samples.selection() : samples.calibration();
    Sha256Digest sensitivity =
        new Sha256Digest.Builder()
            .field("calibration", calibration.hex())
            .field("samples", alone.setDigest().hex())
            .field("criterion", settings.criterion().toString())
            .build();
    try (SparkOptionRunner runner =
        new SparkOptionRunner(
            JavaSparkContext.fromSparkContext(spark.sparkContext()),
            rewritten.format().encode(Map.of()),
            fitting.index(),
            fitting.shards(),
            alone,
            samples.selection().table().shards(alone),
            settings.preparation(),
            settings.criterion(),
            engine,
            own.calibration(),
            statistics)) {
      OptionPass pass =
          new OptionPass(
              encoder,
              runner,
              options,
              new OptionPass.Keys(calibration, sensitivity),
              own.groupBytes(),
              budget,
              listener);
      Optional<Candidate> incumbent = report.bestUniform().map(CandidateEvaluation::candidate);
      PerTensorSearch search = new PerTensorSearch(pass, judge, catalog, budget, own.search());
      Optional<Candidate> bound = incumbent;
      if (warmStart.isPresent()) {
        // Its plan needs the fitted options; the search finds them in the store afterwards.
        pass.space(tensors, calibratable, own.rules());
        if (areFitted(warmStart.get(), options, calibration)) {
          bound = warm(warmStart.get(), catalog, judge, report, incumbent);
        }
      }
      PerTensorSearch.Found found =
          search.run(
              tensors,
              calibratable,
              own.rules(),
              alone.total(),
              own.strategy(),
              report.threshold(),
              report.proposals(settings.confirmation().finalists()),
              bound);
      report.plans(found);
      return runner.cost();
    }
  }

  /** Of one core, from what was run so far; 0 when everything was known. */
  private static double secondsPerInference(SweepCost cost) {
    long inferences = cost.referenceInferences() + cost.candidateInferences();
    return inferences == 0 ? 0 : cost.inferenceSeconds() / inferences;
  }

  private Recipe recipe(String file) {
    return Recipe.parse(InputFiles.bytes(file, "recipe", hadoop()), file);
  }

  /** Refuses a recipe whose plan is not one of this sweep's. */
  private void requireFitting(Recipe recipe, ModelFiles given, OptionRules rules) {
    String file = settings.perTensor().flatMap(PerTensorSettings::warmStart).orElseThrow();
    if (!recipe.model().equals(given.digest().hex())) {
      throw new UsageException(
          file
              + ": this recipe is for a model with SHA-256 "
              + recipe.model()
              + ", not for "
              + settings.model()
              + ".\nMaybe leave --warm-start out.");
    }
    List<String> rewrites = SweepSettings.names(settings.planRewrites());
    if (!recipe.rewrites().equals(rewrites)) {
      throw new UsageException(
          file
              + ": this recipe is for the rewrites "
              + recipe.rewrites()
              + ", but this sweep does "
              + rewrites
              + ".\nMaybe give --keep-batch-norm and --add-biases as for that recipe.");
    }
    List<String> problems = new ArrayList<>();
    Map<String, Scheme> schemes = recipe.plan().schemes();
    rules
        .kept()
        .forEach(
            (tensor, scheme) -> {
              if (!schemes.containsKey(tensor)) {
                problems.add(tensor + " (not " + scheme + ")");
              }
            });
    schemes.forEach(
        (tensor, scheme) -> {
          if (!rules.allow(tensor, scheme)) {
            problems.add(tensor + " (" + scheme + ")");
          }
        });
    if (!problems.isEmpty()) {
      throw new UsageException(
          file
              + ": this recipe stores weight tensors in what this sweep does not allow: "
              + String.join(", ", problems)
              + ".\nMaybe edit it, or leave --warm-start out.");
    }
  }

  /** False where the budget ended before, or a layer's inputs cannot be used. */
  private static boolean areFitted(
      Recipe recipe, DeltaOptionStore options, Sha256Digest calibration) {
    List<TensorOption> fitted = recipe.fitted();
    return options.loadFitted(calibration, fitted).size() == fitted.size();
  }

  /** The incumbent: the best uniform candidate, or an accepted plan of an earlier recipe. */
  private Optional<Candidate> warm(
      Recipe recipe,
      PlanCatalog catalog,
      CandidateJudge judge,
      SweepReport report,
      Optional<Candidate> incumbent) {
    Candidate plan = catalog.add(recipe.plan());
    CandidateEvaluation evaluation = judge.judge(List.of(plan), report.threshold()).get(plan);
    boolean better =
        evaluation != null
            && evaluation.verdict() == Verdict.ACCEPTED
            && (incumbent.isEmpty() || plan.compareTo(incumbent.get()) < 0);
    if (better) {
      report.warmStart(evaluation);
    }
    return better ? Optional.of(plan) : incumbent;
  }

  private void confirm(
      SweepReport report,
      CandidateJudge judge,
      DeltaOptionStore options,
      EvaluationKey key,
      SampleSets samples) {
    List<Candidate> finalists = report.finalists(settings.confirmation().finalists());
    Sha256Digest opened =
        new Sha256Digest.Builder()
            .field("reference", key.reference().hex())
            .field("samples", samples.confirmation().index().setDigest().hex())
            .build();
    int openings = finalists.isEmpty() ? 0 : options.openConfirmation(opened, report.digest());
    Confirmation confirmation =
        Confirmation.run(
            judge,
            finalists,
            settings.threshold(),
            settings.confirmation().rule(),
            settings.confirmation().confidence());
    report.confirmed(confirmation, finalists.size(), openings);
  }

  /** What selection must meet, so that what it accepts has a chance to be confirmed. */
  private AgreementThreshold thresholdOfSelection(
      EvaluationKey key, DeltaEvaluationStore store, SweepRunner confirming, SampleSets samples) {
    if (samples.confirmation().isEmpty()) {
      return settings.threshold();
    }
    CandidateJudge unseen =
        new CandidateJudge(
            samples.confirmation().index(),
            key,
            store,
            confirming,
            candidate -> {
              throw new IllegalStateException("nothing is judged here.");
            },
            SearchBudget.unlimited(),
            SearchListener.SILENT,
            FIRST_WAVE);
    ConfirmationSettings own = settings.confirmation();
    // Of the uniform family one alone is tested: the best.
    int finalists = settings.perTensor().isPresent() ? own.finalists() : 1;
    return own.rule()
        .forSelection(settings.threshold(), unseen.denominator(), own.confidence(), finalists);
  }

  private CandidateJudge judge(
      SampleIndex samples,
      EvaluationKey key,
      DeltaEvaluationStore store,
      SweepRunner runner,
      UniformFamily family,
      PlanCatalog catalog,
      SearchBudget own) {
    return new CandidateJudge(
        samples,
        key,
        store,
        runner,
        candidate ->
            candidate.plan().isPresent() ? catalog.encode(candidate) : family.encode(candidate),
        own,
        listener,
        FIRST_WAVE);
  }

  private SweepRunner runner(
      ModelFiles given, SampleSets.Part part, EvaluationKey key, DeltaEvaluationStore store) {
    if (part.isEmpty()) {
      return SweepRunner.NONE;
    }
    return new SparkSweepRunner(
        JavaSparkContext.fromSparkContext(spark.sparkContext()),
        given,
        part.index(),
        part.shards(),
        settings.preparation(),
        settings.criterion(),
        engine,
        store.path() + "-models",
        found -> store.append(key, part.index(), found));
  }

  private static Set<String> identities(List<WeightTensor> tensors) {
    Set<String> identities = new TreeSet<>();
    tensors.forEach(tensor -> identities.add(tensor.identity()));
    return identities;
  }

  private static CalibratedOptions stored(DeltaOptionStore options, Sha256Digest calibration) {
    return (tensor, scheme) -> {
      TensorOption option = new TensorOption(tensor, scheme);
      FittedOption found = options.loadFitted(calibration, List.of(option)).get(option);
      if (found == null || found.weights().isEmpty()) {
        return CalibratedOptions.NONE.get(tensor, scheme);
      }
      return found.weights().get();
    };
  }

  private Configuration hadoop() {
    return spark.sparkContext().hadoopConfiguration();
  }

  private SearchSettings searchSettings(AgreementThreshold threshold) {
    SearchSettings usual =
        settings.evaluateAll()
            ? SearchSettings.everything(threshold)
            : SearchSettings.decisionOnly(threshold);
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

  /**
   * Covers what statistics or fitted codes depend on.
   *
   * @param part of the settings, that they depend on
   */
  private Sha256Digest calibrationDigest(
      ModelFiles given, SampleSets samples, Function<CalibrationSettings, Sha256Digest> part) {
    Sha256Digest.Builder digest =
        new Sha256Digest.Builder()
            .field("model", given.digest().hex())
            .field("rewrites", String.join(",", SweepSettings.names(settings.planRewrites())))
            .field("preparation", preparationDigest().hex())
            .field("samples", samples.calibration().index().setDigest().hex());
    settings
        .perTensor()
        .ifPresent(own -> digest.field("settings", part.apply(own.calibration()).hex()));
    return digest.build();
  }

  /** The versions of users' own look-up tables: another version makes other tables. */
  private static String fitterVersions() {
    Map<String, String> versions = new TreeMap<>();
    for (LookUpTableFitter fitter : ServiceLoader.load(LookUpTableFitter.class)) {
      versions.put(fitter.id(), fitter.version());
    }
    return versions.toString();
  }

  /** Covers everything that decides the outcome. */
  private Sha256Digest sweepDigest(ModelFiles given, SampleSets samples) {
    Map<String, String> fields = new TreeMap<>();
    fields.put("model", given.digest().hex());
    fields.put("samples", samples.selection().index().setDigest().hex());
    fields.put("calibration", samples.calibration().index().setDigest().hex());
    fields.put("confirmation", samples.confirmation().index().setDigest().hex());
    fields.put("preparation", preparationDigest().hex());
    fields.put("criterion", settings.criterion().toString());
    fields.put("threshold", settings.threshold().share().stripTrailingZeros().toPlainString());
    fields.put("schemes", String.join(",", settings.schemes()));
    fields.put("selection", settings.selection().toString());
    fields.put("rewrites", String.join(",", SweepSettings.names(settings.planRewrites())));
    fields.put("evaluateAll", Boolean.toString(settings.evaluateAll()));
    fields.put("maxEvaluations", Integer.toString(settings.maxEvaluations()));
    fields.put("acceptance", settings.confirmation().toString());
    fields.put("fitters", fitterVersions());
    fields.put("perTensor", settings.perTensor().map(Object::toString).orElse(""));
    Sha256Digest.Builder digest = new Sha256Digest.Builder();
    new ArrayList<>(fields.entrySet())
        .forEach(field -> digest.field(field.getKey(), field.getValue()));
    return digest.build();
  }
}
