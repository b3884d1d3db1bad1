package org.quantsweep.jobs.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.quantsweep.report.SweepResult;

class ComparisonPageTest {
  static String page(String threshold, boolean accepted) {
    TreeMap<String, String> settings = new TreeMap<>();
    settings.put("samples", "photos");
    Comparison comparison =
        new Comparison(
            new SweepResult.SourceModel("A <b>.mlmodel", 400_000, "aa"),
            new SweepResult.SourceModel("B.mlpackage", 100_000, "bb"),
            "top-1",
            threshold,
            new SweepResult.Agreement(190, 200, 0.917, 0.95),
            accepted,
            3,
            settings,
            List.of("Half precision is used."));
    return ReportPage.of(
        comparison, ReportFixture.of(ReportFixture.Kind.CLASSIFIER, 4, 200, 4).make().evidence());
  }

  private static List<String> elements(String page, String pattern) {
    List<String> found = new ArrayList<>();
    Matcher matcher = Pattern.compile(pattern, Pattern.DOTALL).matcher(page);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }

  @Test
  void itSaysHowBothModelsCompare() {
    assertThat(elements(page(null, true), "data-testid=\"verdict\">(.*?)</p>"))
        .containsExactly("Model B gives the same top class as model A on 190 of 200 samples.");
    assertThat(elements(page("0.95", true), "data-testid=\"verdict\">(.*?)</p>"))
        .containsExactly(
            "Model B gives the same top class as model A on 190 of 200 samples, which is enough for"
                + " 0.95.");
    assertThat(elements(page("0.96", false), "data-testid=\"verdict\">(.*?)</p>"))
        .containsExactly(
            "Model B gives the same top class as model A on 190 of 200 samples, which is too few"
                + " for 0.96.");
  }

  @Test
  void itHasTheSectionsThatApply() {
    String page = page(null, true);
    assertThat(elements(page, "<section id=\"([a-z]+)\""))
        .containsExactly("summary", "tensors", "disagreements", "run");
    assertThat(elements(page, "<h1[^>]*>(.*?)</h1>"))
        .containsExactly("A &lt;b&gt;.mlmodel and B.mlpackage");
  }
}
