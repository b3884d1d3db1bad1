package org.quantsweep.job;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.coreml.ModelFormat;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.report.ResultSentences;
import org.quantsweep.report.SweepResult;
import org.quantsweep.report.bundle.Explanations;
import org.quantsweep.report.bundle.NetworkEvidence;
import org.quantsweep.report.bundle.TensorEvidence;
import org.quantsweep.search.Aim;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.CandidateEvaluation;
import org.quantsweep.search.Confirmation;
import org.quantsweep.search.PlanOutcome;
import org.quantsweep.search.Verdict;

/** Says why a candidate was chosen and no smaller one, with the numbers. */
final class Explainer {
  /** More neighbours that were refused tell nothing new. */
  private static final int MOST_REFUSED = 24;

  /** Where none of a plan's neighbours are known, so many smaller candidates stand for them. */
  private static final int NEAREST = 8;

  /** Of a refused plan's options so many are named. */
  private static final int MOST_CHANGES = 40;

  /** States of options that the search chose from. */
  private static final Set<String> CHOSEN_FROM = Set.of("measured", "predicted");

  private final SweepIdentity identity;
  private final AnsweredSamples answered;
  private final CandidateFiles files;
  private final ModelEncoder encoder;
  private final ModelFormat format;
  private final SweepFindings findings;

  Explainer(
      SweepIdentity identity,
      AnsweredSamples answered,
      CandidateFiles files,
      ModelEncoder encoder,
      ModelFormat format,
      SweepFindings findings) {
    this.identity = identity;
    this.answered = answered;
    this.files = files;
    this.encoder = encoder;
    this.format = format;
    this.findings = findings;
  }

  /** All of it. */
  Explanations explained(
      SweepResult result, NetworkEvidence network, List<TensorEvidence> tensors) {
    Optional<Candidate> chosen = findings.selection().candidate();
    return new Explanations(
        ResultSentences.of(result),
        chosen.map(this::refused).orElse(List.of()),
        chosen.filter(own -> own.plan().isPresent()).isPresent()
            ? steps(network, tensors)
            : List.of());
  }

  /** Nothing was refused where nothing had to be met. */
  private List<Explanations.Refused> refused(Candidate chosen) {
    if (!(identity.settings().aim() instanceof Aim.Smallest)) {
      return List.of();
    }
    Map<Candidate, Explanations.Refused> found = new LinkedHashMap<>();
    findings
        .tested()
        .ifPresent(
            tested ->
                tested.confirmation().tested().stream()
                    .filter(test -> !test.passed())
                    .forEach(
                        test ->
                            found.put(
                                test.candidate(), refused(chosen, test, tested.confirmation()))));
    long n = answered.n(SampleRole.SELECTION);
    long required = findings.threshold().required(n);
    Map<Candidate, CandidateEvaluation> told = findings.evaluations();
    for (CandidateEvaluation neighbour : neighbours(chosen)) {
      // As the result tells it: it may have been judged in full for the curve.
      CandidateEvaluation own = told.getOrDefault(neighbour.candidate(), neighbour);
      found.computeIfAbsent(
          own.candidate(),
          candidate ->
              refused(
                  chosen,
                  candidate,
                  SampleRole.SELECTION,
                  reason(own.counts(), SampleRole.SELECTION, n, required)));
    }
    return found.values().stream()
        .sorted(
            Comparator.comparingLong(Explanations.Refused::saves)
                .thenComparing(Explanations.Refused::name))
        .limit(MOST_REFUSED)
        .toList();
  }

  /** Those of the smallest plan; else what is smaller than the answer and was rejected. */
  private List<CandidateEvaluation> neighbours(Candidate chosen) {
    List<CandidateEvaluation> own = findings.line().map(PlanOutcome::neighbours).orElse(List.of());
    if (!own.isEmpty()) {
      return own;
    }
    TreeMap<Candidate, CandidateEvaluation> smaller = new TreeMap<>(findings.evaluations());
    return new TreeMap<>(smaller.headMap(chosen))
        .descendingMap().values().stream()
            .filter(
                evaluation ->
                    evaluation.verdict() == Verdict.REJECTED
                        || evaluation.verdict() == Verdict.REJECTED_EARLY)
            .limit(NEAREST)
            .toList();
  }

