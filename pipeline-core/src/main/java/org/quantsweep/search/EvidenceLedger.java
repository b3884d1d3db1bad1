package org.quantsweep.search;

import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sweep.EvaluationKey;
import org.quantsweep.sweep.EvaluationStore;
import org.quantsweep.sweep.EvaluationTask;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.ReferenceEvidence;
import org.quantsweep.sweep.SweepPlanner;
import org.quantsweep.sweep.SweepRunner;

/**
 * What is known of candidates on one sample set: from the store, and from the work that is done
 * here. Each candidate is encoded once; its file is let go when nobody needs it any more.
 */
final class EvidenceLedger {
  private final SampleIndex samples;
  private final EvaluationKey key;
  private final EvaluationStore store;
  private final SweepRunner runner;
  private final Function<Candidate, ModelFiles> encode;
  private final Map<Candidate, Sha256Digest> digests = new HashMap<>();
  private final Map<Candidate, ModelFiles> models = new HashMap<>();
  private final Map<Sha256Digest, Evidence> evidence = new HashMap<>();
  private long inferences;

  /**
   * An empty ledger.
   *
   * @param encode makes a candidate's file; called only for those that are asked for
   */
  EvidenceLedger(
      SampleIndex samples,
      EvaluationKey key,
      EvaluationStore store,
      SweepRunner runner,
      Function<Candidate, ModelFiles> encode) {
    this.samples = samples;
    this.key = key;
    this.store = store;
    this.runner = runner;
    this.encode = encode;
  }

  /**
   * What the reference answers, from the store as far as it is known there. What runs is stored as
   * it comes.
   *
   * @param labelled whether its classes are needed too; older evidence may lack them
   */
  static ReferenceEvidence reference(
      SampleIndex samples,
      EvaluationKey key,
      EvaluationStore store,
      SweepRunner runner,
      boolean labelled) {
    ReferenceEvidence known = store.loadReference(key, samples);
    runner.know(known);
    if (!known.covers(samples) || (labelled && !known.isLabelled())) {
      runner.runReference(found -> store.appendReference(key, samples, found));
      known = store.loadReference(key, samples);
    }
    return known;
  }

  /** What is known of a candidate; the first call encodes it and asks the store. */
  Evidence evidence(Candidate candidate) {
    Sha256Digest digest = digests.get(candidate);
    if (digest == null) {
      load(List.of(candidate));
      digest = digests.get(candidate);
    }
    return evidence.get(digest);
  }

  /** Encodes candidates and asks the store for all of them at once. */
  void load(Collection<Candidate> candidates) {
    Map<Candidate, Sha256Digest> missing = new LinkedHashMap<>();
    for (Candidate candidate : candidates) {
      if (!digests.containsKey(candidate)) {
        missing.put(candidate, model(candidate).digest());
      }
    }
    if (missing.isEmpty()) {
      return;
    }
    Map<Sha256Digest, Evidence> stored = store.load(key, samples, missing.values());
    missing.forEach(
        (candidate, digest) -> {
          digests.put(candidate, digest);
          Evidence known = digest.equals(key.reference()) ? itself() : Evidence.none();
          evidence.merge(digest, stored.getOrDefault(digest, known), (one, other) -> one);
        });
  }

  /** The reference agrees with itself wherever it answers. */
  private Evidence itself() {
    BitSet answered = store.loadReference(key, samples).answered();
    return Evidence.of(answered, answered);
  }

  /** Of samples at places of the one order those that a candidate was not judged on. */
  static BitSet unjudged(List<Integer> order, int from, int to, Evidence known) {
    BitSet ranks = new BitSet();
    for (int place = from; place < to; place++) {
      int rank = order.get(place);
      if (!known.isJudged(rank)) {
        ranks.set(rank);
      }
    }
    return ranks;
  }

  /** Whether the candidate was asked for. */
  boolean knows(Candidate candidate) {
    return digests.containsKey(candidate);
  }

  /** The candidate's file is not needed any more; it is made again if it is. */
  void release(Candidate candidate) {
    models.remove(candidate);
  }

  /** How many inferences {@link #run} was asked for. */
  long inferences() {
    return inferences;
  }

  /** Judges candidates on samples, by rank, and keeps what was found. */
  void run(Map<Candidate, BitSet> wave) {
    Map<Sha256Digest, BitSet> ranks = new LinkedHashMap<>();
    Map<Sha256Digest, ModelFiles> needed = new HashMap<>();
    wave.forEach(
        (candidate, wanted) -> {
          ModelFiles model = model(candidate);
          // Two plans may give the same file: it is judged once.
          if (ranks.putIfAbsent(model.digest(), wanted) == null) {
            needed.put(model.digest(), model);
            inferences += wanted.cardinality();
          }
        });
    List<EvaluationTask> tasks = SweepPlanner.tasks(samples, ranks, runner.slots());
    Map<Sha256Digest, Evidence> found = runner.evaluate(tasks, needed);
    store.append(key, samples, found);
    found.forEach((digest, added) -> evidence.merge(digest, added, Evidence::plus));
  }

  /** The candidate's file. */
  ModelFiles model(Candidate candidate) {
    ModelFiles known = models.get(candidate);
    if (known == null) {
      known = encode.apply(candidate);
      if (!known.size().equals(candidate.encodedSize())) {
        throw new IllegalStateException(
            "candidate "
                + candidate.name()
                + " has "
                + known.size().bytes()
                + " bytes, but "
                + candidate.encodedSize().bytes()
                + " were computed.");
      }
      models.put(candidate, known);
    }
    return known;
  }
}
