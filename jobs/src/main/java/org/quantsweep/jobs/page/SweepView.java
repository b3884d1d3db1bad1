package org.quantsweep.jobs.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.quantsweep.agreement.Confidence;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.report.Certificate;
import org.quantsweep.report.ClassTable;
import org.quantsweep.report.SweepResult;
import org.quantsweep.report.bundle.CandidateEvidence;
import org.quantsweep.report.bundle.EvidenceBundle;

/** A sweep's result in words. */
final class SweepView {
  private static final String AS_GIVEN = "as-given";

  private final SweepResult result;
  private final EvidenceBundle evidence;

  private SweepView(SweepResult result, EvidenceBundle evidence) {
    this.result = result;
    this.evidence = evidence;
  }

  static PageView of(SweepResult result, EvidenceBundle evidence, String data, PageAssets assets) {
    SweepView view = new SweepView(result, evidence);
    String model = result.sourceModel().name();
    return new PageView(
        model + " - QuantSweep report",
        view.kicker(),
        model,
        view.verdict(),
        result.selected() != null,
        view.figures(),
        view.certificate(),
        view.facts(),
        view.sections(),
        view.run(),
        data,
        assets,
        assets.policy());
  }

  private String kicker() {
    return "Quantization report"
        + PageWords.kind(evidence.network().kind())
        + (result.runId().isEmpty() ? "" : ", run " + result.runId());
  }

  private String verdict() {
    SweepResult.Chosen chosen = result.selected();
    if (chosen == null) {
      return result
          .largestSize()
          .map(largest -> "No model of at most " + largest + " was found.")
          .orElseGet(
              () ->
                  "No smaller model "
                      + CriterionWords.of(result.criterion()).does()
                      + " on a share of "
                      + result.threshold()
                      + " of "
                      + PageWords.number(result.samples().n())
                      + " samples.");
    }
    boolean confirmed = chosen.confirmation() != null;
    SweepResult.Agreement agreement = confirmed ? chosen.confirmation() : chosen.agreement();
    String agrees =
        " still "
            + CriterionWords.of(result.criterion()).does()
            + " on "
            + PageWords.number(agreement.agreeing())
            + " of "
            + PageWords.number(agreement.samples())
            + (confirmed
                ? " samples that the search had not seen."
                : " samples, the same on which it was chosen.");
    return result
            .largestSize()
            .map(largest -> "Of all that has at most " + largest + ", the model that agrees most")
            .orElse("The model")
        + " takes "
        + new ByteSize(chosen.encodedSize())
        + " instead of "
        + new ByteSize(result.sourceModel().encodedSize())
        + ", and"
        + agrees;
  }

  private List<PageView.Tile> figures() {
    List<PageView.Tile> tiles = new ArrayList<>();
    long before = result.sourceModel().encodedSize();
    tiles.add(new PageView.Tile("size-before", "Size as given", Figure.bytes(before), "on disk"));
    SweepResult.Chosen chosen = result.selected();
    if (chosen != null) {
      tiles.add(
          new PageView.Tile(
              "size-after",
              "Size chosen",
              Figure.bytes(chosen.encodedSize()),
              String.format(
                  Locale.ROOT,
                  "%.1f%% of it, %.1f times smaller",
                  100 * chosen.ratio(),
                  1 / chosen.ratio())));
      boolean confirmed = chosen.confirmation() != null;
      SweepResult.Agreement agreement = confirmed ? chosen.confirmation() : chosen.agreement();
      tiles.add(
          new PageView.Tile(
              "agreement",
              confirmed ? "Agreement, unseen samples" : "Agreement",
              PageWords.share(agreement),
              PageWords.bound(agreement)));
      download()
          .ifPresent(
              bytes ->
                  tiles.add(
                      new PageView.Tile(
                          "size-download",
                          "Download",
                          Figure.bytes(bytes),
                          "its files deflated, level 9")));
    }
    tiles.add(
        new PageView.Tile(
            "asked",
            result.largestSize().isPresent() ? "Largest size asked for" : "Agreement asked for",
            Figure.text(result.largestSize().orElse(result.threshold())),
            "criterion " + result.criterion()));
    return tiles;
  }

