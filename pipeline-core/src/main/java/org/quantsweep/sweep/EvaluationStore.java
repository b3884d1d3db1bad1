package org.quantsweep.sweep;

import java.util.Collection;
import java.util.Map;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleIndex;

/**
 * Keeps evaluations by content digest, so that work that was done is never lost. Logically once:
 * what is appended twice, by one writer or by two, reads as once.
 */
public interface EvaluationStore extends AutoCloseable {
  /**
   * What is known of the reference on these samples; may cover only some of them. Its top classes
   * are part of it where the criterion asks for no more.
   */
  ReferenceEvidence loadReference(EvaluationKey key, SampleIndex samples);

  /** Adds to what is known of the reference. */
  void appendReference(EvaluationKey key, SampleIndex samples, ReferenceEvidence evidence);

  /** What is known of these candidates (digests of encoded models); those unknown are left out. */
  Map<Sha256Digest, Evidence> load(
      EvaluationKey key, SampleIndex samples, Collection<Sha256Digest> candidates);

  /** Adds to what is known of candidates. May be batched until {@link #close}. */
  void append(EvaluationKey key, SampleIndex samples, Map<Sha256Digest, Evidence> evidence);

  /** Makes everything that was appended durable. */
  @Override
  void close();
}
