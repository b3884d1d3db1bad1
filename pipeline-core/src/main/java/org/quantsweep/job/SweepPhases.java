package org.quantsweep.job;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.ClassFloor;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.search.Aim;
import org.quantsweep.search.BehindLadder;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.CandidateEvaluation;
import org.quantsweep.search.CandidateJudge;
import org.quantsweep.search.ClassAgreement;
import org.quantsweep.search.Confirmation;
import org.quantsweep.search.Finalists;
import org.quantsweep.search.GlobalConfigs;
import org.quantsweep.search.LadderTop;
import org.quantsweep.search.LargestSize;
import org.quantsweep.search.LeftOut;
import org.quantsweep.search.OptionPass;
import org.quantsweep.search.PerTensorSearch;
import org.quantsweep.search.PlanOutcome;
import org.quantsweep.search.PlanSizing;
import org.quantsweep.search.Rung;
import org.quantsweep.search.SearchBudget;
import org.quantsweep.search.SearchListener;
import org.quantsweep.search.SearchSettings;
import org.quantsweep.search.Strategy;
import org.quantsweep.search.UniformSearch;
import org.quantsweep.search.Verdict;
import org.quantsweep.search.WithinSize;
import org.quantsweep.sweep.EvaluationStore;
import org.quantsweep.sweep.OptionRunner;
import org.quantsweep.sweep.OptionStore;
import org.quantsweep.sweep.ReferenceEvidence;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.SweepCost;
import org.quantsweep.sweep.SweepRunner;
import org.quantsweep.sweep.TensorOption;

/** The phases of a sweep over what is open for it: uniform family, plans, confirmation. */
final class SweepPhases {
  private static final int FIRST_WAVE = 48;

  private final SweepSettings settings;
  private final SweepIdentity identity;
  private final SweepSamples samples;
  private final SweptModel model;
  private final Resources open;
  private final Optional<WarmStart> warmStart;
  private final SearchListener listener;
  private final SearchBudget budget;
  private final List<LeftOut> leftOut = new ArrayList<>();
  private Optional<OptionPass.Offered> offered = Optional.empty();
  private Map<TensorOption, Sensitivity> measured = Map.of();
  private long sensitivitySamples;

  /**
   * What is known of weight tensors' options, once {@link #run} is through.
   *
   * @param offered by the format and the settings; empty without a search over plans
   * @param measured what options that were run did alone, on the samples that each was run on
   * @param samples how many these are at most; 0 without a search over plans
   * @param leftOut options that weight tensors could not have
   */
  record Options(
      Optional<OptionPass.Offered> offered,
      Map<TensorOption, Sensitivity> measured,
      long samples,
      List<LeftOut> leftOut) {
    /** Copies the collections. */
    Options {
      measured = Map.copyOf(measured);
      leftOut = List.copyOf(leftOut);
    }
  }

  /** What is open while a sweep runs. */
  record Resources(
      EvaluationStore store,
      OptionStore options,
      SweepRunner selecting,
      SweepRunner calibrating,
      SweepRunner confirming,
      SweepRunners runners,
      ModelEncoder encoder,
      PlanSizing sizing,
      CandidateFiles files) {
    /** What runs models on a part. */
    SweepRunner running(SampleRole role) {
      return switch (role) {
        case SELECTION -> selecting;
        case CALIBRATION -> calibrating;
        case CONFIRMATION -> confirming;
      };
    }
  }

  SweepPhases(
      SweepIdentity identity,
      SweptModel model,
      Resources open,
      Optional<WarmStart> warmStart,
      SearchListener listener,
      SearchBudget budget) {
    this.settings = identity.settings();
    this.identity = identity;
    this.samples = identity.samples();
    this.model = model;
    this.open = open;
    this.warmStart = warmStart;
    this.listener = listener;
    this.budget = budget;
  }

