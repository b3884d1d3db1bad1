package org.quantsweep.jobs.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.SweepResult;
import org.quantsweep.report.bundle.BundleFile;
import org.quantsweep.report.bundle.EvidenceBundle;

class ReportPageTest {
  private static final int MEGABYTE = 1_000_000;

  private static String page(ReportFixture fixture) {
    ReportFixture.Made made = fixture.make();
    return ReportPage.of(made.result(), made.evidence());
  }

  private static ReportFixture classifier() {
    return ReportFixture.of(ReportFixture.Kind.CLASSIFIER, 12, 200, 8);
  }

  private static List<String> elements(String page, String pattern) {
    List<String> found = new ArrayList<>();
    Matcher matcher = Pattern.compile(pattern, Pattern.DOTALL).matcher(page);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }

  private static String withoutScripts(String page) {
    return page.replaceAll("(?s)<script[^>]*>.*?</script>", "");
  }

  private static String hash(String text) throws Exception {
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
  }

  @Test
  void madeTwiceItIsTheSame() {
    assertThat(page(classifier())).isEqualTo(page(classifier()));
  }

  /** The policy names exactly what stands in the page, and no address. */
  @Test
  void thePolicyHoldsTheScriptsAndTheStyle() throws Exception {
    String page = page(classifier());
    List<String> scripts = elements(page, "<script>(.*?)</script>");
    List<String> styles = elements(page, "<style>(.*?)</style>");
    assertThat(scripts).hasSize(2);
    assertThat(styles).hasSize(1);
    assertThat(
            elements(page, "http-equiv=\"Content-Security-Policy\" content=\"([^\"]*)\"").stream()
                .map(policy -> policy.replace("&#39;", "'")))
        .containsExactly(
            "default-src 'none'; img-src data:; style-src "
                + hash(styles.get(0))
                + "; script-src "
                + hash(scripts.get(0))
                + " "
                + hash(scripts.get(1))
                + "; base-uri 'none'; form-action 'none'");
    assertThat(withoutScripts(page))
        .doesNotContain(" style=\"", " onclick=\"", " src=\"", "@import", "url(http", "<base");
  }

  /** What the scripts read is what the files say. */
  @Test
  void theDataAreTheFiles() throws Exception {
    ReportFixture.Made made = classifier().make();
    List<String> data =
        elements(
            ReportPage.of(made.result(), made.evidence()),
            "<script type=\"application/json\" id=\"data\">(.*?)</script>");
    assertThat(data).hasSize(1);
    JsonNode json = new ObjectMapper().readTree(data.get(0));
    assertThat(ResultFile.fromJson(json.get("result").toString(), "page")).isEqualTo(made.result());
    assertThat(BundleFile.fromJson(json.get("evidence").toString(), "page"))
        .isEqualTo(made.evidence());
    assertThat(json.at("/layout/nodes")).hasSameSizeAs(made.evidence().network().nodes());
  }

  @Test
  void hostileNamesAreText() {
    String name = "</script><img src=x onerror=alert(1)>\"'&<!--";
    String page = page(classifier().named(name));
    assertThat(elements(page, "(</script>)")).hasSize(3);
    assertThat(withoutScripts(page)).doesNotContain("<img", "<!--");
    assertThat(elements(page, "id=\"data\">([^<>]*)</script>")).hasSize(1);
    assertThat(elements(page, "<h1[^>]*>(.*?)</h1>"))
        .containsExactly(
            "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;\"'&amp;&lt;!--SqueezeNet.mlmodel");
  }

  @Test
  void thePageStaysSmall() {
    assertThat(page(ReportFixture.of(ReportFixture.Kind.CLASSIFIER, 26, 1_000, 64)).length())
        .isLessThan(5 * MEGABYTE);
    assertThat(page(ReportFixture.of(ReportFixture.Kind.CLASSIFIER, 200, 100_000, 400)).length())
        .isLessThan(20 * MEGABYTE);
  }

  @Test
  void itSaysInWordsWhatWasChosen() {
    ReportFixture.Made made = ReportFixture.of(ReportFixture.Kind.STYLE, 6, 500, 2).make();
    String page = ReportPage.of(made.result(), made.evidence());
    assertThat(elements(page, "data-testid=\"verdict\">(.*?)</p>"))
        .containsExactly(
            "The model takes "
                + new ByteSize(made.result().selected().encodedSize())
                + " instead of "
                + new ByteSize(made.result().sourceModel().encodedSize())
                + ", and still comes within a PSNR of 30 dB on "
                + made.result().selected().confirmation().agreeing()
                + " of 500 samples that the search had not seen.");
    assertThat(elements(page, "<section id=\"([a-z]+)\""))
        .containsExactly(
            "summary", "sizes", "threshold", "tensors", "disagreements", "dense", "run");
  }

  /** Of the kept sweep 49,535 answers selected and 13,973 confirmed, by the sums of its rows. */
  @Test
  void itSaysWhatWasTakenFromTheTable() throws Exception {
    Path kept = Path.of("src/test/resources/report/shapes");
    SweepResult result =
        ResultFile.fromJson(Files.readString(kept.resolve(ResultFile.NAME)), ResultFile.NAME);
    EvidenceBundle evidence =
        BundleFile.fromJson(
            Files.readString(kept.resolve(EvidenceBundle.FILE)), EvidenceBundle.FILE);
    assertThat(taken(ReportPage.of(result, evidence))).containsExactly("63508", "0");
    SweepResult.Cost cost = result.cost();
    SweepResult resumed =
        new SweepResult(
            result.schemaVersion(),
            result.runId(),
            result.settings(),
            result.decision(),
            result.sweepDigest(),
            result.criterion(),
            result.threshold(),
            result.sourceModel(),
            result.samples(),
            result.selected(),
            result.bestUniform(),
            result.classes(),
            result.candidates(),
            result.leftOut(),
            result.notOffered(),
            result.published(),
            result.certificate(),
            result.recipe(),
            result.strategies(),
            new SweepResult.Cost(cost.evaluations(), 3_508, 0, 0, 1));
    assertThat(taken(ReportPage.of(resumed, evidence))).containsExactly("63508", "60000");
  }

  private static List<String> taken(String page) {
    return elements(
        page, "(?:Answers compared|at least)</dt>\\s*<dd[^>]*>\\s*<data[^>]*value=\"(\\d+)\"");
  }

  @Test
  void criteriaAreSaidInWords() {
    assertThat(
            List.of("top-1", "top-k:5", "top-1@probs", "pixel-agreement:0.98", "mine:3").stream()
                .map(text -> CriterionWords.of(text).does()))
        .containsExactly(
            "gives the same top class",
            "keeps the top class among its first 5",
            "gives the same top class of output 'probs'",
            "gives a share of 0.98 of pixels the same class",
            "agrees by mine:3");
  }
}
