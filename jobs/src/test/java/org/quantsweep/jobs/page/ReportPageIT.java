package org.quantsweep.jobs.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Media;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.jobs.page.HeadlessChromium.Reader;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.bundle.BundleFile;
import org.quantsweep.report.bundle.EvidenceBundle;
import org.quantsweep.testing.FileSchemas;

/**
 * The page in a real Chromium. Every page that is opened must raise no error and ask for nothing:
 * {@link OpenPage} checks that when it is closed.
 */
class ReportPageIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path KEPT = Path.of("src/test/resources/report");
  private static final String HOSTILE =
      "</script><img src=x onerror=\"window.hostile=1\">&lt;${x}'\"<b>";

  /** An outline; where an element of a drawing has none, its frame. */
  private static final String SHOWS_FOCUS =
      """
      (() => {
        const own = document.activeElement;
        const frame = own.querySelector(':scope > rect');
        return getComputedStyle(own).outlineStyle !== 'none'
          || frame !== null && parseFloat(getComputedStyle(frame).strokeWidth) >= 2;
      })()
      """;

  @TempDir static Path folder;

  private static HeadlessChromium chromium;

  @BeforeAll
  static void start() throws Exception {
    chromium = HeadlessChromium.start("the report's page in a browser");
  }

  @AfterAll
  static void stop() {
    if (chromium != null) {
      chromium.close();
    }
  }

  private static Path page(String name) throws Exception {
    Path kept = KEPT.resolve(name);
    return written(
        name,
        new SyntheticSweep.Files(
            ResultFile.fromJson(Files.readString(kept.resolve(ResultFile.NAME)), name),
            BundleFile.fromJson(Files.readString(kept.resolve(EvidenceBundle.FILE)), name)));
  }

  private static Path written(String name, SyntheticSweep.Files files) throws Exception {
    Path file = folder.resolve(name + ".html");
    Files.writeString(file, ReportPage.of(files.result(), files.evidence()));
    return file;
  }

  private static JsonNode expected(String name) throws Exception {
    return JSON.readTree(KEPT.resolve(name).resolve("expected.json").toFile());
  }

  /** As this version writes them: what was kept by an earlier one may lack a key. */
  @Test
  void keptSweepsAreAsTheSchemasSay() throws Exception {
    String result = Files.readString(KEPT.resolve("shapes").resolve(ResultFile.NAME));
    FileSchemas.RESULT.requireValid(
        ResultFile.toJson(ResultFile.fromJson(result, "result")), "result");
    String evidence = Files.readString(KEPT.resolve("shapes").resolve(EvidenceBundle.FILE));
    FileSchemas.EVIDENCE.requireValid(
        BundleFile.toJson(BundleFile.fromJson(evidence, "evidence")), "evidence");
  }

  @Test
  void theSamePageIsMadeTwice() throws Exception {
    byte[] first = Files.readAllBytes(page("shapes"));
    assertThat(Files.readAllBytes(page("shapes"))).isEqualTo(first);
  }

  @Test
  void axeFindsNothingInLightAndDark() throws Exception {
    Path shapes = page("shapes");
    Path dense = written("dense", dense());
    requireAccessible(shapes, Reader.USUAL);
    requireAccessible(shapes, Reader.USUAL.dark().width(360));
    requireAccessible(dense, Reader.USUAL.dark());
    requireAccessible(dense, Reader.USUAL.width(360));
  }

  private static void requireAccessible(Path file, Reader reader) {
    try (OpenPage open = chromium.open(file, reader)) {
      open.showAll();
      open.openDetails();
      open.showAll();
      assertThat(open.violations()).as("%s %s", file, reader).isEmpty();
    }
  }

  @Test
  void nothingIsWiderThanTheWindow() throws Exception {
    for (Path file : List.of(page("shapes"), written("dense", dense()))) {
      for (int width : List.of(360, 768, 1280, 2560)) {
        try (OpenPage open = chromium.open(file, Reader.USUAL.width(width))) {
          open.showAll();
          assertThat(open.number("document.documentElement.scrollWidth")).isEqualTo(width);
          open.openDetails();
          open.showAll();
          assertThat(open.number("document.documentElement.scrollWidth")).isEqualTo(width);
        }
      }
    }
  }

  @Test
  void theSliderTellsWhatWouldHaveBeenChosen() throws Exception {
    JsonNode expected = expected("shapes");
    try (OpenPage open = chromium.open(page("shapes"), Reader.USUAL)) {
      open.showAll();
      Locator answer = open.at("threshold-answer");
      for (JsonNode each : expected.path("thresholds")) {
        open.at("threshold-number").fill(each.path("threshold").textValue());
        assertThat(answer.getAttribute("data-candidate"))
            .as("answer at %s", each.path("threshold"))
            .isEqualTo(each.path("answer").asText("").replace("null", ""));
        List<String> missing = new ArrayList<>();
        each.path("missing").forEach(own -> missing.add("selection " + own.textValue()));
        assertThat(open.allKeys("missing").stream().filter(key -> key.startsWith("sel")))
            .as("not judged at %s", each.path("threshold"))
            .containsExactlyElementsOf(missing);
        assertThat(answer.textContent())
            .contains(
                String.format("%,d of %,d", each.path("need").asInt(), each.path("n").asInt()));
      }
      // By the keyboard, from the threshold that was asked for.
      open.page()
          .getByRole(com.microsoft.playwright.options.AriaRole.BUTTON)
          .filter(new Locator.FilterOptions().setHasText("As asked"))
          .click();
      open.at("threshold-slider").press("ArrowLeft");
      assertThat(open.at("threshold-number").inputValue()).isEqualTo("0.949");
      open.at("threshold-number").fill("0.99");
      assertThat(open.at("command").textContent())
          .startsWith("quantsweep sweep --model shapes.mlmodel")
          .contains("--agreement 0.99");
      open.at("threshold-number").fill("much");
      assertThat(open.at("threshold-number").getAttribute("aria-invalid")).isEqualTo("true");
    }
  }

  @Test
  void tablesSortAndFilter() throws Exception {
    JsonNode expected = expected("shapes");
    try (OpenPage open = chromium.open(page("shapes"), Reader.USUAL)) {
      open.showAll();
      open.sort("tensor-table", "Chosen");
      assertThat(open.keys("tensor-table")).isEqualTo(texts(expected.path("tensorsByBytes")));
      open.at("tensor-table-filter").fill("CONV2 kmeans");
      assertThat(open.keys("tensor-table")).containsExactly("conv2/weights");
      open.at("tensor-table-filter").fill("");
      expected
          .path("tensorsByOption")
          .properties()
          .forEach(
              option -> {
                open.at("option-filter").selectOption(option.getKey());
                assertThat(open.keys("tensor-table"))
                    .containsExactlyInAnyOrderElementsOf(texts(option.getValue()));
              });
      JsonNode classes = expected.path("classes").path("selection");
      assertThat(open.keys("class-table")).hasSize(classes.size());
      classes
          .properties()
          .forEach(
              own ->
                  assertThat(open.cells("class-table", own.getKey()).subList(1, 3))
                      .as(own.getKey())
                      .containsExactly(
                          own.getValue().path(0).asText(), own.getValue().path(1).asText()));
      JsonNode shown = expected.path("shown");
      int all = shown.path("differ").asInt() + shown.path("agree").asInt();
      assertThat(open.page().getByText(shown.path("differ") + " of " + all + " shown").isVisible())
          .isTrue();
      assertThat(open.at("cards").locator("li.card.differs").count()).isPositive();
      open.at("agree-filter").getByText("that agree").click();
      assertThat(open.page().getByText(shown.path("agree") + " of " + all + " shown").isVisible())
          .isTrue();
      assertThat(open.at("cards").locator("li.card.differs").count()).isZero();
    }
  }

  @Test
  void theKeyboardReachesEverything() throws Exception {
    try (OpenPage open = chromium.open(page("shapes"), Reader.USUAL)) {
      open.showAll();
      open.openDetails();
      List<String> reachable = open.markReachable();
      List<String> reached = new ArrayList<>();
      for (int i = 0; i < reachable.size() + 50 && reached.size() < reachable.size(); i++) {
        open.page().keyboard().press("Tab");
        String at = (String) open.script("document.activeElement.dataset.reach || ''");
        if (!at.isEmpty() && !reached.contains(at)) {
          reached.add(at);
          assertThat(open.script(SHOWS_FOCUS)).as("%s is marked", at).isEqualTo(true);
        }
      }
      assertThat(reached).containsExactlyInAnyOrderElementsOf(reachable);
      Locator graph = open.at("graph");
      graph.locator("[role=button]").first().focus();
      open.page().keyboard().press("ArrowDown");
      open.page().keyboard().press("Enter");
      assertThat(open.at("graph-details").locator("h4").textContent()).isEqualTo("conv1");
    }
  }

  @Test
  void hostileNamesStayText() throws Exception {
    Path file = written("hostile", new SyntheticSweep(3, 50, HOSTILE, 100_000).make());
    try (OpenPage open = chromium.open(file, Reader.USUAL)) {
      open.showAll();
      open.openDetails();
      open.showAll();
      open.at("tensor-table").locator("button.expand").first().click();
      open.at("heat-map").locator("td").nth(3).hover();
      open.at("graph").locator("[role=button]").nth(1).click();
      assertThat(open.script("window.hostile === undefined")).isEqualTo(true);
      assertThat(open.number("document.querySelectorAll('img[src=x], b').length")).isZero();
      assertThat(open.number("document.scripts.length")).isEqualTo(3);
      for (String place :
          List.of("summary", "tensor-table", "cards", "class-table", "graph-details", "run")) {
        assertThat(open.at(place).first().textContent()).as(place).contains(HOSTILE);
      }
      assertThat(open.page().title()).contains(HOSTILE);
    }
  }

  @Test
  void aUsualSweepTakesLessThanFiveMegabytesAndAHugeOneLessThanTwenty() throws Exception {
    SyntheticSweep.Files usual = new SyntheticSweep(26, 1_000, "", 3_000_000).make();
    assertThat(Files.size(written("usual", usual))).isLessThan(5_000_000);
    SyntheticSweep.Files huge = new SyntheticSweep(200, 100_000, "", 3_000_000).make();
    Path file = written("huge", huge);
    assertThat(Files.size(file)).isLessThan(20_000_000);
    try (OpenPage open = chromium.open(file, Reader.USUAL)) {
      open.showAll();
      open.at("threshold-number").fill("0.99");
      assertThat(open.at("threshold-answer").textContent()).contains("99,000 of 100,000");
      open.at("tensor-table-filter").fill("stage24/conv199");
      assertThat(open.keys("tensor-table")).containsExactly("stage24/conv199/weights");
      open.openDetails();
      assertThat(open.number("document.querySelectorAll('*').length")).isLessThan(60_000);
    }
  }

  @Test
  void numbersAreInTheReadersLocale() throws Exception {
    try (OpenPage english = chromium.open(page("shapes"), Reader.USUAL);
        OpenPage german = chromium.open(page("shapes"), Reader.USUAL.locale("de-DE"))) {
      String figures = english.at("figures").textContent();
      assertThat(figures).containsPattern("\\d\\.\\d KB").containsPattern("\\d\\.\\d\\d%");
      assertThat(german.at("figures").textContent())
          .containsPattern("\\d,\\d KB")
          .containsPattern("\\d,\\d\\d.%");
    }
  }

  @Test
  void itIsReadWithoutScriptsAndPrintedWhole() throws Exception {
    Path file = page("shapes");
    try (OpenPage open = chromium.openWithoutScripts(file, Reader.USUAL)) {
      assertThat(open.at("verdict").textContent()).contains("KB");
    }
    try (OpenPage open = chromium.open(file, Reader.USUAL)) {
      byte[] pdf = open.page().pdf(new Page.PdfOptions().setFormat("A4"));
      assertThat(new String(pdf, 0, 5, StandardCharsets.US_ASCII)).isEqualTo("%PDF-");
      // What is drawn when it comes near was drawn for the printer.
      assertThat(open.at("heat-map").count()).isEqualTo(1);
      open.page().emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
      assertThat(open.page().locator("nav.toc").isVisible()).isFalse();
      open.page().setViewportSize(718, 1000);
      assertThat(open.number("document.documentElement.scrollWidth")).isLessThanOrEqualTo(718);
    }
  }

  /** They may have judged plans that the search has not, and the slider does not count these. */
  @Test
  void otherStrategiesStandBesideTheAnswer() throws Exception {
    try (OpenPage open = chromium.open(written("dense", dense()), Reader.USUAL)) {
      open.showAll();
      open.unfold("sizes-table-details", "candidates");
      String own = "plan:" + Sha256Digest.ofText(SyntheticSweep.PEER).hex();
      assertThat(open.allKeys("candidates")).containsOnlyOnce(own);
      open.at("candidates-filter").fill(SyntheticSweep.PEER);
      assertThat(open.cells("candidates", own).get(0)).contains(SyntheticSweep.PEER);
      open.at("threshold-number").fill("0");
      assertThat(open.at("threshold-answer").getAttribute("data-candidate")).isNotEqualTo(own);
    }
  }

  @Test
  void nothingMayBeLoaded() throws Exception {
    try (OpenPage open = chromium.open(page("shapes"), Reader.USUAL)) {
      String policy =
          open.page().locator("meta[http-equiv=Content-Security-Policy]").getAttribute("content");
      assertThat(policy).contains("default-src 'none'").doesNotContain("unsafe-eval", "http:", "*");
    }
  }

  private static SyntheticSweep.Files dense() {
    return new SyntheticSweep(12, 200, "", 600_000).make();
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(own -> texts.add(own.textValue()));
    return texts;
  }
}
