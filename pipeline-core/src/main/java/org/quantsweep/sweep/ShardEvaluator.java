package org.quantsweep.sweep;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.agreement.Finite;
import org.quantsweep.agreement.TopLabels;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SamplePreparation;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.tensor.Tensor;

/** The work of one task, the same wherever it runs. */
public final class ShardEvaluator {
  private static final double NANOSECONDS = 1e-9;

  /**
   * So many samples are unpacked at once, while all but the last take less than the bytes below.
   */
  private static final int BLOCK_SAMPLES = 16;

  private static final long BLOCK_BYTES = 16L << 20;

  private final SampleIndex samples;
  private final int first;
  private final SamplePreparation preparation;
  private final Criterion criterion;

  /** For the samples of one set. */
  public ShardEvaluator(SampleIndex samples, SamplePreparation preparation, Criterion criterion) {
    this(samples, 0, preparation, criterion);
  }

  /**
   * For consecutive samples of a set.
   *
   * @param samples these alone
   * @param first the rank of the first of them
   */
  public ShardEvaluator(
      SampleIndex samples, int first, SamplePreparation preparation, Criterion criterion) {
    this.samples = samples;
    this.first = first;
    this.preparation = preparation;
    this.criterion = criterion;
  }

  /** What a task found, and what it cost. */
  public record Result<T>(T value, SweepCost cost) implements java.io.Serializable {}

  /** Decodes samples, in the order given, for whoever asks for no answer of the reference. */
  Result<List<PreparedSample>> decode(List<Sample> shard, List<InputDescription> inputs) {
    List<PreparedSample> decoded = new ArrayList<>(shard.size());
    long started = System.nanoTime();
    for (Sample sample : shard) {
      int rank = first + samples.rank(sample.digest());
      try {
        decoded.add(PreparedSample.decoded(rank, preparation.prepareCalls(sample, inputs)));
      } catch (UnreadableSampleException e) {
        decoded.add(PreparedSample.failed(rank, sample.path() + ": " + e.getMessage()));
      }
    }
    return new Result<>(
        decoded, new SweepCost(0, 0, (System.nanoTime() - started) * NANOSECONDS, 0));
  }

  /** Decodes samples and runs the reference on each; in the order given. */
  public Result<List<PreparedSample>> prepare(List<Sample> shard, Predictor reference) {
    return prepare(shard, reference, ReferenceEvidence.none());
  }

