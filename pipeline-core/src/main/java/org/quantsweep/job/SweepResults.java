package org.quantsweep.job;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.agreement.ClassFloor;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.ModelFormat;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.report.Certificate;
import org.quantsweep.report.ClassTable;
import org.quantsweep.report.SweepResult;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.search.Aim;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.CandidateEvaluation;
import org.quantsweep.search.ClassAgreement;
import org.quantsweep.search.Confirmation;
import org.quantsweep.search.LeftOut;
import org.quantsweep.search.Objective;
import org.quantsweep.search.PlanOutcome;
import org.quantsweep.search.SampleClass;
import org.quantsweep.search.SearchBudget;
import org.quantsweep.sweep.SweepCost;

/** Says what a sweep found in the words of {@code result.json}. */
final class SweepResults {
  private final SweepIdentity identity;
  private final ByteSize given;
  private final AnsweredSamples answered;
  private final SweepFindings findings;
  private final SortedMap<Candidate, CandidateEvaluation> evaluations;
  private final double confidence;
  private final List<LeftOut> leftOut;
  private final ModelFormat format;
  private final ClassNames names;
  private final DownloadSizes downloads;

  private SweepResults(
      SweepIdentity identity,
      ByteSize given,
      AnsweredSamples answered,
      SweepFindings findings,
      List<LeftOut> leftOut,
      ModelFormat format,
      ClassNames names,
      DownloadSizes downloads) {
    this.downloads = downloads;
    this.names = names;
    this.format = format;
    this.identity = identity;
    this.leftOut = leftOut;
    this.given = given;
    this.answered = answered;
    this.findings = findings;
    this.evaluations = findings.evaluations();
    this.confidence = identity.settings().confirmation().confidence();
  }

  /**
   * The result.
   *
   * @param given the size of the model as given
   * @param leftOut the options that weight tensors could not have
   * @param format of the model, for the deployment that was asked for
   * @param names of classes
   * @param downloads what candidates take once they are deflated
   * @param budget what ended the search; empty when nothing did
   * @param seconds that the sweep took
   */
  static SweepResult of(
      SweepIdentity identity,
      ByteSize given,
      AnsweredSamples answered,
      SweepFindings findings,
      List<LeftOut> leftOut,
      ModelFormat format,
      ClassNames names,
      DownloadSizes downloads,
      Deliverables.Made made,
      Optional<SearchBudget.End> budget,
      double seconds) {
    return new SweepResults(identity, given, answered, findings, leftOut, format, names, downloads)
        .result(made, budget, seconds);
  }

  private SweepResult result(
      Deliverables.Made made, Optional<SearchBudget.End> budget, double seconds) {
    Optional<Candidate> chosen = findings.selection().candidate();
    SweepSettings settings = identity.settings();
    SweepResult.Chosen selected =
        chosen
            .map(
                candidate ->
                    chosen(candidate, made.selected().orElseThrow(), made.file().orElseThrow()))
            .orElse(null);
    SweepResult.Chosen best =
        findings
            .bestUniform()
            .map(CandidateEvaluation::candidate)
            .map(
                candidate ->
                    chosen(
                        candidate,
                        made.bestUniform().orElseThrow(),
                        chosen.equals(Optional.of(candidate)) ? made.file().orElseThrow() : null))
            .orElse(null);
    List<SweepResult.Row> rows = evaluations.values().stream().map(this::row).toList();
    long judged =
        evaluations.values().stream().filter(evaluation -> evaluation.verdict().isJudged()).count();
    SweepCost cost = findings.cost();
    return new SweepResult(
        SweepResult.SCHEMA_VERSION,
        settings.runId(),
        settings.flags(),
        selected == null ? SweepResult.NONE_ACCEPTABLE : SweepResult.SELECTED,
        identity.sweep().hex(),
        settings.criterion().toString(),
        settings.aim() instanceof Aim.Smallest smallest ? smallest.threshold().toString() : null,
        new SweepResult.SourceModel(
            fileName(settings.model()),
            given.bytes(),
            identity.model().hex(),
            downloads.ofGiven().orElse(null)),
        samples(),
        selected,
        best,
        findings.classes().map(this::classes).orElse(null),
        rows,
        leftOut.stream()
            .map(own -> new SweepResult.LeftOut(own.tensor(), own.schemes(), own.reason()))
            .toList(),
        notOffered(),
        null,
        certificate((int) judged, budget),
        made.summary().orElse(null),
        findings.compared().stream().map(this::compared).toList(),
        new SweepResult.Cost(
            judged,
            cost.referenceInferences() + cost.candidateInferences(),
            cost.preparationSeconds(),
            cost.inferenceSeconds(),
            seconds));
  }

