package org.quantsweep.jobs.sweep;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.report.Certificate;
import org.quantsweep.report.RecipeSummary;
import org.quantsweep.report.SweepResult;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.CandidateEvaluation;
import org.quantsweep.search.Confirmation;
import org.quantsweep.search.Finalists;
import org.quantsweep.search.PerTensorSearch;
import org.quantsweep.search.PlanCatalog;
import org.quantsweep.search.PlanOutcome;
import org.quantsweep.search.SearchBudget;
import org.quantsweep.search.SearchOutcome;
import org.quantsweep.search.Verdict;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.SweepCost;
import org.quantsweep.sweep.TensorOption;

/** Gathers what a sweep finds, and says it. */
final class SweepReport {
  private static final double CONFIDENCE = 0.95;

  private final SweepSettings settings;
  private final ModelFiles given;
  private final SampleSets samples;
  private final Sha256Digest digest;
  private final TreeMap<Candidate, CandidateEvaluation> evaluations = new TreeMap<>();
  private SearchOutcome uniform;
  private PerTensorSearch.Found found;
  private CandidateEvaluation warmStart;
  private Confirmation confirmation;
  private int finalists;
  private int openings;
  private Candidate chosen;
  private SweepCost cost = SweepCost.NONE;

  SweepReport(SweepSettings settings, ModelFiles given, SampleSets samples, Sha256Digest digest) {
    this.settings = settings;
    this.given = given;
    this.samples = samples;
    this.digest = digest;
  }

  Sha256Digest digest() {
    return digest;
  }

  void uniform(SearchOutcome outcome) {
    uniform = outcome;
    outcome
        .evaluations()
        .forEach(evaluation -> evaluations.put(evaluation.candidate(), evaluation));
  }

  void plans(PerTensorSearch.Found plans) {
    found = plans;
    plans
        .plans()
        .ifPresent(
            outcome ->
                outcome
                    .evaluations()
                    .forEach(evaluation -> evaluations.put(evaluation.candidate(), evaluation)));
  }

  void warmStart(CandidateEvaluation evaluation) {
    warmStart = evaluation;
    evaluations.put(evaluation.candidate(), evaluation);
  }

  void confirmed(Confirmation outcome, int tested, int opened) {
    confirmation = outcome;
    finalists = tested;
    openings = opened;
    chosen = outcome.passed().map(Confirmation.Finalist::candidate).orElse(null);
  }

  void choose(List<Candidate> smallest) {
    chosen = smallest.isEmpty() ? null : smallest.get(0);
  }

  void cost(SweepCost more) {
    cost = cost.plus(more);
  }

  /** What candidates had to meet on the selection samples. */
  AgreementThreshold threshold() {
    return uniform.threshold();
  }

  Optional<CandidateEvaluation> bestUniform() {
    return uniform.selected();
  }

  /** What a search over plans must know to propose finalists. */
  Finalists proposals(int most) {
    int taken = (bestUniform().isPresent() ? 1 : 0) + (warmStart == null ? 0 : 1);
    Optional<CandidateEvaluation> incumbent = Optional.ofNullable(warmStart).or(this::bestUniform);
    return new Finalists(
        Math.max(1, most - taken),
        samples.confirmation().index().total(),
        incumbent.map(CandidateEvaluation::counts),
        given.size());
  }

  /** Ascending in size; the best uniform candidate is among them, unless only one is asked for. */
  List<Candidate> finalists(int most) {
    Optional<PlanOutcome> plans = found == null ? Optional.empty() : found.plans();
    Optional<Candidate> best = bestUniform().map(CandidateEvaluation::candidate);
    TreeSet<Candidate> all = new TreeSet<>(PerTensorSearch.finalists(plans, best));
    if (warmStart != null && all.size() < most) {
      all.add(warmStart.candidate());
    }
    List<Candidate> ascending = new ArrayList<>(all);
    return most == 1 && !ascending.isEmpty() ? ascending.subList(0, 1) : ascending;
  }

  /**
   * The result; writes the chosen files first.
   *
   * @param encode makes a candidate's file
   */
  SweepResult result(
      Function<Candidate, ModelFiles> encode,
      PlanCatalog catalog,
      SweepFiles files,
      SearchBudget budget,
      double seconds) {
    SweepResult.Chosen selected = null;
    RecipeSummary recipe = null;
    if (chosen != null) {
      ModelFiles file = encode.apply(chosen);
      files.model(file);
      if (chosen.plan().isPresent()) {
        QuantizationPlan plan = catalog.plan(chosen);
        files.recipe(given.digest(), plan, file);
        recipe = summary(plan, file, files);
      }
      selected = chosen(chosen, file, SweepJob.MODEL_FILE);
    }
    SweepResult.Chosen best = null;
    if (bestUniform().isPresent()) {
      Candidate candidate = bestUniform().get().candidate();
      best =
          chosen(
              candidate,
              encode.apply(candidate),
              candidate.equals(chosen) ? SweepJob.MODEL_FILE : null);
    }
    List<SweepResult.Row> rows = evaluations.values().stream().map(this::row).toList();
    long judged =
        evaluations.values().stream()
            .filter(evaluation -> evaluation.verdict() != Verdict.NOT_NEEDED)
            .count();
    return new SweepResult(
        SweepResult.SCHEMA_VERSION,
        selected == null ? SweepResult.NONE_ACCEPTABLE : SweepResult.SELECTED,
        digest.hex(),
        settings.criterion().toString(),
        settings.threshold().toString(),
        new SweepResult.SourceModel(
            new org.apache.hadoop.fs.Path(settings.model()).getName(),
            given.size().bytes(),
            given.digest().hex()),
        samples(),
        selected,
        best,
        rows,
        null,
        certificate((int) judged, budget),
        recipe,
        new SweepResult.Cost(
            judged,
            cost.referenceInferences() + cost.candidateInferences(),
            cost.preparationSeconds(),
            cost.inferenceSeconds(),
            seconds));
  }