  /** Of the chosen files, where it was counted. */
  private Optional<Long> download() {
    return evidence.candidates().stream()
        .filter(own -> own.sha256() != null && own.sha256().equals(result.selected().sha256()))
        .map(CandidateEvidence::downloadSize)
        .filter(bytes -> bytes != null)
        .findFirst();
  }

  private List<String> certificate() {
    List<String> sentences = new ArrayList<>(evidence.explanations().sentences());
    Certificate certificate = result.certificate();
    if (sentences.isEmpty() && certificate != null) {
      sentences.add(
          PageWords.number(certificate.evaluations())
              + " candidates were judged; the family is "
              + certificate.family()
              + ".");
    }
    if (certificate != null && certificate.budget() != null) {
      sentences.add("The search ended early: " + certificate.budget() + ".");
    }
    if (result.selected() != null && result.selected().confirmation() == null) {
      sentences.add(
          "Nothing confirms the agreement on samples that the search has not seen, so it is"
              + " likely somewhat too high.");
    }
    return sentences;
  }

  private List<PageView.Fact> facts() {
    List<PageView.Fact> facts = new ArrayList<>();
    SweepResult.Chosen chosen = result.selected();
    if (chosen != null) {
      facts.add(
          new PageView.Fact(
              "Chosen",
              Figure.text(chosen.plan() == null ? chosen.scheme() : "plan " + chosen.plan())));
      facts.add(agreement("Selection samples", chosen.agreement()));
      if (chosen.confirmation() != null) {
        facts.add(agreement("Confirmation samples", chosen.confirmation()));
      }
    }
    if (result.bestUniform() != null) {
      facts.add(
          new PageView.Fact(
              "Best uniform scheme",
              Figure.text(
                  result.bestUniform().scheme()
                      + ", "
                      + new ByteSize(result.bestUniform().encodedSize()))));
    }
    if (result.classes() != null) {
      facts.add(floor("Classes in selection", result.classes().selection()));
      if (result.classes().confirmation() != null) {
        facts.add(floor("Classes in confirmation", result.classes().confirmation()));
      }
    }
    Certificate certificate = result.certificate();
    if (certificate == null) {
      return facts;
    }
    facts.add(new PageView.Fact("Candidates judged", Figure.count(certificate.evaluations())));
    facts.add(new PageView.Fact("Family", Figure.text(certificate.family())));
    if (certificate.weightTensors() > 0) {
      facts.add(new PageView.Fact("Weight tensors", Figure.count(certificate.weightTensors())));
      facts.add(new PageView.Fact("Their options", Figure.count(certificate.options())));
      if (certificate.measured() != null && certificate.predicted() != null) {
        facts.add(new PageView.Fact("Run alone", Figure.count(certificate.measured())));
        facts.add(new PageView.Fact("Foretold from these", Figure.count(certificate.predicted())));
      }
      facts.add(
          new PageView.Fact(
              "Possible plans",
              Figure.text(String.format(Locale.ROOT, "about 10^%.0f", certificate.logPlans()))));
      facts.add(new PageView.Fact("Plans in the line", Figure.count(certificate.line())));
      facts.add(new PageView.Fact("Strategy", Figure.text(certificate.strategy())));
      facts.add(
          new PageView.Fact(
              "Smaller neighbours refused", Figure.count(certificate.neighbours().size())));
    }
    Certificate.Confirmed confirmed = certificate.confirmation();
    if (confirmed != null) {
      facts.add(new PageView.Fact("Rule of confirmation", Figure.text(confirmed.rule())));
      if (confirmed.required() > 0) {
        facts.add(new PageView.Fact("Samples that must agree", Figure.count(confirmed.required())));
      }
      facts.add(new PageView.Fact("Ladder", Figure.text(ladder(confirmed))));
      facts.add(
          new PageView.Fact("Sweeps that opened these samples", Figure.count(confirmed.opened())));
    }
    return facts;
  }

