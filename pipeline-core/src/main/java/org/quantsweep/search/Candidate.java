package org.quantsweep.search;

import java.io.Serializable;
import org.quantsweep.digest.ByteSize;

/**
 * A model that may be chosen: how it is made, and its exact size. Ascending (encoded size, scheme)
 * is the order in which candidates are judged.
 *
 * @param scheme a uniform scheme as it is written, or {@link #AS_GIVEN}
 * @param encodedSize the bytes of its file
 */
public record Candidate(String scheme, ByteSize encodedSize)
    implements Comparable<Candidate>, Serializable {
  /** The file as given is a candidate itself. */
  public static final String AS_GIVEN = "as-given";

  @Override
  public int compareTo(Candidate other) {
    int bySize = encodedSize.compareTo(other.encodedSize);
    return bySize != 0 ? bySize : scheme.compareTo(other.scheme);
  }
}