  private SweepResult.Samples samples() {
    Map<String, SweepResult.Split> splits = new HashMap<>();
    SampleIndex calibration = samples.calibration().index();
    SampleIndex confirmed = samples.confirmation().index();
    splits.put("selection", split(samples.selection().index()));
    if (calibration.size() > 0) {
      splits.put("calibration", split(calibration));
    }
    if (confirmed.size() > 0) {
      splits.put("confirmation", split(confirmed));
    }
    SampleIndex selection = samples.selection().index();
    long failed =
        uniform.reference().failures().keySet().stream()
            .mapToLong(rank -> selection.count(rank))
            .sum();
    return new SweepResult.Samples(
        selection.total() - failed,
        samples.quarantined().size() + (long) uniform.reference().failures().size(),
        samples.all().setDigest().hex(),
        splits,
        samples.trimmed());
  }

  private static SweepResult.Split split(SampleIndex part) {
    return new SweepResult.Split(part.total(), part.setDigest().hex());
  }

  private Certificate certificate(int judged, SearchBudget budget) {
    Certificate.Confirmed confirmed = null;
    if (confirmation != null) {
      ConfirmationSettings own = settings.confirmation();
      double each = 1 - (1 - own.confidence()) / Math.max(1, finalists);
      List<Certificate.Finalist> tested = new ArrayList<>();
      for (Confirmation.Finalist finalist : confirmation.tested()) {
        tested.add(
            new Certificate.Finalist(
                finalist.candidate().scheme(),
                finalist.candidate().encodedSize().bytes(),
                agreement(finalist.counts(), each),
                finalist.passed()));
      }
      confirmed =
          new Certificate.Confirmed(
              own.rule().toString(),
              own.confidence(),
              finalists,
              confirmation.required(),
              openings,
              tested);
    }
    Optional<PlanOutcome> plans = found == null ? Optional.empty() : found.plans();
    boolean perTensor = found != null;
    return new Certificate(
        "every uniform scheme by ascending size"
            + (perTensor ? ", then plans of one option per weight tensor" : ""),
        perTensor ? found.space().tensors().size() : 0,
        perTensor ? found.space().options().size() : 0,
        perTensor ? found.space().logPlans() : 0,
        plans.map(PlanOutcome::line).orElse(0),
        settings.perTensor().map(own -> own.strategy().toString()).orElse(null),
        judged,
        budget.end().map(Object::toString).orElse(null),
        plans.flatMap(PlanOutcome::best).map(this::row).orElse(null),
        plans.map(PlanOutcome::neighbours).orElse(List.of()).stream().map(this::row).toList(),
        confirmed);
  }

  private RecipeSummary summary(QuantizationPlan plan, ModelFiles file, SweepFiles files) {
    List<RecipeSummary.TensorRow> rows = new ArrayList<>();
    plan.schemes()
        .forEach(
            (tensor, scheme) -> {
              long bytes = files.bytes(tensor, scheme);
              Sensitivity sensitivity =
                  found == null
                      ? null
                      : found.sensitivities().get(new TensorOption(tensor, scheme));
              rows.add(
                  new RecipeSummary.TensorRow(
                      tensor,
                      scheme.toString(),
                      bytes,
                      (double) bytes / file.size().bytes(),
                      sensitivity == null ? 0 : sensitivity.loss()));
            });
    return new RecipeSummary(Recipe.FILE, rows);
  }

  private SweepResult.Chosen chosen(Candidate candidate, ModelFiles file, String name) {
    CandidateEvaluation evaluation = evaluations.get(candidate);
    SweepResult.Agreement confirmed = null;
    if (confirmation != null) {
      for (Confirmation.Finalist finalist : confirmation.tested()) {
        if (finalist.candidate().equals(candidate)) {
          confirmed = agreement(finalist.counts(), CONFIDENCE);
        }
      }
    }
    return new SweepResult.Chosen(
        candidate.plan().isPresent() ? null : candidate.scheme(),
        candidate.plan().map(Sha256Digest::hex).orElse(null),
        file.size().bytes(),
        file.size().ratioTo(given.size()),
        agreement(evaluation.counts(), CONFIDENCE),
        confirmed,
        file.digest().hex(),
        name);
  }

  private SweepResult.Row row(CandidateEvaluation evaluation) {
    Candidate candidate = evaluation.candidate();
    boolean needed = evaluation.verdict() != Verdict.NOT_NEEDED;
    return new SweepResult.Row(
        candidate.plan().isPresent() ? null : candidate.scheme(),
        candidate.plan().map(Sha256Digest::hex).orElse(null),
        candidate.encodedSize().bytes(),
        candidate.encodedSize().ratioTo(given.size()),
        evaluation.verdict().toString(),
        evaluation.isComplete() ? agreement(evaluation.counts(), CONFIDENCE) : null,
        needed && !evaluation.isComplete() ? evaluation.counts().judged() : null,
        needed && !evaluation.isComplete() ? evaluation.counts().disagreeing() : null);
  }

  private static SweepResult.Agreement agreement(AgreementCounts counts, double confidence) {
    return new SweepResult.Agreement(
        counts.agreeing(), counts.judged(), counts.lowerBound(confidence), confidence);
  }
}