  /** A ladder ends at the first rung that fails; uniform schemes may be tested behind it. */
  static String ladder(Certificate.Confirmed confirmed) {
    List<Certificate.Finalist> tested = confirmed.tested();
    int passed = 0;
    while (passed < tested.size() && tested.get(passed).passed()) {
      passed++;
    }
    int behind = confirmed.samples() == null ? 0 : Math.max(0, tested.size() - passed - 1);
    return confirmed.finalists()
        + " rungs"
        + (behind == 0
            ? ""
            : " and " + behind + (behind == 1 ? " uniform scheme" : " uniform schemes") + " behind")
        + ", "
        + tested.size()
        + " tested";
  }

  private PageView.Fact floor(String name, ClassTable.ClassPart part) {
    return PageWords.text(
        name,
        PageWords.number(part.judged())
            + " judged against the floor of "
            + result.classes().floor()
            + ", "
            + PageWords.number(part.notJudged())
            + " not judged, with fewer than "
            + result.classes().leastSamples()
            + " samples");
  }

  private static PageView.Fact agreement(String name, SweepResult.Agreement agreement) {
    return new PageView.Fact(
        name,
        Figure.text(
            PageWords.number(agreement.agreeing())
                + " of "
                + PageWords.number(agreement.samples())
                + " agree; lower bound "
                + String.format(Locale.ROOT, "%.4f", agreement.lowerBound())
                + " at "
                + Confidence.percent(agreement.confidence())
                + "%"));
  }

  private List<PageView.Section> sections() {
    List<PageView.Section> sections = new ArrayList<>();
    sections.add(
        new PageView.Section(
            "sizes",
            "Sizes against agreement",
            "Every candidate that was judged. Smaller lies to the left, better agreement on top."));
    if (result.threshold() != null) {
      sections.add(
          new PageView.Section(
              "threshold",
              "Another threshold",
              "What the evaluations of this sweep say about other thresholds."));
    }
    if (PageWords.hasTensors(evidence)) {
      sections.add(
          new PageView.Section(
              "tensors",
              "Weight tensors",
              "Where the bytes are, what each option costs, and why some tensors are dear."));
    }
    sections.add(
        new PageView.Section(
            "disagreements",
            "Disagreements",
            "Samples on which the chosen model answers otherwise than the model as given."));
    if (PageWords.hasDense(evidence)) {
      sections.add(
          new PageView.Section(
              "dense",
              "Outputs side by side",
              "What the models make of the same sample: as given, chosen, and at uniform"
                  + " widths."));
    }
    return sections;
  }

  private List<PageView.Listing> run() {
    List<PageView.Listing> run = new ArrayList<>();
    List<PageView.Fact> digests = new ArrayList<>();
    digests.add(PageWords.text("Model as given", result.sourceModel().sha256()));
    if (result.selected() != null) {
      digests.add(PageWords.text("Chosen model", result.selected().sha256()));
    }
    digests.add(PageWords.text("Sweep", result.sweepDigest()));
    digests.add(PageWords.text("Samples", result.samples().setDigest()));
    result
        .samples()
        .splits()
        .forEach((part, split) -> digests.add(PageWords.text("Part " + part, split.setDigest())));
    run.add(PageWords.settings(result.settings()));
    run.add(
        new PageView.Listing(
            "run-environment", "Environment", PageWords.texts(evidence.environment())));
    run.add(new PageView.Listing("run-samples", "Samples", samples()));
    run.add(new PageView.Listing("run-cost", "Cost", cost()));
    run.add(new PageView.Listing("run-digests", "Digests (SHA-256)", digests));
    if (result.published() != null) {
      run.add(
          new PageView.Listing(
              "run-published",
              "Published",
              List.of(
                  PageWords.text("Registry", result.published().registry()),
                  PageWords.text("Model", result.published().name()),
                  new PageView.Fact("Version", Figure.count(result.published().version())))));
    }
    run.add(new PageView.Listing("run-warnings", "Warnings", warnings()));
    run.removeIf(listing -> listing.rows().isEmpty());
    return run;
  }

