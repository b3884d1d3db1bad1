package org.quantsweep.search;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sweep.EvaluationKey;
import org.quantsweep.sweep.EvaluationStore;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.ReferenceEvidence;
import org.quantsweep.sweep.SweepRunner;

/**
 * Judges a family of candidates by ascending size and selects the smallest that is accepted. Work
 * is done in waves, some of it ahead; what is reported is what the sequential rule says, so it does
 * not depend on how far ahead the work went.
 */
public final class UniformSearch {
  /** About so many tasks, at most, share a candidate's samples of a wave. */
  private static final int TASKS = 48;

  private final SampleIndex samples;
  private final EvaluationKey key;
  private final EvaluationStore store;
  private final SweepRunner runner;
  private final SearchSettings settings;
  private final SearchListener listener;
  private final SearchBudget budget;

  /** A search over the samples of a set, without a limit in time. */
  public UniformSearch(
      SampleIndex samples,
      EvaluationKey key,
      EvaluationStore store,
      SweepRunner runner,
      SearchSettings settings,
      SearchListener listener) {
    this(samples, key, store, runner, settings, listener, SearchBudget.unlimited());
  }

  /**
   * A search over the samples of a set.
   *
   * @param budget its time and interruption; of evaluations the settings say the most
   */
  public UniformSearch(
      SampleIndex samples,
      EvaluationKey key,
      EvaluationStore store,
      SweepRunner runner,
      SearchSettings settings,
      SearchListener listener,
      SearchBudget budget) {
    this.budget = budget;
    this.samples = samples;
    this.key = key;
    this.store = store;
    this.runner = runner;
    this.settings = settings;
    this.listener = listener;
  }

  /** What the reference answers, from the store as far as it is known there. */
  public ReferenceEvidence reference() {
    return EvidenceLedger.reference(samples, key, store, runner, settings.floor().asks());
  }

  /**
   * Judges candidates.
   *
   * @param encode makes a candidate's file; called only for those that are judged
   */
  public SearchOutcome run(
      ReferenceEvidence reference,
      Collection<Candidate> candidates,
      Function<Candidate, ModelFiles> encode) {
    Race race = new Race(reference, candidates.stream().sorted().toList(), encode);
    while (!budget.isOver() && race.runWave()) {
      // Each wave decides more; the last one leaves nothing undecided that the rule needs.
    }
    List<CandidateEvaluation> report = race.report();
    int judged =
        (int) report.stream().filter(found -> found.verdict() != Verdict.NOT_NEEDED).count();
    boolean accepted = report.stream().anyMatch(found -> found.verdict() == Verdict.ACCEPTED);
    boolean wanted = judged < report.size() && (settings.evaluateAll() || !accepted);
    budget.take(judged, wanted && judged == settings.maxEvaluations());
    return new SearchOutcome(report, reference, settings.threshold());
  }

  /** The state of one search: evidence by candidate, from the store and from the waves. */
  private final class Race {
    private final List<Integer> order;
    private final List<Candidate> candidates;
    private final SequentialRule rule;
    private final EvidenceLedger ledger;

    Race(
        ReferenceEvidence reference,
        List<Candidate> candidates,
        Function<Candidate, ModelFiles> encode) {
      this.order = reference.order();
      this.candidates = candidates;
      this.rule =
          SequentialRule.of(
              samples,
              order,
              settings.threshold(),
              ClassRule.of(samples, reference, settings.floor()));
      this.ledger = new EvidenceLedger(samples, key, store, runner, encode);
    }

    /** Runs the next wave; false when nothing more is needed. */
    boolean runWave() {
      Map<Candidate, BitSet> wave = settings.evaluateAll() ? allWave() : decisionWave();
      if (wave.isEmpty()) {
        return false;
      }
      long planned = 0;
      for (BitSet ranks : wave.values()) {
        planned += ranks.cardinality();
      }
      listener.waveStarted(decided().size(), candidates.size(), planned);
      ledger.run(wave);
      List<CandidateEvaluation> decided = decided();
      decided.forEach(evaluation -> ledger.release(evaluation.candidate()));
      listener.waveDone(decided, candidates.size(), ledger.inferences());
      return true;
    }