  /**
   * Decodes samples, in the order given, and runs the reference where what is known of it does not
   * suffice.
   *
   * @param known by rank among the evaluator's samples
   */
  public Result<List<PreparedSample>> prepare(
      List<Sample> shard, Predictor reference, ReferenceEvidence known) {
    List<PreparedSample> prepared = new ArrayList<>(shard.size());
    long preparing = 0;
    long inferring = 0;
    long inferences = 0;
    for (Sample sample : shard) {
      int place = samples.rank(sample.digest());
      int rank = first + place;
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
      Optional<String> failure = known.failure(place);
      if (failure.isPresent()) {
        prepared.add(PreparedSample.failed(rank, calls, failure.get()));
        continue;
      }
      Optional<TopLabels> labels = calls.size() == 1 ? known.labels(place) : Optional.empty();
      if (labels.isPresent()) {
        prepared.add(PreparedSample.labelled(rank, calls, labels.get(), known.difficulty(place)));
        continue;
      }
      started = System.nanoTime();
      try {
        List<Prediction> answers = reference.predictCalls(List.copyOf(calls));
        inferences += calls.size();
        Criteria.requireFit(criterion, answers.get(0));
        prepared.add(
            answers.stream().allMatch(Finite::all)
                ? answered(rank, calls, answers)
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

  /** Of an answer only what is compared is kept. */
  private PreparedSample answered(
      int rank, List<SortedMap<String, Tensor>> calls, List<Prediction> answers) {
    double difficulty = answers.stream().mapToDouble(criterion::difficulty).min().orElseThrow();
    Optional<TopLabels> labels =
        answers.size() == 1 ? criterion.topLabels(answers.get(0)) : Optional.empty();
    return labels.isPresent()
        ? PreparedSample.labelled(rank, calls, labels.get(), difficulty)
        : PreparedSample.answered(rank, calls, answers, difficulty);
  }

  /** What the reference pass found on prepared samples. */
  public ReferenceEvidence referenceEvidence(List<PreparedSample> prepared) {
    ReferenceEvidence.Union found = new ReferenceEvidence.Union();
    for (PreparedSample sample : prepared) {
      if (sample.isAnswered()) {
        found.answer(sample.rank(), sample.difficulty());
        found.label(sample.rank(), sample.labels());
      } else {
        found.failure(sample.rank(), sample.failure());
      }
    }
    return found.united();
  }

  /**
   * Judges every candidate of a task on prepared samples of its shard. A few samples are unpacked
   * at once, each once for all candidates, and a candidate runs on all of these before the next one
   * does: what a run leaves in a core's caches serves the next run of the same session.
   *
   * @param predictors opens or finds the predictor of a candidate; they stay its owner's to close
   */
  public Result<Map<Sha256Digest, Evidence>> judge(
      EvaluationTask task,
      List<PreparedSample> prepared,
      Function<Sha256Digest, Predictor> predictors) {
    Map<Sha256Digest, RankSet.Union> judged = new HashMap<>();
    Map<Sha256Digest, RankSet.Union> agreed = new HashMap<>();
    for (EvaluationTask.CandidateSamples entry : task.group()) {
      judged.put(entry.candidate(), new RankSet.Union());
      agreed.put(entry.candidate(), new RankSet.Union());
    }
    long preparing = 0;
    long inferring = 0;
    long inferences = 0;
    Deque<PreparedSample> left = new ArrayDeque<>();
    for (PreparedSample sample : prepared) {
      if (sample.isAnswered() && task.group().stream().anyMatch(asked(sample))) {
        left.add(sample);
      }
    }
    while (!left.isEmpty()) {
      long started = System.nanoTime();
      List<Unpacked> block = unpacked(left);
      preparing += System.nanoTime() - started;
      for (EvaluationTask.CandidateSamples entry : task.group()) {
        for (Unpacked sample : block) {
          int rank = sample.prepared().rank();
          if (!entry.ranks().contains(rank)) {
            continue;
          }
          Predictor predictor = predictors.apply(entry.candidate());
          started = System.nanoTime();
          judged.get(entry.candidate()).add(rank);
          if (agrees(sample, predictor)) {
            agreed.get(entry.candidate()).add(rank);
          }
          inferences += sample.calls().size();
          inferring += System.nanoTime() - started;
        }
      }
    }
    Map<Sha256Digest, Evidence> evidence = new HashMap<>();
    judged.forEach(
        (candidate, ranks) ->
            evidence.put(candidate, Evidence.of(ranks.united(), agreed.get(candidate).united())));
    return new Result<>(
        evidence, new SweepCost(0, inferences, preparing * NANOSECONDS, inferring * NANOSECONDS));
  }

  private static Predicate<EvaluationTask.CandidateSamples> asked(PreparedSample sample) {
    return entry -> entry.ranks().contains(sample.rank());
  }

  /** A sample with the inputs of its calls. */
  private record Unpacked(PreparedSample prepared, List<SortedMap<String, Tensor>> calls) {
    long bytes() {
      return calls.stream()
          .flatMap(inputs -> inputs.values().stream())
          .mapToLong(tensor -> (long) Float.BYTES * tensor.size())
          .sum();
    }
  }

  /** Takes the next few samples: at least one, and no more once they fill a block. */
  private static List<Unpacked> unpacked(Deque<PreparedSample> left) {
    List<Unpacked> block = new ArrayList<>();
    long bytes = 0;
    while (!left.isEmpty() && block.size() < BLOCK_SAMPLES && bytes < BLOCK_BYTES) {
      PreparedSample sample = left.removeFirst();
      Unpacked unpacked = new Unpacked(sample, sample.unpackCalls());
      bytes += unpacked.bytes();
      block.add(unpacked);
    }
    return block;
  }

  /** A sample of several calls agrees when all of them do. */
  private boolean agrees(Unpacked sample, Predictor predictor) {
    try {
      List<Prediction> references = sample.prepared().references();
      List<Prediction> answers = predictor.predictCalls(List.copyOf(sample.calls()));
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