  /** Where whoever asks names all schemes, nothing is kept from them. */
  private List<SweepResult.NotOffered> notOffered() {
    SweepSettings settings = identity.settings();
    if (settings.perTensor().isEmpty() && !settings.schemes().isEmpty()) {
      return List.of();
    }
    return format.guardrails().stream()
        .map(own -> new SweepResult.NotOffered(own.forms(), own.reason(), own.source()))
        .toList();
  }

  /** The last part of a path. */
  private static String fileName(String location) {
    String path = location.replaceFirst("/+$", "");
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private SweepResult.Samples samples() {
    SweepSamples samples = identity.samples();
    Map<String, SweepResult.Split> splits = new HashMap<>();
    for (SampleRole role : answered.answers().keySet()) {
      SampleIndex part = samples.part(role).index();
      splits.put(
          role.toString(),
          new SweepResult.Split(
              part.total(),
              answered.n(role),
              answered.quarantine(role).count(),
              part.setDigest().hex()));
    }
    return new SweepResult.Samples(
        answered.n(SampleRole.SELECTION),
        answered.quarantine(SampleRole.SELECTION).count(),
        samples.all().setDigest().hex(),
        splits,
        samples.trimmed());
  }

  private SweepResult.StrategyChoice compared(SweepFindings.Compared own) {
    CandidateEvaluation choice = own.choice().orElse(null);
    Candidate candidate = choice == null ? null : choice.candidate();
    return new SweepResult.StrategyChoice(
        own.strategy().toString(),
        candidate == null ? null : scheme(format, candidate),
        candidate == null ? null : plan(candidate),
        candidate == null ? null : candidate.encodedSize().bytes(),
        candidate == null ? null : candidate.encodedSize().ratioTo(given),
        choice == null ? null : agreement(choice.counts(), confidence),
        own.line(),
        own.evaluations(),
        own.end().map(Object::toString).orElse(null),
        isForDownload() && candidate != null ? (Long) candidate.size().bytes() : null);
  }

  private boolean isForDownload() {
    return identity.settings().objective() == Objective.DOWNLOAD;
  }

  private Certificate certificate(int judged, Optional<SearchBudget.End> budget) {
    Optional<PlanOutcome> line = findings.line();
    Optional<SweepFindings.Plans> plans = findings.plans();
    return new Certificate(
        (hasRule()
                ? "every uniform scheme by ascending "
                    + (isForDownload() ? "download size" : "size")
                : "every uniform scheme that fits")
            + (plans.isPresent() ? ", then plans of one option per weight tensor" : ""),
        plans.map(searched -> searched.found().space().tensors().size()).orElse(0),
        plans.map(searched -> searched.found().space().options().size()).orElse(0),
        plans.map(searched -> searched.found().space().logPlans()).orElse(0.0),
        line.map(PlanOutcome::line).orElse(0),
        identity.settings().perTensor().map(own -> own.strategy().toString()).orElse(null),
        judged,
        budget.map(Object::toString).orElse(null),
        line.flatMap(PlanOutcome::best).filter(best -> hasRule()).map(this::row).orElse(null),
        line.map(PlanOutcome::neighbours).orElse(List.of()).stream().map(this::row).toList(),
        findings.tested().map(this::confirmed).orElse(null));
  }

  private Certificate.Confirmed confirmed(SweepFindings.Tested tested) {
    Confirmation confirmation = tested.confirmation();
    List<Certificate.Finalist> finalists = new ArrayList<>();
    for (Confirmation.Test test : confirmation.tested()) {
      AgreementCounts counts = test.counts();
      boolean whole = counts.judged() == confirmation.samples();
      finalists.add(
          new Certificate.Finalist(
              test.candidate().name(),
              test.candidate().encodedSize().bytes(),
              hasRule() ? test.rung().chance() : null,
              whole ? agreement(counts, confidence) : null,
              whole ? null : counts.judged(),
              whole ? null : counts.disagreeing(),
              missed(test.missed()),
              test.passed(),
              downloads.of(test.candidate()).orElse(null)));
    }
    return new Certificate.Confirmed(
        hasRule()
            ? identity.settings().confirmation().rule().toString()
            : Certificate.Confirmed.NO_RULE,
        confidence,
        tested.ladder().size(),
        confirmation.required(),
        confirmation.samples(),
        tested.openings(),
        finalists);
  }

  /** Whether candidates had to pass anything; not where a largest size was asked for. */
  private boolean hasRule() {
    return identity.settings().aim() instanceof Aim.Smallest;
  }

  private SweepResult.Chosen chosen(Candidate candidate, ModelFiles file, String name) {
    SweepResult.Agreement confirmed =
        findings
            .tested()
            .map(SweepFindings.Tested::confirmation)
            .flatMap(
                confirmation ->
                    confirmation.tested().stream()
                        .filter(test -> test.candidate().equals(candidate))
                        .map(Confirmation.Test::counts)
                        // Of a rung that ended early there is no share to tell.
                        .filter(counts -> counts.judged() == confirmation.samples())
                        .findFirst())
            .map(counts -> agreement(counts, confidence))
            .orElse(null);
    return new SweepResult.Chosen(
        scheme(format, candidate),
        plan(candidate),
        file.size().bytes(),
        file.size().ratioTo(given),
        agreement(evaluations.get(candidate).counts(), confidence),
        confirmed,
        file.digest().hex(),
        name,
        downloads.of(candidate).orElse(null));
  }

  private SweepResult.Row row(CandidateEvaluation evaluation) {
    Candidate candidate = evaluation.candidate();
    boolean needed = evaluation.verdict().isJudged();
    return new SweepResult.Row(
        scheme(format, candidate),
        plan(candidate),
        candidate.encodedSize().bytes(),
        candidate.encodedSize().ratioTo(given),
        evaluation.verdict().toString(),
        evaluation.isComplete() ? agreement(evaluation.counts(), confidence) : null,
        needed && !evaluation.isComplete() ? evaluation.counts().judged() : null,
        needed && !evaluation.isComplete() ? evaluation.counts().disagreeing() : null,
        missed(evaluation.missed()),
        downloads.of(candidate).orElse(null));
  }

  private List<String> missed(List<SampleClass> classes) {
    return classes.stream().limit(SweepResult.Row.MOST_MISSED).map(names::of).toList();
  }

  private ClassTable classes(SweepFindings.Classes found) {
    return new ClassTable(
        identity.settings().aim().classFloor().toString(),
        ClassFloor.LEAST_SAMPLES,
        part(found.selection()),
        findings.tested().isPresent() ? part(found.confirmation()) : null);
  }

  private ClassTable.ClassPart part(List<ClassAgreement> classes) {
    ClassFloor floor = identity.settings().aim().classFloor();
    return ClassTable.ClassPart.of(
        classes.stream()
            .map(
                own ->
                    ClassTable.ClassRow.of(
                        own.of().output(),
                        names.of(own.of()),
                        own.counts().judged(),
                        own.counts().agreeing(),
                        floor))
            .toList());
  }

  /** As results call it; null for a plan. */
  static String scheme(ModelFormat format, Candidate candidate) {
    if (candidate instanceof Candidate.Uniform uniform) {
      return format.spelled(uniform.scheme());
    }
    return candidate.plan().isPresent() ? null : candidate.name();
  }

  /** The digest of its plan; null for a uniform scheme and the file as given. */
  static String plan(Candidate candidate) {
    return candidate.plan().map(Sha256Digest::hex).orElse(null);
  }

  private static SweepResult.Agreement agreement(AgreementCounts counts, double confidence) {
    return new SweepResult.Agreement(
        counts.agreeing(), counts.judged(), counts.lowerBound(confidence), confidence);
  }
}
