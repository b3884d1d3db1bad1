package org.quantsweep.sweep;

import java.io.Serializable;
import java.util.List;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.ShardId;

/**
 * One task: a group of candidates on samples of one shard. The samples are decoded once and the
 * reference runs once for the whole group.
 */
public record EvaluationTask(ShardId shard, List<CandidateSamples> group) implements Serializable {
  /** Copies the list. */
  public EvaluationTask {
    group = List.copyOf(group);
  }

  /** The samples, by rank, on which a candidate (digest of its model) is to be judged. */
  public record CandidateSamples(Sha256Digest candidate, RankSet ranks) implements Serializable {}
}
