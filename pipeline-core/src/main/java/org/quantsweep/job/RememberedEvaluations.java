package org.quantsweep.job;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sweep.EvaluationKey;
import org.quantsweep.sweep.EvaluationStore;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.ReferenceEvidence;

/**
 * A store that also remembers what of candidates went through it, so that a report asks it nothing
 * again. It takes what a search puts there by waves; what tasks store as they end comes along with
 * their wave.
 */
final class RememberedEvaluations implements EvaluationStore {
  private final EvaluationStore store;
  private final Map<Entry, Evidence> known = new HashMap<>();

  private record Entry(Sha256Digest set, Sha256Digest candidate) {}

  RememberedEvaluations(EvaluationStore store) {
    this.store = store;
  }

  @Override
  public ReferenceEvidence loadReference(EvaluationKey key, SampleIndex samples) {
    return store.loadReference(key, samples);
  }

  @Override
  public void appendReference(EvaluationKey key, SampleIndex samples, ReferenceEvidence evidence) {
    store.appendReference(key, samples, evidence);
  }

  @Override
  public Map<Sha256Digest, Evidence> load(
      EvaluationKey key, SampleIndex samples, Collection<Sha256Digest> candidates) {
    Map<Sha256Digest, Evidence> found = store.load(key, samples, candidates);
    remember(samples, found);
    return found;
  }

  @Override
  public void append(EvaluationKey key, SampleIndex samples, Map<Sha256Digest, Evidence> evidence) {
    store.append(key, samples, evidence);
    remember(samples, evidence);
  }

  private synchronized void remember(SampleIndex samples, Map<Sha256Digest, Evidence> evidence) {
    evidence.forEach(
        (candidate, found) ->
            known.merge(new Entry(samples.setDigest(), candidate), found, Evidence::plus));
  }

  /** What is known of a candidate on some samples. */
  synchronized Evidence of(SampleIndex samples, Sha256Digest candidate) {
    return known.getOrDefault(new Entry(samples.setDigest(), candidate), Evidence.none());
  }

  /** The store itself belongs to whoever opened it. */
  @Override
  public void close() {}
}
