package org.quantsweep.search;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quantsweep.agreement.AgreementCounts;

/**
 * Goes down a ladder on samples that no search has seen, until a rung fails; the last that passed
 * is the answer. The ladder is fixed before these samples are opened. Each rung ends as soon as its
 * outcome is certain; the answer's is judged on every sample.
 *
 * @param tested in the order of the test; rungs behind the first that failed were not tested
 * @param required how many samples must agree
 * @param samples n, the denominator
 */
public record Confirmation(List<Test> tested, long required, long samples) implements Serializable {
  /**
   * Rungs that are worked on at once, since each by itself would leave a cluster idle. What is done
   * behind the first that fails is not looked at.
   */
  private static final int AT_ONCE = 4;

  /** Copies the list. */
  public Confirmation {
    tested = List.copyOf(tested);
  }

  /**
   * A rung that was tested.
   *
   * @param counts in the order of the rule, up to where its outcome was certain; over every sample
   *     for the answer
   * @param missed classes that cannot reach their floor, of what was judged
   */
  public record Test(Rung rung, AgreementCounts counts, List<SampleClass> missed, boolean passed)
      implements Serializable {
    /** Copies the list. */
    public Test {
      missed = List.copyOf(missed);
    }

    /** What was tested. */
    public Candidate candidate() {
      return rung.candidate();
    }
  }

  /** The last that passed; empty where the first one failed. */
  public Optional<Test> answer() {
    return last(tested);
  }

  /**
   * States what a candidate does on samples that no search has seen. Nothing has to be passed.
   *
   * @param judge over the confirmation samples, with a budget of its own
   */
  public static Confirmation counted(CandidateJudge judge, Candidate candidate) {
    AgreementCounts whole = judge.testWhole(candidate, 0).orElseThrow().counts();
    Rung only = new Rung(candidate, whole.share(), 1);
    return new Confirmation(
        List.of(new Test(only, whole, List.of(), true)), 0, judge.denominator());
  }

  /**
   * Runs the tests.
   *
   * @param judge over the confirmation samples, with a budget of its own
   * @param ladder from the first to the last that is tested
   * @param behind candidates that are tested too, until one passes, where the ladder gives no
   *     answer as small
   * @param required how many samples must agree
   */
  public static Confirmation run(
      CandidateJudge judge, List<Rung> ladder, BehindLadder behind, long required) {
    List<Test> tested = down(judge, ladder, required);
    Optional<Candidate> found = last(tested).map(Test::candidate);
    List<Candidate> seen = tested.stream().map(Test::candidate).toList();
    boolean passed = false;
    Optional<Rung> next = behind.next(found, seen);
    while (!passed && next.isPresent()) {
      tested.addAll(down(judge, List.of(next.get()), required));
      passed = tested.get(tested.size() - 1).passed();
      next = passed ? next : behind.next(found, seen);
    }
    last(tested)
        .ifPresent(
            own -> {
              judge.expect(0);
              AgreementCounts whole =
                  judge.testWhole(own.candidate(), required).orElseThrow().counts();
              tested.set(tested.indexOf(own), new Test(own.rung(), whole, List.of(), true));
            });
    return new Confirmation(tested, required, judge.denominator());
  }

  private static Optional<Test> last(List<Test> tested) {
    return tested.stream().filter(Test::passed).reduce((earlier, later) -> later);
  }

  /** Until a rung fails. */
  private static List<Test> down(CandidateJudge judge, List<Rung> ladder, long required) {
    List<Test> tested = new ArrayList<>();
    boolean passed = true;
    for (int place = 0; place < ladder.size() && passed; place += AT_ONCE) {
      List<Rung> next = ladder.subList(place, Math.min(ladder.size(), place + AT_ONCE));
      judge.expect(ladder.size() - place - next.size());
      Map<Candidate, CandidateEvaluation> found =
          judge.test(next.stream().map(Rung::candidate).toList(), required);
      for (int i = 0; i < next.size() && passed; i++) {
        CandidateEvaluation own = found.get(next.get(i).candidate());
        passed = own != null && own.verdict().isAccepted();
        if (own != null) {
          tested.add(new Test(next.get(i), own.counts(), own.missed(), passed));
        }
      }
    }
    return tested;
  }
}
