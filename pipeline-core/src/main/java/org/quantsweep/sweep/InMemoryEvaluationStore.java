package org.quantsweep.sweep;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleIndex;

/**
 * Keeps evaluations for as long as the object lives: for runs that store nothing, and for tests.
 */
public final class InMemoryEvaluationStore implements EvaluationStore {
  private record Entry(EvaluationKey key, Sha256Digest set, Sha256Digest candidate) {}

  private final Map<Entry, Evidence> candidates = new HashMap<>();
  private final Map<Entry, GrowingReference> references = new HashMap<>();

  @Override
  public synchronized ReferenceEvidence loadReference(EvaluationKey key, SampleIndex samples) {
    GrowingReference found = references.get(entry(key, samples));
    return found == null ? ReferenceEvidence.none() : found.known();
  }

  @Override
  public synchronized void appendReference(
      EvaluationKey key, SampleIndex samples, ReferenceEvidence evidence) {
    references
        .computeIfAbsent(entry(key, samples), missing -> new GrowingReference(samples.size()))
        .add(evidence);
  }

  private static Entry entry(EvaluationKey key, SampleIndex samples) {
    return new Entry(key, samples.setDigest(), key.reference());
  }

  @Override
  public synchronized Map<Sha256Digest, Evidence> load(
      EvaluationKey key, SampleIndex samples, Collection<Sha256Digest> wanted) {
    Map<Sha256Digest, Evidence> found = new HashMap<>();
    for (Sha256Digest candidate : wanted) {
      Evidence evidence = candidates.get(new Entry(key, samples.setDigest(), candidate));
      if (evidence != null) {
        found.put(candidate, evidence);
      }
    }
    return found;
  }

  @Override
  public synchronized void append(
      EvaluationKey key, SampleIndex samples, Map<Sha256Digest, Evidence> evidence) {
    evidence.forEach(
        (candidate, added) ->
            candidates.merge(
                new Entry(key, samples.setDigest(), candidate), added, Evidence::plus));
  }

  @Override
  public void close() {}
}