  /**
   * Runs the reference on each part, so that what cannot be used is known before anything is
   * judged.
   *
   * @throws org.quantsweep.BadInputException when that is too much, or a whole part
   */
  AnsweredSamples reference() {
    Map<SampleRole, ReferenceEvidence> answers = new EnumMap<>(SampleRole.class);
    int size = 0;
    for (SampleRole role : SampleRole.values()) {
      size += samples.part(role).index().size();
    }
    listener.phaseStarted("reference", size);
    for (SampleRole role : SampleRole.values()) {
      SamplePart part = samples.part(role);
      if (!part.isEmpty()) {
        CandidateJudge none =
            judge(
                part,
                open.running(role),
                candidate -> {
                  throw new IllegalStateException("nothing is judged here.");
                },
                SearchBudget.unlimited(),
                SearchListener.SILENT,
                role == SampleRole.CALIBRATION ? ClassFloor.NONE : settings.aim().classFloor());
        answers.put(role, none.reference());
        AnsweredSamples known = new AnsweredSamples(samples, answers);
        listener.referenceDone(role.toString(), known.n(role), known.quarantine(role));
        none.requireClasses();
      }
    }
    AnsweredSamples all = new AnsweredSamples(samples, answers);
    all.requireUsable(settings);
    return all;
  }

  SweepFindings run(AnsweredSamples answered) {
    Optional<PlanWork> work =
        settings
            .perTensor()
            .map(
                own ->
                    PlanWork.of(
                        own, settings.objective(), model.selected(), model.rewritten(), samples));
    work.ifPresent(
        planned ->
            listener.planned(
                planned.estimate(
                    secondsPerInference(open.selecting().cost()), open.runners().parallelism())));
    UniformFamily family = open.files().family();
    listener.leftOut(family.leftOut());
    leftOut.addAll(family.leftOut());
    Optional<PlanWork> plans = work.filter(planned -> !planned.tensors().isEmpty());
    if (plans.isEmpty()) {
      giveUpCalibration();
    }
    SweepFindings findings;
    if (settings.aim() instanceof Aim.MostAgreeing most) {
      findings = mostAgreeing(most.largest(), family, plans);
    } else {
      AgreementThreshold threshold = ((Aim.Smallest) settings.aim()).threshold();
      findings = smallest(threshold, family, plans, answered);
    }
    for (SampleRole role : SampleRole.values()) {
      findings = findings.plus(open.running(role).cost());
    }
    return findings;
  }

  /** The smallest candidate that agrees often enough, confirmed where there are samples for it. */
  private SweepFindings smallest(
      AgreementThreshold threshold,
      UniformFamily family,
      Optional<PlanWork> plans,
      AnsweredSamples answered) {
    UniformSearch uniform =
        new UniformSearch(
            samples.selection().index(),
            identity.evaluations(),
            open.store(),
            open.selecting(),
            searchSettings(thresholdOfSelection(threshold, answered)),
            listener,
            budget);
    SweepFindings findings =
        SweepFindings.of(
            uniform.run(
                answered.answers(SampleRole.SELECTION), family.candidates(), open.files()::encode));
    int taken = budget.evaluations();
    if (plans.isPresent()) {
      PlanWork work = plans.get();
      SweepFindings before = findings;
      findings =
          searchPlans(work, findings, (pass, judge) -> smallerPlans(work, before, pass, judge));
    }
    findings =
        samples.confirmation().isEmpty()
            ? findings.with(findings.smallest())
            : confirm(findings, threshold);
    if (settings.aim().classFloor().asks()) {
      findings = withClasses(findings);
    }
    if (plans.isEmpty()) {
      return findings;
    }
    PlanWork work = plans.get();
    SweepFindings chosen = findings;
    return compare(
        work,
        findings,
        taken,
        (strategy, search, judge, own) ->
            search.run(
                work.tensors(),
                work.calibratable(),
                work.settings().rules(),
                work.sensitivity().total(),
                strategy,
                chosen.threshold(),
                // Nothing of it is confirmed.
                new Finalists(1, 0, chosen.bestUniform(), Optional.empty())),
        (configs, judge, own) -> configs.smallest(judge, chosen.threshold()));
  }

  /** With what the answer does on each class. */
  private SweepFindings withClasses(SweepFindings findings) {
    Optional<Candidate> answer = findings.selection().candidate();
    if (answer.isEmpty()) {
      return findings;
    }
    List<ClassAgreement> unseen =
        findings.tested().isPresent() ? judgeUnseen().agreements(answer.get()) : List.of();
    return findings.with(
        new SweepFindings.Classes(judgeOfSelection(budget).agreements(answer.get()), unseen));
  }

