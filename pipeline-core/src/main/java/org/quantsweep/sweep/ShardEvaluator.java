package org.quantsweep.sweep;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.agreement.Finite;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SamplePreparation;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.tensor.Tensor;

/** The work of one task, the same wherever it runs. */
public final class ShardEvaluator {
  private static final double NANOSECONDS = 1e-9;

  private final SampleIndex samples;
  private final SamplePreparation preparation;
  private final Criterion criterion;

  /** For the samples of one set. */
  public ShardEvaluator(SampleIndex samples, SamplePreparation preparation, Criterion criterion) {
    this.samples = samples;
    this.preparation = preparation;
    this.criterion = criterion;
  }

  /** What a task found, and what it cost. */
  public record Result<T>(T value, SweepCost cost) implements java.io.Serializable {}

  /** Decodes samples and runs the reference on each; in the order given. */
  public Result<List<PreparedSample>> prepare(List<Sample> shard, Predictor reference) {
    List<PreparedSample> prepared = new ArrayList<>(shard.size());
    long preparing = 0;
    long inferring = 0;
    long inferences = 0;
    for (Sample sample : shard) {
      int rank = samples.rank(sample.digest());
      long started = System.nanoTime();
      List<SortedMap<String, Tensor>> calls;
      try {
        calls = preparation.prepareCalls(sample, reference.inputs());
      } catch (UnreadableSampleException e) {
        prepared.add(PreparedSample.failed(rank, sample.path() + ": " + e.getMessage()));
        continue;
      } finally {
        preparing += System.nanoTime() - started;
      }
      started = System.nanoTime();
      try {
        List<Prediction> answers = reference.predictCalls(List.copyOf(calls));
        inferences += calls.size();
        Criteria.requireFit(criterion, answers.get(0));
        prepared.add(
            answers.stream().allMatch(Finite::all)
                ? PreparedSample.answered(rank, calls, answers)
                : PreparedSample.failed(
                    rank, calls, sample.path() + ": the reference answers with NaN or infinity"));
      } catch (PredictionException e) {
        prepared.add(PreparedSample.failed(rank, calls, sample.path() + ": " + e.getMessage()));
      } finally {
        inferring += System.nanoTime() - started;
      }
    }
    return new Result<>(
        prepared, new SweepCost(inferences, 0, preparing * NANOSECONDS, inferring * NANOSECONDS));
  }

  /** What the reference pass found on prepared samples. */
  public ReferenceEvidence referenceEvidence(List<PreparedSample> prepared) {
    TreeMap<Integer, Double> difficulties = new TreeMap<>();
    TreeMap<Integer, String> failures = new TreeMap<>();
    for (PreparedSample sample : prepared) {
      if (sample.isAnswered()) {
        double difficulty =
            sample.references().stream().mapToDouble(criterion::difficulty).min().orElseThrow();
        difficulties.put(sample.rank(), difficulty);
      } else {
        failures.put(sample.rank(), sample.failure());
      }
    }
    return new ReferenceEvidence(difficulties, failures);
  }

  /**
   * Judges every candidate of a task on prepared samples of its shard, sample by sample, so that
   * each is unpacked once.
   *
   * @param predictors opens or finds the predictor of a candidate; they stay its owner's to close
   */
  public Result<Map<Sha256Digest, Evidence>> judge(
      EvaluationTask task,
      List<PreparedSample> prepared,
      Function<Sha256Digest, Predictor> predictors) {
    Map<Sha256Digest, BitSet> wanted = new HashMap<>();
    Map<Sha256Digest, BitSet> judged = new HashMap<>();
    Map<Sha256Digest, BitSet> agreed = new HashMap<>();
    for (EvaluationTask.CandidateSamples entry : task.group()) {
      BitSet ranks = new BitSet();
      entry.ranks().forEach(ranks::set);
      wanted.put(entry.candidate(), ranks);
      judged.put(entry.candidate(), new BitSet());
      agreed.put(entry.candidate(), new BitSet());
    }
    long preparing = 0;
    long inferring = 0;
    long inferences = 0;
    for (PreparedSample sample : prepared) {
      if (!sample.isAnswered()) {
        continue;
      }
      List<SortedMap<String, Tensor>> calls = null;
      for (EvaluationTask.CandidateSamples entry : task.group()) {
        if (!wanted.get(entry.candidate()).get(sample.rank())) {
          continue;
        }
        long started = System.nanoTime();
        if (calls == null) {
          calls = sample.unpackCalls();
          preparing += System.nanoTime() - started;
        }
        Predictor predictor = predictors.apply(entry.candidate());
        started = System.nanoTime();
        judged.get(entry.candidate()).set(sample.rank());
        if (agrees(sample, calls, predictor)) {
          agreed.get(entry.candidate()).set(sample.rank());
        }
        inferences += calls.size();
        inferring += System.nanoTime() - started;
      }
    }
    Map<Sha256Digest, Evidence> evidence = new HashMap<>();
    judged.forEach(
        (candidate, ranks) -> evidence.put(candidate, Evidence.of(ranks, agreed.get(candidate))));
    return new Result<>(
        evidence, new SweepCost(0, inferences, preparing * NANOSECONDS, inferring * NANOSECONDS));
  }

  /** A sample of several calls agrees when all of them do. */
  private boolean agrees(
      PreparedSample sample, List<SortedMap<String, Tensor>> calls, Predictor predictor) {
    try {
      List<Prediction> references = sample.references();
      List<Prediction> answers = predictor.predictCalls(List.copyOf(calls));
      for (int call = 0; call < references.size(); call++) {
        if (!criterion.agrees(references.get(call), answers.get(call))) {
          return false;
        }
      }
      return true;
    } catch (PredictionException e) {
      // The reference answers this sample and the candidate does not: they disagree.
      return false;
    }
  }
}