    /** Every sample that is not judged, for the next few candidates that have some. */
    private Map<Candidate, BitSet> allWave() {
      Map<Candidate, BitSet> wave = new LinkedHashMap<>();
      Ahead ahead = new Ahead(settings.candidatesInFlight(), runner.slots(), samples.shards());
      for (Candidate candidate : withinBudget()) {
        if (!ahead.takes(candidate)) {
          break;
        }
        BitSet missing =
            EvidenceLedger.unjudged(order, 0, order.size(), ledger.evidence(candidate));
        if (!missing.isEmpty()) {
          wave.put(candidate, missing);
          ahead.take(candidate, missing.cardinality());
        }
      }
      return wave;
    }

    /**
     * For the smallest undecided candidate, and the few that follow it, as many samples as each
     * probably takes to fail: most do. On a cluster as many follow as slots have work for.
     */
    private Map<Candidate, BitSet> decisionWave() {
      Map<Candidate, BitSet> wave = new LinkedHashMap<>();
      Ahead ahead = new Ahead(settings.candidatesInFlight(), runner.slots(), TASKS);
      boolean cluster = runner.slots() > TASKS;
      boolean front = true;
      for (Candidate candidate : withinBudget()) {
        if (!ahead.takes(candidate)) {
          break;
        }
        Evidence known = ledger.evidence(candidate);
        Optional<CandidateEvaluation> decided = rule.judge(candidate, known);
        if (decided.isPresent()) {
          if (decided.get().verdict() == Verdict.ACCEPTED) {
            break;
          }
          continue;
        }
        SequentialRule.Progress progress = rule.progress(known);
        int from = progress.place();
        long most = rule.likelyToReject(progress);
        if (!front) {
          most = Math.min(most, from + ahead.samples());
        } else if (rule.isPromising(progress)) {
          most = order.size();
        } else {
          // Samples disagree less and less: whoever passes would creep.
          most = Math.max(most, from + from / 2);
        }
        int to = (int) Math.min(Math.max(most, from + settings.leastStep()), order.size());
        if (from < to) {
          wave.put(candidate, EvidenceLedger.unjudged(order, from, to, known));
        }
        ahead.take(candidate, front ? 0 : Math.max(0, to - from));
        front = false;
        if (rule.isPromising(progress) || (!cluster && rule.mayPass(progress))) {
          // Those behind it are hardly needed, or may not be.
          break;
        }
      }
      return wave;
    }

    private List<Candidate> withinBudget() {
      return candidates.subList(0, Math.min(candidates.size(), settings.maxEvaluations()));
    }

    private List<CandidateEvaluation> decided() {
      List<CandidateEvaluation> decided = new ArrayList<>();
      for (Candidate candidate : candidates) {
        if (ledger.knows(candidate)) {
          judge(candidate).ifPresent(decided::add);
        }
      }
      return decided;
    }

    private Optional<CandidateEvaluation> judge(Candidate candidate) {
      return settings.evaluateAll()
          ? rule.judgeWhole(candidate, ledger.evidence(candidate))
          : rule.judge(candidate, ledger.evidence(candidate));
    }

    /** What the sequential rule says: work done ahead of it is not reported. */
    List<CandidateEvaluation> report() {
      List<CandidateEvaluation> report = new ArrayList<>();
      boolean found = false;
      int judged = 0;
      for (Candidate candidate : candidates) {
        boolean needed = settings.evaluateAll() || !found;
        if (!needed || judged == settings.maxEvaluations()) {
          report.add(new CandidateEvaluation(candidate, Verdict.NOT_NEEDED, AgreementCounts.NONE));
          continue;
        }
        judged++;
        Optional<CandidateEvaluation> decided = judge(candidate);
        if (decided.isEmpty()) {
          // Time was up before.
          report.add(new CandidateEvaluation(candidate, Verdict.NOT_NEEDED, AgreementCounts.NONE));
          continue;
        }
        CandidateEvaluation evaluation = decided.get();
        found |= evaluation.verdict() == Verdict.ACCEPTED;
        report.add(evaluation);
      }
      return report;
    }
  }
}
