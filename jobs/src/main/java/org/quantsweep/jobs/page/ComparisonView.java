package org.quantsweep.jobs.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.report.SweepResult;
import org.quantsweep.report.bundle.EvidenceBundle;

/** A comparison of two given models in words. */
final class ComparisonView {
  private ComparisonView() {}

  static PageView of(
      Comparison comparison, EvidenceBundle evidence, String data, PageAssets assets) {
    String title = comparison.reference().name() + " and " + comparison.candidate().name();
    return new PageView(
        title + " - QuantSweep report",
        "Comparison" + PageWords.kind(evidence.network().kind()),
        title,
        verdict(comparison),
        comparison.accepted(),
        figures(comparison),
        List.of(),
        List.of(),
        sections(evidence),
        run(comparison, evidence),
        data,
        assets,
        assets.policy());
  }

  private static String verdict(Comparison comparison) {
    SweepResult.Agreement agreement = comparison.agreement();
    return "Model B "
        + CriterionWords.of(comparison.criterion()).does()
        + " as model A on "
        + PageWords.number(agreement.agreeing())
        + " of "
        + PageWords.number(agreement.samples())
        + " samples"
        + (comparison.threshold() == null
            ? "."
            : comparison.accepted()
                ? ", which is enough for " + comparison.threshold() + "."
                : ", which is too few for " + comparison.threshold() + ".");
  }

  private static List<PageView.Tile> figures(Comparison comparison) {
    List<PageView.Tile> tiles = new ArrayList<>();
    long before = comparison.reference().encodedSize();
    long after = comparison.candidate().encodedSize();
    tiles.add(
        new PageView.Tile(
            "size-before", "Model A", Figure.bytes(before), onDisk(comparison.reference())));
    tiles.add(
        new PageView.Tile(
            "size-after",
            "Model B",
            Figure.bytes(after),
            (before == 0
                    ? new ByteSize(after).toString()
                    : String.format(Locale.ROOT, "%.1f%% of A", 100.0 * after / before))
                + downloaded(comparison.candidate())));
    tiles.add(
        new PageView.Tile(
            "agreement",
            "Agreement",
            PageWords.share(comparison.agreement()),
            PageWords.bound(comparison.agreement())));
    tiles.add(
        new PageView.Tile(
            "asked",
            comparison.threshold() == null ? "Criterion" : "Agreement asked for",
            Figure.text(
                comparison.threshold() == null ? comparison.criterion() : comparison.threshold()),
            comparison.threshold() == null
                ? "no agreement asked for"
                : "criterion " + comparison.criterion()));
    return tiles;
  }

  private static String onDisk(SweepResult.SourceModel model) {
    return "on disk" + downloaded(model);
  }

  private static String downloaded(SweepResult.SourceModel model) {
    return model.downloadSize() == null
        ? ""
        : "; " + new ByteSize(model.downloadSize()) + " to download";
  }

  private static List<PageView.Section> sections(EvidenceBundle evidence) {
    List<PageView.Section> sections = new ArrayList<>();
    if (PageWords.hasTensors(evidence)) {
      sections.add(
          new PageView.Section(
              "tensors", "Weight tensors", "How both models store each weight tensor."));
    }
    sections.add(
        new PageView.Section(
            "disagreements",
            "Disagreements",
            "Samples on which model B answers otherwise than model A."));
    if (PageWords.hasDense(evidence)) {
      sections.add(
          new PageView.Section(
              "dense", "Outputs side by side", "What both models make of the same sample."));
    }
    return sections;
  }

  private static List<PageView.Listing> run(Comparison comparison, EvidenceBundle evidence) {
    List<PageView.Listing> run = new ArrayList<>();
    run.add(PageWords.settings(comparison.settings()));
    run.add(
        new PageView.Listing(
            "run-environment", "Environment", PageWords.texts(evidence.environment())));
    run.add(
        new PageView.Listing(
            "run-samples",
            "Samples",
            List.of(
                new PageView.Fact("Judged", Figure.count(comparison.agreement().samples())),
                new PageView.Fact("Quarantined", Figure.count(comparison.quarantined())))));
    run.add(
        new PageView.Listing(
            "run-digests",
            "Digests (SHA-256)",
            List.of(
                PageWords.text("Model A", comparison.reference().sha256()),
                PageWords.text("Model B", comparison.candidate().sha256()))));
    run.add(
        new PageView.Listing(
            "run-warnings",
            "Warnings",
            comparison.remarks().stream()
                .map(remark -> PageWords.text("Warning", remark))
                .toList()));
    run.removeIf(listing -> listing.rows().isEmpty());
    return run;
  }
}
