package org.quantsweep.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.agreement.AgreementThreshold;

/**
 * Judges candidates up to a size, each on every sample: nothing has to be met, and the one that
 * agrees most often is looked for. Larger ones are told and not judged.
 */
public final class WithinSize {
  /** Candidates that are worked on at once. Their files are held in memory. */
  private static final int AT_ONCE = 8;

  private final CandidateJudge judge;
  private final SearchBudget budget;
  private final LargestSize largest;

  /** A search by a judge over the samples that select. */
  public WithinSize(CandidateJudge judge, SearchBudget budget, LargestSize largest) {
    this.judge = judge;
    this.budget = budget;
    this.largest = largest;
  }

  /** Judges a family. The largest that fit come first: a budget that ends it leaves the others. */
  public SearchOutcome family(Collection<Candidate> candidates) {
    judge.begin("candidates up to " + largest);
    List<Candidate> ascending = candidates.stream().sorted().toList();
    List<Candidate> fitting = new ArrayList<>();
    for (Candidate candidate : ascending) {
      if (allows(candidate)) {
        fitting.add(0, candidate);
      }
    }
    List<CandidateEvaluation> found = judge(fitting, 0);
    List<Candidate> judged = found.stream().map(CandidateEvaluation::candidate).toList();
    List<CandidateEvaluation> report = new ArrayList<>(found);
    for (Candidate candidate : ascending) {
      if (!allows(candidate)) {
        report.add(tooLarge(candidate));
      } else if (!judged.contains(candidate)) {
        // The budget did not reach it.
        report.add(new CandidateEvaluation(candidate, Verdict.NOT_NEEDED, AgreementCounts.NONE));
      }
    }
    return new SearchOutcome(
        report.stream().sorted(Comparator.comparing(CandidateEvaluation::candidate)).toList(),
        judge.reference(),
        AgreementThreshold.NONE);
  }

  /** Says, for progress only, that plans are judged from now on. */
  void beginPlans() {
    judge.begin("plans up to " + largest);
  }

  boolean allows(Candidate candidate) {
    return largest.allows(candidate);
  }

  LargestSize largest() {
    return largest;
  }

  /**
   * Judges candidates on every sample. Those that the budget does not reach are left out.
   *
   * @param later how many more may be asked for, for progress only
   */
  List<CandidateEvaluation> judge(List<Candidate> candidates, int later) {
    List<CandidateEvaluation> found = new ArrayList<>();
    for (int at = 0; at < candidates.size() && !budget.isOver(); at += AT_ONCE) {
      List<Candidate> wave = candidates.subList(at, Math.min(candidates.size(), at + AT_ONCE));
      judge.expect(candidates.size() - at - wave.size() + later);
      found.addAll(judge.count(wave).values());
    }
    return found;
  }

  static CandidateEvaluation tooLarge(Candidate candidate) {
    return new CandidateEvaluation(candidate, Verdict.TOO_LARGE, AgreementCounts.NONE);
  }
}
