package org.quantsweep.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What people are told of a confirmation, by this version and by the first one. */
class ResultProofTest {
  private static final String DIGEST = "ab".repeat(32);
  private static final SweepResult.Agreement SELECTION =
      new SweepResult.Agreement(240, 250, 0.9331, 0.95);
  private static final SweepResult.Row SMALLEST =
      new SweepResult.Row(null, "cd".repeat(32), 1000, 0.1, "accepted", SELECTION, null, null);

  @Test
  void aLadderIsToldRungByRungAsFarAsEachWasJudged() {
    SweepResult.Agreement answer = new SweepResult.Agreement(239, 250, 0.9285, 0.95);
    SweepResult result =
        result(
            2,
            new Certificate.Confirmed(
                "point",
                0.95,
                9,
                238,
                250L,
                1,
                List.of(
                    new Certificate.Finalist("plan:a", 1300, 0.99, null, 243L, 5L, true),
                    new Certificate.Finalist("plan:b", 1100, 0.9, answer, null, null, true),
                    new Certificate.Finalist("plan:c", 1090, 0.8, null, 40L, 13L, false))));
    assertThat(ResultProof.toText(result))
        .isEqualTo(
            """
            Confirmation (point rule, 238 of 250 must agree; a ladder of 9, from the largest down; these samples were opened by 1 sweep):
              1.3 KB: 5 of the first 243 differ: passed
              1.1 KB: 239 of 250 agree (lower bound 0.9285 at 95 %): passed
              1.1 KB: 13 of the first 40 differ: failed
            Family: plans; 40 options of 5 weight tensors (25 run alone, 10 foretold from these), 10^5 plans; 30 candidates judged.
            No uniform candidate is acceptable.
            Why not smaller: selection accepts 1 smaller candidates, down to 1.0 KB; the next rung failed confirmation, which ends the ladder.
            """);
    assertThat(ResultFile.fromJson(ResultFile.toJson(result), "r")).isEqualTo(result);
  }

  @Test
  void aBestUniformSchemeThatPassedBehindTheLadderIsTold() {
    SweepResult.Agreement answer = new SweepResult.Agreement(239, 250, 0.9285, 0.95);
    SweepResult result =
        result(
            2,
            new Certificate.Confirmed(
                "point",
                0.95,
                9,
                238,
                250L,
                1,
                List.of(
                    new Certificate.Finalist("plan:a", 1300, 0.9, null, 40L, 13L, false),
                    new Certificate.Finalist("linear:8", 1200, 0.8, answer, null, null, true))));
    assertThat(ResultProof.toText(result))
        .contains(
            """
              1.3 KB: 13 of the first 40 differ: failed
              1.2 KB: 239 of 250 agree (lower bound 0.9285 at 95 %): passed
            """,
            "; a rung failed confirmation, which ends the ladder; the best uniform scheme was"
                + " tested behind it, and passed.\n");
  }

  @Test
  void finalistsOfTheFirstVersionAreReadAndToldAsTheyWere() {
    SweepResult.Agreement failed = new SweepResult.Agreement(230, 250, 0.885, 0.9833);
    SweepResult.Agreement passed = new SweepResult.Agreement(243, 250, 0.9401, 0.9833);
    SweepResult result =
        result(
            1,
            new Certificate.Confirmed(
                "point",
                0.95,
                3,
                238,
                null,
                2,
                List.of(
                    new Certificate.Finalist("plan:c", 1050, null, failed, null, null, false),
                    new Certificate.Finalist("plan:b", 1100, null, passed, null, null, true))));
    String json =
        ResultFile.toJson(result)
            .replaceAll("\"(chance|samples|judged|disagreeing)\" : null,\\s*", "");
    SweepResult read = ResultFile.fromJson(json, "r");
    assertThat(read.certificate()).isEqualTo(result.certificate());
    assertThat(ResultProof.toText(read))
        .isEqualTo(
            """
            Confirmation (point rule, 3 finalists, 238 must agree; these samples were opened by 2 sweeps):
              1.1 KB: 230 of 250 agree (lower bound 0.8850 at 98.33 %): failed
              1.1 KB: 243 of 250 agree (lower bound 0.9401 at 98.33 %): passed
            Family: plans; 40 options of 5 weight tensors (25 run alone, 10 foretold from these), 10^5 plans; 30 candidates judged.
            No uniform candidate is acceptable.
            Why not smaller: selection accepts 1 smaller candidates, down to 1.0 KB; 1 failed confirmation, and the others were no finalists.
            """);
  }

  @Test
  void underALargestSizeTheAnswerIsStatedAndNothingIsSaidOfSmallerOnes() {
    SweepResult.Agreement answer = new SweepResult.Agreement(239, 250, 0.9285, 0.95);
    Certificate.Confirmed confirmed =
        new Certificate.Confirmed(
            Certificate.Confirmed.NO_RULE,
            0.95,
            1,
            0,
            250L,
            2,
            List.of(new Certificate.Finalist("plan:b", 1100, null, answer, null, null, true)));
    SweepResult.Chosen uniform =
        new SweepResult.Chosen(
            "linear:4",
            null,
            1050,
            0.1,
            new SweepResult.Agreement(233, 250, 0.9, 0.95),
            null,
            DIGEST,
            null);
    Map<String, String> asked = Map.of("largest-size", "1.1KB");
    SweepResult result = result(2, asked, null, uniform, null, confirmed);
    String family =
        "Family: plans; 40 options of 5 weight tensors (25 run alone, 10 foretold from these), 10^5"
            + " plans; 30 candidates judged.\n";
    assertThat(ResultProof.toText(result))
        .isEqualTo(
            "Confirmation: 239 of 250 agree (lower bound 0.9285 at 95 %); these samples were"
                + " opened by 2 sweeps.\n"
                + family
                + "Best uniform: linear:4, 1.1 KB, 233 of 250 agree.\n");
    assertThat(ResultProof.toText(result(2, asked, null, null, null, null)))
        .isEqualTo(family + "No uniform candidate fits.\n");
    assertThat(ResultFile.toJson(result))
        .contains("\"threshold\" : null,")
        .doesNotContain("largestSize");
    assertThat(ResultFile.fromJson(ResultFile.toJson(result), "r")).isEqualTo(result);
  }

  private static SweepResult result(int version, Certificate.Confirmed confirmed) {
    return result(version, Map.of("agreement", "0.95"), "0.95", null, SMALLEST, confirmed);
  }

  private static SweepResult result(
      int version,
      Map<String, String> settings,
      String threshold,
      SweepResult.Chosen uniform,
      SweepResult.Row smallest,
      Certificate.Confirmed confirmed) {
    List<SweepResult.Row> rows = new ArrayList<>(List.of(SMALLEST));
    rows.add(new SweepResult.Row(null, DIGEST, 1100, 0.11, "accepted", SELECTION, null, null));
    return new SweepResult(
        version,
        "",
        new TreeMap<>(settings),
        SweepResult.SELECTED,
        DIGEST,
        "top-1",
        threshold,
        new SweepResult.SourceModel("net.mlmodel", 10_000, DIGEST),
        new SweepResult.Samples(250, 0, DIGEST, Map.of(), 0),
        new SweepResult.Chosen(null, DIGEST, 1100, 0.11, SELECTION, null, DIGEST, "s.mlmodel"),
        uniform,
        null,
        rows,
        List.of(),
        List.of(),
        null,
        new Certificate(
            "plans", 5, 40, 25, 10, 5, 20, "knapsack", 30, null, smallest, List.of(), confirmed),
        null,
        List.of(),
        new SweepResult.Cost(30, 500, 0, 0, 0));
  }
}
