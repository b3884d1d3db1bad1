package org.quantsweep.search;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.ClassFloor;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sweep.EvaluationKey;
import org.quantsweep.sweep.EvaluationStore;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.ReferenceEvidence;
import org.quantsweep.sweep.SweepRunner;

/**
 * Decides single candidates on one sample set by the sequential rule, a few at a time. What it
 * finds stays in the store, so that the same question costs nothing again.
 */
public final class CandidateJudge {
  private final SampleIndex samples;
  private final EvaluationKey key;
  private final EvaluationStore store;
  private final SweepRunner runner;
  private final EvidenceLedger ledger;
  private final SearchBudget budget;
  private final SearchListener listener;
  private final int firstWave;
  private final ClassFloor floor;
  private final Set<Candidate> counted = new LinkedHashSet<>();
  private ReferenceEvidence reference;
  private List<Integer> order;
  private ClassRule classes;
  private int left;

  /** A judge that asks nothing of classes. */
  public CandidateJudge(
      SampleIndex samples,
      EvaluationKey key,
      EvaluationStore store,
      SweepRunner runner,
      Function<Candidate, ModelFiles> encode,
      SearchBudget budget,
      SearchListener listener,
      int firstWave) {
    this(samples, key, store, runner, encode, budget, listener, firstWave, ClassFloor.NONE);
  }

  /**
   * A judge.
   *
   * @param encode makes a candidate's file; called only for those that are judged
   * @param firstWave how many samples a candidate is judged on at first; doubled after
   * @param floor what each class must reach, wherever something has to be met
   */
  public CandidateJudge(
      SampleIndex samples,
      EvaluationKey key,
      EvaluationStore store,
      SweepRunner runner,
      Function<Candidate, ModelFiles> encode,
      SearchBudget budget,
      SearchListener listener,
      int firstWave,
      ClassFloor floor) {
    this.floor = floor;
    this.samples = samples;
    this.key = key;
    this.store = store;
    this.runner = runner;
    this.ledger = new EvidenceLedger(samples, key, store, runner, encode);
    this.budget = budget;
    this.listener = listener;
    this.firstWave = firstWave;
  }

  /** What the reference answers, from the store as far as it is known there. */
  public ReferenceEvidence reference() {
    if (reference == null) {
      reference = EvidenceLedger.reference(samples, key, store, runner, floor.asks());
    }
    return reference;
  }

  /** Sorted once: it is asked for with every candidate. */
  private List<Integer> order() {
    if (order == null) {
      order = reference().order();
    }
    return order;
  }

  private ClassRule classes() {
    if (classes == null) {
      classes = ClassRule.of(samples, reference(), floor);
    }
    return classes;
  }

  /**
   * Refuses samples without a class, where classes have a floor.
   *
   * @throws org.quantsweep.UsageException saying how many there are
   */
  public void requireClasses() {
    classes();
  }

  /**
   * How many samples of each class agree under a candidate that was judged on every sample; none
   * where classes have no floor.
   */
  public List<ClassAgreement> agreements(Candidate candidate) {
    if (!floor.asks()) {
      return List.of();
    }
    Evidence known = ledger.evidence(candidate);
    ledger.release(candidate);
    return classes().classes().agreements(known);
  }

  /**
   * The chance that every class reaches its floor on unseen samples, where each has its share of
   * them and fails independently of the others.
   *
   * @param candidate one that was judged on every sample
   * @param unseen how many samples confirm, at least 1
   */
  public double chanceOfClasses(Candidate candidate, long unseen) {
    if (candidate instanceof Candidate.AsGiven) {
      return 1;
    }
    double chance = 1;
    for (ClassAgreement own : agreements(candidate)) {
      long size = own.counts().judged();
      long expected = Math.round((double) size * unseen / denominator());
      if (floor.judges(size) || floor.judges(expected)) {
        chance *=
            Ladder.chance(own.counts().share(), floor.asThreshold(), size, Math.max(1, expected));
      }
    }
    return chance;
  }

  /** The samples that the reference answers, copies counted: the denominator n. */
  public long denominator() {
    return reference().answered(samples);
  }

  /** Says, for progress only, what candidates are judged for from now on. */
  void begin(String phase) {
    listener.phaseStarted(phase, 0);
  }

  /**
   * Says, for progress only, how many candidates will be asked for at most, beyond the next few.
   */
  void expect(int more) {
    left = more;
  }

  /** Candidates that were judged so far, in the order in which they were asked for. */
  public List<Candidate> judged() {
    return List.copyOf(counted);
  }

