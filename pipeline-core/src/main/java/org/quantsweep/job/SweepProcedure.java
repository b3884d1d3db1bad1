package org.quantsweep.job;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.CalibratedOptions;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.report.SweepResult;
import org.quantsweep.report.bundle.EvidenceBundle;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.Objective;
import org.quantsweep.search.PlanCatalog;
import org.quantsweep.search.PlanSizing;
import org.quantsweep.search.SearchBudget;
import org.quantsweep.search.SearchListener;
import org.quantsweep.sweep.EvaluationKey;
import org.quantsweep.sweep.EvaluationStore;
import org.quantsweep.sweep.FittedOption;
import org.quantsweep.sweep.OptionStore;
import org.quantsweep.sweep.SweepRunner;
import org.quantsweep.sweep.TensorOption;

/** Sweeps the configurations of a model and writes the result, wherever the work is done. */
public final class SweepProcedure {
  private final SweepSettings settings;
  private final InferenceEngine engine;
  private final SweepPorts ports;
  private final SearchListener listener;
  private final SearchBudget budget;

  /**
   * With everything that it drives.
   *
   * @param budget over the whole sweep; others may interrupt it
   */
  public SweepProcedure(
      SweepSettings settings,
      InferenceEngine engine,
      SweepPorts ports,
      SearchListener listener,
      SearchBudget budget) {
    this.settings = settings;
    this.engine = engine;
    this.ports = ports;
    this.listener = listener;
    this.budget = budget;
  }

  /**
   * Runs the sweep.
   *
   * @throws org.quantsweep.BadInputException when the model cannot run or too many samples cannot
   *     be read
   * @throws org.quantsweep.UsageException when the settings do not fit the model
   */
  public SweepResult run() {
    long started = System.nanoTime();
    // First: a recipe that cannot be read is told before any work.
    Optional<WarmStart> warmStart = WarmStart.read(settings, ports.input());
    SweptModel model = model();
    settings.rules().requireKnown(model.identities());
    warmStart.ifPresent(recipe -> recipe.requireFitting(settings, model.given()));
    model.requireLegal(settings, warmStart);
    ports.output().begin(model.fileName());
    try (WorkAhead ahead =
        new WorkAhead(DownloadSizes.Budget.ahead(model.given(), isOrderedByDownload()))) {
      return run(started, model, warmStart, ahead);
    }
  }

  private SweepResult run(
      long started, SweptModel model, Optional<WarmStart> warmStart, WorkAhead ahead) {
    AtomicReference<CalibratedOptions> fitted = new AtomicReference<>(CalibratedOptions.NONE);
    ModelEncoder encoder = model.encoder((tensor, scheme) -> fitted.get().get(tensor, scheme));
    PlanSizing sizing = PlanSizing.of(settings.objective(), encoder);
    Future<UniformFamily> family =
        ahead.begin(
            () -> {
              UniformFamily own = model.family(settings, encoder, sizing);
              ahead.deflate(own.asGiven(), model.given());
              ahead.expect(own.candidates(), own::encode);
              return own;
            });
    listener.phaseStarted("samples", 0);
    SweepSamples samples = SweepSamples.open(settings, ports.samples());
    SweepIdentity identity =
        new SweepIdentity(
            settings,
            model.given().digest(),
            samples,
            engine.identity(),
            warmStart.map(own -> own.recipe().plan().digest()),
            SweepIdentity.loadedFitters());
    EvaluationKey key = identity.evaluations();
    try (EvaluationStore store = ports.stores().openEvaluations();
        OptionStore options = ports.stores().openOptions();
        SweepRunner selecting = runner(model, samples.selection(), key, store);
        SweepRunner calibrating = runner(model, samples.calibration(), key, store);
        SweepRunner confirming = runner(model, samples.confirmation(), key, store)) {
      RememberedEvaluations evaluations = new RememberedEvaluations(store);
      fitted.set(stored(options, identity.calibration()));
      CandidateFiles files =
          new CandidateFiles(
              WorkAhead.result(family), new PlanCatalog(sizing, encoder::encode), ahead);
      SweepPhases phases =
          new SweepPhases(
              identity,
              model,
              new SweepPhases.Resources(
                  evaluations,
                  options,
                  selecting,
                  calibrating,
                  confirming,
                  ports.runners(),
                  encoder,
                  sizing,
                  files),
              warmStart,
              listener,
              budget);
      AnsweredSamples answered = phases.reference();
      SweepFindings findings = phases.run(answered);
      Deliverables.Made made =
          new Deliverables(ports.output(), model.fileName(), files, encoder, identity)
              .make(findings);
      DownloadSizes downloads = downloads(model, files, findings, ahead);
      SweepResult found =
          SweepResults.of(
              identity,
              model.given().size(),
              answered,
              findings,
              phases.leftOut(),
              model.read().format(),
              ClassNames.of(engine.opened(model.read()).get(0).outputs()),
              downloads,
              made,
              budget.end(),
              seconds(started));
      long reporting = System.nanoTime();
      Optional<EvidenceBundle> evidence =
          evidence(
              new EvidenceCollector(
                  engine.ofKnownModels(),
                  identity,
                  model,
                  answered,
                  encoder,
                  files,
                  evaluations,
                  ports,
                  phases.options(),
                  downloads),
              found,
              findings,
              made);
      SweepResult result =
          settings.report().wanted()
              ? found.withReport(seconds(started), seconds(reporting))
              : found;
      ports
          .output()
          .replace(
              new SweepOutput.Delivery(
                  result, model.fileName(), made.selected(), made.recipe(), evidence));
      return result;
    }
  }