  private Explanations.Refused refused(
      Candidate chosen, Confirmation.Test test, Confirmation confirmation) {
    return refused(
        chosen,
        test.candidate(),
        SampleRole.CONFIRMATION,
        reason(
            test.counts(),
            SampleRole.CONFIRMATION,
            confirmation.samples(),
            confirmation.required()));
  }

  private Explanations.Refused refused(
      Candidate chosen, Candidate candidate, SampleRole part, String reason) {
    String scheme = SweepResults.scheme(format, candidate);
    long bytes = candidate.encodedSize().bytes();
    return new Explanations.Refused(
        scheme == null ? candidate.name() : scheme,
        bytes,
        chosen.encodedSize().bytes() - bytes,
        part.toString(),
        chosen.plan().isPresent() && candidate.plan().isPresent()
            ? changes(files.plans().plan(chosen), files.plans().plan(candidate))
            : List.of(),
        reason);
  }

  private List<Explanations.Change> changes(QuantizationPlan chosen, QuantizationPlan other) {
    TreeSet<String> tensors = new TreeSet<>(chosen.schemes().keySet());
    tensors.addAll(other.schemes().keySet());
    List<Explanations.Change> changes = new ArrayList<>();
    for (String tensor : tensors) {
      Scheme one = chosen.schemes().get(tensor);
      Scheme two = other.schemes().get(tensor);
      if (one != null && two != null && !one.equals(two) && changes.size() < MOST_CHANGES) {
        changes.add(new Explanations.Change(tensor, encoder.spelled(one), encoder.spelled(two)));
      }
    }
    return changes;
  }

  /** As a whole sentence, with the numbers. */
  static String reason(AgreementCounts counts, SampleRole part, long n, long required) {
    return counts.judged() == n
        ? "Agrees on "
            + counts.agreeing()
            + " of "
            + n
            + " "
            + part
            + " samples; "
            + required
            + " must agree."
        : "Disagrees on "
            + counts.disagreeing()
            + " of the first "
            + counts.judged()
            + " "
            + part
            + " samples; "
            + (n - required)
            + " of "
            + n
            + " are allowed.";
  }

  private static List<Explanations.TensorSteps> steps(
      NetworkEvidence network, List<TensorEvidence> tensors) {
    TensorCauses causes = new TensorCauses(network, tensors);
    List<Explanations.TensorSteps> steps = new ArrayList<>();
    for (TensorEvidence tensor : tensors) {
      if (tensor.chosen() == null) {
        continue;
      }
      Optional<TensorEvidence.Option> now =
          tensor.options().stream()
              .filter(option -> option.scheme().equals(tensor.chosen()))
              .findFirst();
      steps.add(
          new Explanations.TensorSteps(
              tensor.identity(),
              now.map(own -> step(tensor, own, false)).orElse(null),
              now.map(own -> step(tensor, own, true)).orElse(null),
              causes.of(tensor)));
    }
    return steps;
  }

  /** To the next option whose loss is known, larger or smaller; null where there is none. */
  private static Explanations.Step step(
      TensorEvidence tensor, TensorEvidence.Option now, boolean larger) {
    if (now.loss() == null) {
      return null;
    }
    Comparator<TensorEvidence.Option> bySize =
        Comparator.comparingLong(TensorEvidence.Option::bytes);
    return tensor.options().stream()
        .filter(option -> CHOSEN_FROM.contains(option.state()) && option.loss() != null)
        .filter(option -> larger ? option.bytes() > now.bytes() : option.bytes() < now.bytes())
        .min(larger ? bySize : bySize.reversed())
        .map(
            option ->
                new Explanations.Step(
                    option.scheme(), option.bytes() - now.bytes(), option.loss() - now.loss()))
        .orElse(null);
  }
}
