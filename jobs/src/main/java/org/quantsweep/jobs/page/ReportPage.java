package org.quantsweep.jobs.page;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import org.quantsweep.report.SweepResult;
import org.quantsweep.report.bundle.EvidenceBundle;

/** A report as one page of HTML that needs nothing else. */
public final class ReportPage {
  /** Its name beside {@code result.json}. */
  public static final String FILE = "report.html";

  private static final String TEMPLATE = "report.jte";

  private ReportPage() {}

  /** A sweep's page. The same result and evidence give the same text. */
  public static String of(SweepResult result, EvidenceBundle evidence) {
    PageAssets assets = PageAssets.load();
    String data =
        new PageData(result, null, evidence, GraphLayout.of(evidence.network())).toScript();
    return render(SweepView.of(result, evidence, data, assets));
  }

  /** The page of two given models, with the sections that apply. */
  public static String of(Comparison comparison, EvidenceBundle evidence) {
    PageAssets assets = PageAssets.load();
    String data =
        new PageData(null, comparison, evidence, GraphLayout.of(evidence.network())).toScript();
    return render(ComparisonView.of(comparison, evidence, data, assets));
  }

  private static String render(PageView view) {
    TemplateEngine templates =
        TemplateEngine.createPrecompiled(null, ContentType.Html, ReportPage.class.getClassLoader());
    StringOutput page = new StringOutput();
    templates.render(TEMPLATE, view, page);
    return page.toString();
  }
}