  /**
   * The candidate that agrees most often up to a size, with what it does on the samples that
   * confirm.
   */
  private SweepFindings mostAgreeing(
      LargestSize largest, UniformFamily family, Optional<PlanWork> plans) {
    WithinSize within = new WithinSize(judgeOfSelection(budget), budget, largest);
    SweepFindings findings = SweepFindings.of(within.family(family.candidates()));
    boolean givenFits =
        findings.uniform().evaluations().stream()
            .anyMatch(
                own ->
                    own.candidate() instanceof Candidate.AsGiven
                        && own.verdict() == Verdict.JUDGED);
    int taken = budget.evaluations();
    // Nothing agrees more often than the model with itself.
    boolean searched = plans.isPresent() && !givenFits;
    if (searched) {
      PlanWork work = plans.get();
      SweepFindings before = findings;
      findings =
          searchPlans(
              work,
              findings,
              (pass, judge) ->
                  plansWithin(work, before, pass, judge, new WithinSize(judge, budget, largest)));
    }
    findings = findings.with(findings.mostAgreeing());
    if (!samples.confirmation().isEmpty()) {
      findings = state(findings);
    }
    if (!searched) {
      return findings;
    }
    PlanWork work = plans.get();
    SweepFindings chosen = findings;
    return compare(
        work,
        findings,
        taken,
        (strategy, search, judge, own) ->
            search.runWithin(
                new WithinSize(judge, own, largest),
                work.tensors(),
                work.calibratable(),
                work.settings().rules(),
                work.sensitivity().total(),
                strategy,
                chosen.bestUniform(),
                Optional.empty()),
        (configs, judge, own) -> configs.mostAgreeing(new WithinSize(judge, own, largest)));
  }

  /** A search by another strategy. */
  private interface OtherSearch {
    PerTensorSearch.Found run(
        Strategy strategy, PerTensorSearch search, CandidateJudge judge, SearchBudget budget);
  }

  /** A search among the configurations of coremltools' guide. */
  private interface ConfigSearch {
    Optional<CandidateEvaluation> run(
        GlobalConfigs configs, CandidateJudge judge, SearchBudget budget);
  }

  /**
   * What other strategies choose on the selection samples, by the same options, evaluations and
   * limits. It comes last and has budgets of its own, so that nothing of the answer depends on it.
   *
   * @param taken how many evaluations were taken before plans were searched for
   */
  private SweepFindings compare(
      PlanWork work,
      SweepFindings findings,
      int taken,
      OtherSearch search,
      ConfigSearch configSearch) {
    List<Strategy> wanted = work.settings().compared();
    if (wanted.isEmpty()) {
      return findings;
    }
    List<SweepFindings.Compared> all = new ArrayList<>();
    try (OptionRunner runner = options(work)) {
      for (Strategy strategy : wanted) {
        listener.phaseStarted("comparison: " + strategy, 0);
        SearchBudget own = budget.beside(taken);
        CandidateJudge judge = judgeOfSelection(own);
        if (strategy == Strategy.GLOBAL_CONFIG) {
          GlobalConfigs configs = new GlobalConfigs(open.files().family().candidates());
          Optional<CandidateEvaluation> choice = configSearch.run(configs, judge, own);
          all.add(
              new SweepFindings.Compared(
                  strategy, choice, configs.size(), judge.judged().size(), own.end()));
          continue;
        }
        PerTensorSearch.Found found =
            search.run(
                strategy,
                new PerTensorSearch(
                    pass(work, runner, own),
                    judge,
                    open.files().plans(),
                    own,
                    strategy.searched(work.settings().search())),
                judge,
                own);
        Optional<PlanOutcome> plans = found.plans();
        all.add(
            new SweepFindings.Compared(
                strategy,
                plans.flatMap(PlanOutcome::best).or(findings::bestUniform),
                plans.map(PlanOutcome::line).orElse(0),
                judge.judged().size(),
                own.end()));
      }
      return findings.with(all).plus(runner.cost());
    }
  }

  /** The options that weight tensors could not have, once {@link #run} is through. */
  List<LeftOut> leftOut() {
    return List.copyOf(leftOut);
  }

  /** What is known of options, once {@link #run} is through. */
  Options options() {
    return new Options(offered, measured, sensitivitySamples, leftOut);
  }