  /** Of what was judged, the answer first; where candidates are ordered by it, of all of them. */
  private DownloadSizes downloads(
      SweptModel model, CandidateFiles files, SweepFindings findings, WorkAhead ahead) {
    boolean ordered = isOrderedByDownload();
    Set<Candidate> looked = new LinkedHashSet<>();
    findings.selection().candidate().ifPresent(looked::add);
    findings.uniform().selected().ifPresent(own -> looked.add(own.candidate()));
    findings
        .tested()
        .ifPresent(
            own -> own.confirmation().tested().forEach(test -> looked.add(test.candidate())));
    looked.add(files.family().asGiven());
    Set<Candidate> others = new TreeSet<>();
    findings.evaluations().values().stream()
        .filter(own -> ordered || own.verdict().isJudged())
        .forEach(own -> others.add(own.candidate()));
    looked.addAll(others);
    return DownloadSizes.of(looked, model.given(), files, ordered, ahead);
  }

  private boolean isOrderedByDownload() {
    return settings.objective() == Objective.DOWNLOAD;
  }

  /** A report that cannot be made must not lose the result: then a line says why. */
  private Optional<EvidenceBundle> evidence(
      EvidenceCollector collector,
      SweepResult result,
      SweepFindings findings,
      Deliverables.Made made) {
    if (!settings.report().wanted()) {
      return Optional.empty();
    }
    listener.phaseStarted("report", 0);
    try {
      return Optional.of(collector.collect(result, findings, made, listener));
    } catch (RuntimeException e) {
      listener.remarked("no report is made, because its evidence cannot be put together: " + e);
      return Optional.empty();
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) * 1e-9;
  }

  private SweptModel model() {
    ModelFiles given =
        ModelReader.unpacked(ports.input().model(settings.model()), settings.model());
    CoreMLModel read =
        ModelReader.read(given, settings.model()).forDeployment(settings.deployment());
    read.requireCompressible();
    // Opened once here, so that what cannot run is said before any work starts.
    engine.open(read).close();
    return SweptModel.of(settings, given, read);
  }

  private SweepRunner runner(
      SweptModel model, SamplePart part, EvaluationKey key, EvaluationStore store) {
    return part.isEmpty()
        ? SweepRunner.NONE
        : ports
            .runners()
            .open(model.given(), part, found -> store.append(key, part.index(), found));
  }

  private static CalibratedOptions stored(OptionStore options, Sha256Digest calibration) {
    return (tensor, scheme) -> {
      TensorOption option = new TensorOption(tensor, scheme);
      FittedOption found = options.loadFitted(calibration, List.of(option)).get(option);
      if (found == null || found.weights().isEmpty()) {
        return CalibratedOptions.NONE.get(tensor, scheme);
      }
      return found.weights().get();
    };
  }
}
