package org.quantsweep.search;

import java.io.Serializable;
import java.util.Optional;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;

/**
 * A model that may be chosen: how it is made, and its exact size. Ascending (encoded size, scheme)
 * is the order in which candidates are judged.
 *
 * @param scheme a uniform scheme as it is written, {@link #AS_GIVEN}, or {@code plan:} and the
 *     digest of a plan
 * @param encodedSize the bytes of its file
 */
public record Candidate(String scheme, ByteSize encodedSize)
    implements Comparable<Candidate>, Serializable {
  /** The file as given is a candidate itself. */
  public static final String AS_GIVEN = "as-given";

  private static final String PLAN = "plan:";

  /** A candidate of a scheme for each weight tensor. */
  public static Candidate ofPlan(Sha256Digest plan, ByteSize encodedSize) {
    return new Candidate(PLAN + plan.hex(), encodedSize);
  }

  /** The digest of its plan; empty for a uniform scheme and the file as given. */
  public Optional<Sha256Digest> plan() {
    return scheme.startsWith(PLAN)
        ? Optional.of(new Sha256Digest(scheme.substring(PLAN.length())))
        : Optional.empty();
  }

  @Override
  public int compareTo(Candidate other) {
    int bySize = encodedSize.compareTo(other.encodedSize);
    return bySize != 0 ? bySize : scheme.compareTo(other.scheme);
  }
}