  /** A search over plans, by what runs options and what decides plans. */
  private interface PlanPhase {
    SweepFindings.Plans run(OptionPass pass, CandidateJudge judge);
  }

  private SweepFindings searchPlans(PlanWork work, SweepFindings findings, PlanPhase phase) {
    CandidateJudge judge = judgeOfSelection(budget);
    try (OptionRunner runner = options(work)) {
      OptionPass pass = pass(work, runner, budget);
      SweepFindings.Plans found = phase.run(pass, judge);
      leftOut.addAll(pass.leftOut());
      offered = pass.offered();
      measured = pass.measured();
      sensitivitySamples = work.sensitivity().total();
      return findings.with(found).plus(runner.cost());
    } finally {
      if (work.settings().compared().isEmpty()) {
        giveUpCalibration();
      }
    }
  }

  /** Nothing is fitted any more, and what was decoded takes room. */
  private void giveUpCalibration() {
    open.calibrating().close();
  }

  private OptionRunner options(PlanWork work) {
    return open.runners()
        .openOptions(
            new SweepRunners.OptionWork(
                asStored(open.encoder()),
                samples.calibration().isEmpty() ? samples.selection() : samples.calibration(),
                samples.selection(),
                work.sensitivity(),
                identity.moments()));
  }

  private OptionPass pass(PlanWork work, OptionRunner runner, SearchBudget own) {
    return new OptionPass(
        open.encoder(),
        open.sizing(),
        runner,
        open.options(),
        new OptionPass.Keys(identity.calibration(), identity.sensitivity(work.sensitivity())),
        work.settings().groupBytes(),
        own,
        listener);
  }

  private SweepFindings.Plans smallerPlans(
      PlanWork work, SweepFindings findings, OptionPass pass, CandidateJudge judge) {
    PerTensorSettings own = work.settings();
    Optional<CandidateEvaluation> warm =
        fittedWarmStart(work, pass)
            .flatMap(recipe -> recipe.judge(judge, open.files().plans(), findings));
    PerTensorSearch.Found found =
        new PerTensorSearch(pass, judge, open.files().plans(), budget, own.search())
            .run(
                work.tensors(),
                work.calibratable(),
                own.rules(),
                work.sensitivity().total(),
                own.strategy(),
                findings.threshold(),
                findings.finalists(
                    settings.confirmation().finalists(),
                    warm,
                    samples.confirmation().index().total()));
    return new SweepFindings.Plans(warm, found);
  }

  private SweepFindings.Plans plansWithin(
      PlanWork work,
      SweepFindings findings,
      OptionPass pass,
      CandidateJudge judge,
      WithinSize within) {
    PerTensorSettings own = work.settings();
    PerTensorSearch.Found found =
        new PerTensorSearch(pass, judge, open.files().plans(), budget, own.search())
            .runWithin(
                within,
                work.tensors(),
                work.calibratable(),
                own.rules(),
                work.sensitivity().total(),
                own.strategy(),
                findings.bestUniform(),
                fittedWarmStart(work, pass).map(recipe -> recipe.candidate(open.files().plans())));
    return new SweepFindings.Plans(Optional.empty(), found);
  }

  /** The earlier recipe, where what its plan needs is fitted. */
  private Optional<WarmStart> fittedWarmStart(PlanWork work, OptionPass pass) {
    if (warmStart.isPresent()) {
      // Its plan needs the fitted options; the search finds them in the store afterwards.
      pass.space(work.tensors(), work.calibratable(), work.settings().rules());
    }
    return warmStart.filter(recipe -> recipe.isFitted(open.options(), identity.calibration()));
  }

  private SweepFindings confirm(SweepFindings findings, AgreementThreshold threshold) {
    CandidateJudge unseen = unseen();
    ConfirmationSettings own = settings.confirmation();
    long required = own.rule().required(threshold, unseen.denominator(), own.confidence());
    CandidateJudge selection = judgeOfSelection(budget);
    LadderTop.Raised raised = ladder(findings, unseen.denominator(), selection);
    List<Rung> ladder = raised.rungs();
    BehindLadder behind = findings.behind(own.rule(), unseen.denominator(), selection);
    List<Candidate> opened =
        Stream.concat(ladder.stream().map(Rung::candidate), behind.first().stream())
            .distinct()
            .toList();
    int openings = opened.isEmpty() ? 0 : openings(opened);
    Confirmation confirmation = Confirmation.run(unseen, ladder, behind, required);
    List<CandidateEvaluation> judged = new ArrayList<>(raised.judged());
    judged.addAll(behind.judged());
    return findings.with(new SweepFindings.Tested(confirmation, ladder, judged, openings));
  }