  /** How many inferences of candidates this took here. */
  public long inferences() {
    return ledger.inferences();
  }

  /** The candidate's file. */
  public ModelFiles model(Candidate candidate) {
    return ledger.model(candidate);
  }

  /**
   * Decides candidates, stopping each at the first disagreement that settles it. Those that the
   * budget does not reach are left out.
   */
  public Map<Candidate, CandidateEvaluation> judge(
      Collection<Candidate> candidates, AgreementThreshold threshold) {
    SequentialRule rule = SequentialRule.of(samples, order(), threshold, classes());
    return decide(candidates, candidate -> rule.judge(candidate, ledger.evidence(candidate)), rule);
  }

  /** Judges candidates on every sample. Those that the budget does not reach are left out. */
  public Map<Candidate, CandidateEvaluation> judgeWhole(
      Collection<Candidate> candidates, AgreementThreshold threshold) {
    SequentialRule rule = SequentialRule.of(samples, order(), threshold, classes());
    return decide(
        candidates, candidate -> rule.judgeWhole(candidate, ledger.evidence(candidate)), rule);
  }

  /** Counts on every sample. Candidates that the budget does not reach are left out. */
  Map<Candidate, CandidateEvaluation> count(Collection<Candidate> candidates) {
    SequentialRule rule = SequentialRule.requiring(samples, order(), 0, ClassRule.NONE);
    return decide(candidates, asked -> rule.count(asked, ledger.evidence(asked)), rule);
  }

  /**
   * Tells whether so many samples agree under candidates, and stops as soon as that is certain.
   * Those that the budget does not reach are left out.
   */
  Map<Candidate, CandidateEvaluation> test(Collection<Candidate> candidates, long required) {
    SequentialRule rule = SequentialRule.requiring(samples, order(), required, classes());
    return decide(candidates, asked -> rule.judgeUntilCertain(asked, ledger.evidence(asked)), rule);
  }

  /** As {@link #test}, on every sample; empty where the budget does not reach it. */
  Optional<CandidateEvaluation> testWhole(Candidate candidate, long required) {
    SequentialRule rule = SequentialRule.requiring(samples, order(), required, classes());
    return Optional.ofNullable(
        decide(List.of(candidate), asked -> rule.judgeWhole(asked, ledger.evidence(asked)), rule)
            .get(candidate));
  }

  private Map<Candidate, CandidateEvaluation> decide(
      Collection<Candidate> candidates,
      Function<Candidate, Optional<CandidateEvaluation>> verdict,
      SequentialRule rule) {
    List<Candidate> open = new ArrayList<>();
    for (Candidate candidate : candidates) {
      if (counted.contains(candidate) || budget.takeEvaluation()) {
        counted.add(candidate);
        open.add(candidate);
      }
    }
    ledger.load(open);
    Map<Candidate, CandidateEvaluation> decided = new HashMap<>();
    while (true) {
      for (Candidate candidate : List.copyOf(open)) {
        verdict
            .apply(candidate)
            .ifPresent(
                evaluation -> {
                  decided.put(candidate, evaluation);
                  open.remove(candidate);
                  ledger.release(candidate);
                });
      }
      if (open.isEmpty() || budget.isOver()) {
        // In the order of the question: what was known before must not change what is reported.
        Map<Candidate, CandidateEvaluation> answers = new LinkedHashMap<>();
        for (Candidate candidate : candidates) {
          if (decided.containsKey(candidate)) {
            answers.put(candidate, decided.get(candidate));
          }
        }
        listener.candidatesJudged(answers.values(), counted.size(), left);
        return answers;
      }
      Map<Candidate, BitSet> wave = new LinkedHashMap<>();
      // Where there are more slots than that, each candidate goes farther ahead.
      int first = Math.max(firstWave, runner.slots() / open.size());
      for (Candidate candidate : open) {
        wave.put(candidate, next(candidate, rule, first));
      }
      ledger.run(wave);
    }
  }

  /** The next samples of a candidate: as many again as it has behind it. */
  private BitSet next(Candidate candidate, SequentialRule rule, int first) {
    Evidence known = ledger.evidence(candidate);
    SequentialRule.Progress progress = rule.progress(known);
    int from = progress.place();
    long most = Math.max(from + (long) first, 2L * from);
    if (runner.slots() > firstWave) {
      // A cluster does at once what is needed in any case.
      most = Math.max(most, rule.leastToReject(progress));
    }
    int to = (int) Math.min(order().size(), most);
    return EvidenceLedger.unjudged(order(), from, to, known);
  }
}
