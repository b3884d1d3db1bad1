package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sample.Quarantine;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.CandidateEvaluation;
import org.quantsweep.search.LeftOut;
import org.quantsweep.search.SearchEstimate;
import org.quantsweep.search.Verdict;

class SweepProgressTest {
  private static final long SECOND = 1_000_000_000L;

  private static String planned(double secondsPerInference) {
    StringWriter err = new StringWriter();
    try (SweepProgress progress = new SweepProgress(new PrintWriter(err, true), () -> 0)) {
      progress.planned(estimate(false, secondsPerInference));
    }
    return err.toString();
  }

  private static SearchEstimate estimate(boolean foretells, double secondsPerInference) {
    return new SearchEstimate(
        26, 400, 40_000_000, 300, foretells, 100, 500, secondsPerInference, 2);
  }

  @Test
  void aPlanSaysItsWorkAndAboutHowLongItTakes() {
    // 400 x 0.65 x 0.6 x 100 and 60 x 0.6 x 500 inferences, and three times 300: 34,500 of 10 ms,
    // and 2 us for each of 40 million weights: 425 s, on two cores.
    assertThat(planned(0.010))
        .isEqualTo(
            "0 s: 26 weight tensors, at most 400 options: calibration on 300 samples, 40.0 million"
                + " weights of all forms to fit, each option alone on at most 100 samples (about"
                + " 15600 inferences), plans on 500 (about 18000); about 4 min in all at 10.0 ms an"
                + " inference on 2 cores, less what is known from before\n");
  }

  @Test
  void whereMostOptionsAreForetoldFewRunsAreForecast() {
    StringWriter err = new StringWriter();
    try (SweepProgress progress = new SweepProgress(new PrintWriter(err, true), () -> 0)) {
      progress.planned(estimate(true, 0.010));
    }
    // 26 x 7 options on 64 samples, 0.6 of the network each.
    assertThat(err.toString())
        .contains(
            ", some options alone on at most 100 samples (about 6989 inferences), plans on 500"
                + " (about 18000); about 3 min in all");
  }

  @Test
  void statisticsAndFittingAreToldByTheirWorkAndEachHasItsOwnTimeLeft() {
    AtomicLong clock = new AtomicLong();
    StringWriter err = new StringWriter();
    try (SweepProgress progress = new SweepProgress(new PrintWriter(err, true), clock::get)) {
      progress.phaseStarted("statistics", 0);
      clock.set(SECOND * 20);
      progress.phaseAdvanced("statistics", "samples", 100, 600);
      clock.set(SECOND * 60);
      progress.phaseStarted("fitting", 0);
      clock.set(SECOND * 90);
      progress.phaseAdvanced("fitting", "weights of all forms", 3_000_000, 12_340_000);
      // Another group's samples go through; 80 s of this stage gave 400 samples.
      clock.set(SECOND * 91);
      progress.phaseAdvanced("statistics", "samples", 300, 600);
      clock.set(SECOND * 111);
      progress.phaseAdvanced("statistics", "samples", 400, 600);
      clock.set(SECOND * 112);
      progress.phaseAdvanced("fitting", "weights of all forms", 3_500_000, 12_340_000);
      clock.set(SECOND * 142);
      progress.phaseAdvanced("fitting", "weights of all forms", 12_340_000, 12_340_000);
    }
    assertThat(err)
        .hasToString(
            """
            0 s: statistics
            20 s: statistics: 100 of 600 samples, about 100 s left
            60 s: fitting
            90 s: fitting: 3.0 million of 12.3 million weights of all forms, about 93 s left
            111 s: statistics: 400 of 600 samples, about 40 s left
            142 s: fitting: 12.3 million of 12.3 million weights of all forms
            """);
  }

  @Test
  void sensitivitiesAreOneStageWhoseTimeLeftDoesNotBeginAgain() {
    AtomicLong clock = new AtomicLong();
    StringWriter err = new StringWriter();
    try (SweepProgress progress = new SweepProgress(new PrintWriter(err, true), clock::get)) {
      progress.phaseStarted("sensitivities", 0);
      clock.set(SECOND * 10);
      progress.phaseAdvanced("sensitivities", "runs", 1000, 5000);
      clock.set(SECOND * 20);
      progress.phaseStarted("first plans", 0);
      clock.set(SECOND * 50);
      // The plans' time is not that of the runs: 30 s of them gave 2,000.
      progress.phaseResumed("sensitivities");
      clock.set(SECOND * 60);
      progress.phaseAdvanced("sensitivities", "runs", 2000, 4000);
      clock.set(SECOND * 80);
      progress.phaseAdvanced("sensitivities", "runs", 4000, 4000);
    }
    assertThat(err)
        .hasToString(
            """
            0 s: sensitivities
            10 s: sensitivities: 1000 of 5000 runs, about 40 s left
            20 s: first plans
            60 s: sensitivities: 2000 of 4000 runs, about 30 s left
            80 s: sensitivities: 4000 of 4000 runs
            """);
  }

  @Test
  void saysWhatIsLeftOutOfTheSamples() {
    StringWriter err = new StringWriter();
    try (SweepProgress progress = new SweepProgress(new PrintWriter(err, true), () -> 0)) {
      progress.remarked("left out, since such files are not read: 1 .webp");
    }
    assertThat(err.toString()).isEqualTo("left out, since such files are not read: 1 .webp\n");
  }

