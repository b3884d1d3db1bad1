package org.quantsweep.sweep;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.agreement.TopLabels;
import org.quantsweep.inference.Prediction;
import org.quantsweep.tensor.Tensor;

/**
 * A sample that is ready for candidates: the inputs of its calls, of which most samples have one,
 * and what is compared of the reference's answers; or the reason why the reference has none.
 */
public final class PreparedSample implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int rank;
  private final ArrayList<TreeMap<String, PackedTensor>> calls = new ArrayList<>();
  private final ArrayList<Prediction> references = new ArrayList<>();
  private final TopLabels labels;
  private final double difficulty;
  private final String failure;

  private PreparedSample(
      int rank, List<Prediction> references, TopLabels labels, double difficulty, String failure) {
    this.rank = rank;
    this.references.addAll(references);
    this.labels = labels;
    this.difficulty = difficulty;
    this.failure = failure;
  }

  /** One with an answer to each call. */
  static PreparedSample answered(
      int rank,
      List<? extends SortedMap<String, Tensor>> calls,
      List<Prediction> references,
      double difficulty) {
    PreparedSample sample = new PreparedSample(rank, references, null, difficulty, "");
    calls.forEach(sample::add);
    return sample;
  }

  /** One of whose answer no more than top classes is compared. */
  static PreparedSample labelled(
      int rank,
      List<? extends SortedMap<String, Tensor>> calls,
      TopLabels labels,
      double difficulty) {
    PreparedSample sample = new PreparedSample(rank, List.of(), labels, difficulty, "");
    calls.forEach(sample::add);
    return sample;
  }

  /** One that is ready, where nobody asks for the reference's answer. */
  static PreparedSample decoded(int rank, List<? extends SortedMap<String, Tensor>> calls) {
    return failed(rank, calls, "");
  }

  /** One that cannot be read. */
  static PreparedSample failed(int rank, String reason) {
    return new PreparedSample(rank, List.of(), null, 0, reason);
  }

  /** One that is ready, but that the reference has no answer for. */
  static PreparedSample failed(
      int rank, List<? extends SortedMap<String, Tensor>> calls, String reason) {
    PreparedSample sample = failed(rank, reason);
    calls.forEach(sample::add);
    return sample;
  }

  private void add(SortedMap<String, Tensor> inputs) {
    TreeMap<String, PackedTensor> call = new TreeMap<>();
    inputs.forEach((name, tensor) -> call.put(name, PackedTensor.of(tensor)));
    calls.add(call);
  }

  /** The same sample of another set. */
  public PreparedSample ranked(int other) {
    PreparedSample sample = new PreparedSample(other, references, labels, difficulty, failure);
    sample.calls.addAll(calls);
    return sample;
  }

  /** The sample's rank in its set. */
  public int rank() {
    return rank;
  }

  /** Whether it could be read, so that models can be run on it. */
  boolean hasInputs() {
    return !calls.isEmpty();
  }

  /** Whether the reference answered. */
  public boolean isAnswered() {
    return labels != null || !references.isEmpty();
  }

  /** How far the reference's answer is from flipping. */
  double difficulty() {
    return difficulty;
  }

  /** The reference's top classes, where no more of its answer is compared. */
  Optional<TopLabels> labels() {
    return Optional.ofNullable(labels);
  }

  /** Why the reference has no answer, or the empty text. */
  public String failure() {
    return failure;
  }

  /** The inputs of each call. */
  List<SortedMap<String, Tensor>> unpackCalls() {
    List<SortedMap<String, Tensor>> unpacked = new ArrayList<>();
    for (TreeMap<String, PackedTensor> call : calls) {
      TreeMap<String, Tensor> inputs = new TreeMap<>();
      call.forEach((name, tensor) -> inputs.put(name, tensor.unpack()));
      unpacked.add(inputs);
    }
    return unpacked;
  }

  /** The reference's answer to each call, or one that is compared alike. */
  List<Prediction> references() {
    return labels == null ? List.copyOf(references) : List.of(labels.standIn());
  }
}