  /** What is confirmed; from a larger uniform candidate on where selection leaves it in doubt. */
  private LadderTop.Raised ladder(SweepFindings findings, long unseen, CandidateJudge judge) {
    int most = settings.confirmation().finalists();
    List<Rung> rungs = findings.ladder(most, unseen, judge);
    if (rungs.isEmpty()) {
      return new LadderTop.Raised(rungs, List.of());
    }
    AgreementCounts first = findings.evaluations().get(rungs.get(0).candidate()).counts();
    return new LadderTop(judge, findings.threshold(), most, unseen)
        .over(rungs, first, findings.largerUniform());
  }

  /** What the answer does on the samples that confirm. They stay closed where there is none. */
  private SweepFindings state(SweepFindings findings) {
    Optional<Candidate> answer = findings.selection().candidate();
    if (answer.isEmpty()) {
      return findings;
    }
    int openings = openings(List.of(answer.get()));
    Confirmation counted = Confirmation.counted(unseen(), answer.get());
    List<Rung> only = counted.tested().stream().map(Confirmation.Test::rung).toList();
    return findings.with(new SweepFindings.Tested(counted, only, List.of(), openings));
  }

  /** A judge over the samples that confirm, which the search has not seen. */
  private CandidateJudge unseen() {
    listener.phaseStarted("confirmation", 0);
    return judgeUnseen();
  }

  private CandidateJudge judgeUnseen() {
    // A budget of its own: what was found is confirmed although time is up.
    return judge(
        samples.confirmation(),
        open.confirming(),
        open.files()::encode,
        SearchBudget.unlimited(),
        listener,
        settings.aim().classFloor());
  }

  /** How often the samples that confirm were opened, once they are for these candidates. */
  private int openings(List<Candidate> finalists) {
    return open.options()
        .openConfirmation(
            identity.confirmationOpening(),
            identity.opening(
                finalists.stream().map(own -> open.files().encode(own).digest()).toList()));
  }

  private SearchSettings searchSettings(AgreementThreshold threshold) {
    SearchSettings usual =
        settings.evaluateAll()
            ? SearchSettings.everything(threshold)
            : SearchSettings.decisionOnly(threshold);
    return new SearchSettings(
        usual.threshold(),
        settings.aim().classFloor(),
        usual.evaluateAll(),
        settings.maxEvaluations(),
        usual.candidatesInFlight(),
        usual.leastStep());
  }

  /** What selection must meet, so that what it accepts has a chance to be confirmed. */
  private AgreementThreshold thresholdOfSelection(
      AgreementThreshold threshold, AnsweredSamples answered) {
    if (samples.confirmation().isEmpty()) {
      return threshold;
    }
    ConfirmationSettings own = settings.confirmation();
    return own.rule()
        .forSelection(threshold, answered.n(SampleRole.CONFIRMATION), own.confidence());
  }

  private CandidateJudge judgeOfSelection(SearchBudget own) {
    return judge(
        samples.selection(),
        open.selecting(),
        open.files()::encode,
        own,
        listener,
        settings.aim().classFloor());
  }

  private CandidateJudge judge(
      SamplePart part,
      SweepRunner runner,
      Function<Candidate, ModelFiles> encode,
      SearchBudget own,
      SearchListener heard,
      ClassFloor floor) {
    return new CandidateJudge(
        part.index(),
        identity.evaluations(),
        open.store(),
        runner,
        encode,
        own,
        heard,
        FIRST_WAVE,
        floor);
  }

  /** Of one core, from what was run so far; 0 when everything was known. */
  private static double secondsPerInference(SweepCost cost) {
    long inferences = cost.referenceInferences() + cost.candidateInferences();
    return inferences == 0 ? 0 : cost.inferenceSeconds() / inferences;
  }

  /** The files of the model that plans are made of, before any plan. */
  private static ModelFiles asStored(ModelEncoder encoder) {
    return encoder.encode(new QuantizationPlan(new TreeMap<>()));
  }
}