  private List<PageView.Fact> samples() {
    List<PageView.Fact> rows = new ArrayList<>();
    rows.add(new PageView.Fact("Judged in selection", Figure.count(result.samples().n())));
    rows.add(new PageView.Fact("Quarantined", Figure.count(result.samples().quarantined())));
    rows.add(
        new PageView.Fact(
            "Left out, because another part has them", Figure.count(result.samples().trimmed())));
    result
        .samples()
        .splits()
        .forEach(
            (part, split) ->
                rows.add(
                    PageWords.text(
                        "Part " + part,
                        PageWords.number(split.samples())
                            + " samples"
                            + (split.n() == null
                                ? ""
                                : ", " + PageWords.number(split.n()) + " answered")
                            + (split.quarantined() == null
                                ? ""
                                : ", " + PageWords.number(split.quarantined()) + " quarantined"))));
    return rows;
  }

  private List<PageView.Fact> cost() {
    List<PageView.Fact> rows = new ArrayList<>();
    SweepResult.Cost cost = result.cost();
    if (cost == null) {
      return rows;
    }
    rows.add(new PageView.Fact("Wall time", Figure.seconds(cost.wallSeconds())));
    rows.add(
        new PageView.Fact(
            "Preparing samples, all threads", Figure.seconds(cost.preparationSeconds())));
    rows.add(new PageView.Fact("Inference, all threads", Figure.seconds(cost.inferenceSeconds())));
    rows.add(new PageView.Fact("Inferences", Figure.count(cost.inferences())));
    if (cost.reportSeconds() != null) {
      rows.add(
          new PageView.Fact(
              "Making the evidence, of the wall time", Figure.seconds(cost.reportSeconds())));
    }
    rows.add(new PageView.Fact("Candidates evaluated", Figure.count(cost.evaluations())));
    long compared = compared();
    rows.add(new PageView.Fact("Answers compared", Figure.count(compared)));
    // Inferences also serve single options and work ahead, so this is the least.
    long found = Math.max(0, compared - cost.inferences());
    rows.add(
        new PageView.Fact(
            "Of these taken from the table of evaluations, at least", Figure.count(found)));
    return rows;
  }

  /** Answers of candidates that the outcome rests on; the model as given agrees with itself. */
  private long compared() {
    long compared =
        result.candidates().stream()
            .filter(row -> !AS_GIVEN.equals(row.scheme()))
            .mapToLong(row -> judged(row.agreement(), row.judged()))
            .sum();
    Certificate certificate = result.certificate();
    if (certificate == null || certificate.confirmation() == null) {
      return compared;
    }
    return compared
        + certificate.confirmation().tested().stream()
            .filter(rung -> !AS_GIVEN.equals(rung.scheme()))
            .mapToLong(rung -> judged(rung.agreement(), rung.judged()))
            .sum();
  }

  private static long judged(SweepResult.Agreement whole, Long part) {
    if (whole != null) {
      return whole.samples();
    }
    return part == null ? 0 : part;
  }

  private List<PageView.Fact> warnings() {
    List<PageView.Fact> rows = new ArrayList<>();
    if (result.samples().quarantined() > 0) {
      rows.add(
          PageWords.text(
              "Quarantined samples",
              PageWords.number(result.samples().quarantined())
                  + " samples could not be read or run; they count neither way."));
    }
    for (SweepResult.LeftOut left : result.leftOut()) {
      rows.add(
          PageWords.text(
              left.tensor(),
              "could not have " + String.join(", ", left.schemes()) + ": " + left.reason() + "."));
    }
    for (SweepResult.NotOffered forms : result.notOffered()) {
      rows.add(
          PageWords.text(
              "Not offered: " + forms.forms(), forms.reason() + " (" + forms.source() + ")."));
    }
    if (evidence.network().omitted() > 0) {
      rows.add(
          PageWords.text(
              "Graph",
              PageWords.number(evidence.network().omitted())
                  + " layers are missing from the graph view."));
    }
    return rows;
  }
}