  @Test
  void eachPartSaysWhatOfItCannotBeUsedAndNotMoreThanOneCanRead() {
    List<String> reasons =
        IntStream.rangeClosed(1, 22).mapToObj(i -> i + ".png: damaged.").toList();
    StringWriter err = new StringWriter();
    try (SweepProgress progress = new SweepProgress(new PrintWriter(err, true), () -> 0)) {
      progress.referenceDone("calibration", 200, new Quarantine(200, 0, List.of()));
      progress.referenceDone("confirmation", 78, new Quarantine(100, 22, reasons));
    }
    StringBuilder expected = new StringBuilder();
    expected.append("0 s: the reference answers 200 calibration samples; 0 quarantined\n");
    expected.append("0 s: the reference answers 78 confirmation samples; 22 quarantined\n");
    reasons.subList(0, 20).forEach(line -> expected.append("quarantined " + line + "\n"));
    assertThat(err.toString()).isEqualTo(expected + "quarantined: 2 more\n");
  }

  @Test
  void whatAWeightTensorCannotBeStoredAsIsToldInOneLine() {
    StringWriter err = new StringWriter();
    try (SweepProgress progress = new SweepProgress(new PrintWriter(err, true), () -> 0)) {
      List<String> half = List.of("half");
      List<String> four = List.of("half", "linear:1", "linear:2", "linear:3");
      progress.leftOut(
          List.of(
              new LeftOut("m/data", half, "weight (70000.0) is beyond"),
              new LeftOut("m/data", four, "it holds NaN"),
              new LeftOut("a", half, "it is odd"),
              new LeftOut("b", half, "it is odd"),
              new LeftOut("c", half, "it is odd"),
              new LeftOut("d", half, "it is odd")));
    }
    assertThat(err)
        .hasToString(
            """
            0 s: weight tensor 'm/data' is not stored as half: weight (70000.0) is beyond
            0 s: weight tensor 'm/data' is not stored as half, linear:1, linear:2 and 1 more: it holds NaN
            0 s: weight tensors 'a', 'b', 'c' and 1 more are not stored as half: it is odd
            """);
  }

  @Test
  void whereNothingWasRunThereIsNoTimeToTell() {
    assertThat(planned(0))
        .isEqualTo(
            "0 s: 26 weight tensors, at most 400 options: calibration on 300 samples, 40.0 million"
                + " weights of all forms to fit, each option alone on at most 100 samples (about"
                + " 15600 inferences), plans on 500 (about 18000)\n");
  }

  @Test
  void plansAreToldWithTheMostThatMayComeAndTheTimeTheyTakeAtThisPace() {
    AtomicLong clock = new AtomicLong();
    StringWriter err = new StringWriter();
    try (SweepProgress progress = new SweepProgress(new PrintWriter(err, true), clock::get)) {
      clock.set(SECOND * 30);
      progress.phaseStarted("plans", 0);
      progress.candidatesJudged(List.of(rejected(900)), 1, 60);
      clock.set(SECOND * 50);
      progress.candidatesJudged(List.of(accepted(1_200_000), accepted(1_000_000)), 8, 40);
      clock.set(SECOND * 70);
      progress.phaseStarted("confirmation", 0);
      clock.set(SECOND * 85);
      progress.candidatesJudged(List.of(evaluation(1_000_000, Verdict.ACCEPTED_EARLY)), 1, 1);
      clock.set(SECOND * 100);
      progress.candidatesJudged(List.of(rejected(900_000)), 2, 0);
    }
    // 20 s for 8 plans: 100 s for 40; then 15 s for one rung.
    assertThat(err.toString())
        .isEqualTo(
            "30 s: plans\n"
                + "50 s: plans: 8 of at most 48 judged, best so far: 1.000 MB, at most about 100 s"
                + " left\n"
                + "70 s: confirmation\n"
                + "85 s: confirmation: 1 of at most 2 judged, best so far: 1.000 MB, at most about"
                + " 15 s left\n"
                + "100 s: confirmation: 2 judged, best so far: 1.000 MB\n");
  }

  @Test
  void whereNothingHasToBeMetTheMostAgreeingIsTheBest() {
    AtomicLong clock = new AtomicLong();
    StringWriter err = new StringWriter();
    try (SweepProgress progress = new SweepProgress(new PrintWriter(err, true), clock::get)) {
      progress.phaseStarted("plans up to 1.3MB", 0);
      clock.set(SECOND * 20);
      progress.candidatesJudged(
          List.of(counted(1_000_000, 90), counted(1_200_000, 95), counted(1_300_000, 95)), 3, 3);
    }
    assertThat(err.toString())
        .isEqualTo(
            "0 s: plans up to 1.3MB\n"
                + "20 s: plans up to 1.3MB: 3 of at most 6 judged, best so far: 1.200 MB, 95 of 100"
                + " samples agree, at most about 20 s left\n");
  }

  private static CandidateEvaluation counted(long bytes, long agreeing) {
    return new CandidateEvaluation(
        evaluation(bytes, Verdict.JUDGED).candidate(),
        Verdict.JUDGED,
        new AgreementCounts(agreeing, 100));
  }

  private static CandidateEvaluation evaluation(long bytes, Verdict verdict) {
    return new CandidateEvaluation(
        new Candidate.Uniform(Scheme.parse("linear:8"), new ByteSize(bytes)),
        verdict,
        AgreementCounts.NONE);
  }

  private static CandidateEvaluation accepted(long bytes) {
    return evaluation(bytes, Verdict.ACCEPTED);
  }

  private static CandidateEvaluation rejected(long bytes) {
    return evaluation(bytes, Verdict.REJECTED_EARLY);
  }
}
