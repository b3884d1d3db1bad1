package org.quantsweep.search;

import java.io.Serializable;
import java.util.Optional;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.quantize.Scheme;

/**
 * A model that may be chosen: how it is made, and its exact size. Ascending (size, name) is the
 * order in which candidates are judged.
 */
public sealed interface Candidate extends Comparable<Candidate>, Serializable {
  /** The name of the file as given, which is a candidate itself. */
  String AS_GIVEN = "as-given";

  /**
   * How it is told in results: {@link #AS_GIVEN}, a uniform scheme as it is written, or {@code
   * plan:} and the digest of a plan.
   */
  String name();

  /** The bytes of its file. */
  ByteSize encodedSize();

  /** What it is ordered by: the bytes of its file, or of the deflated file. */
  ByteSize size();

  /** The digest of its plan; empty for a uniform scheme and the file as given. */
  default Optional<Sha256Digest> plan() {
    return Optional.empty();
  }

  @Override
  default int compareTo(Candidate other) {
    int bySize = size().compareTo(other.size());
    return bySize != 0 ? bySize : name().compareTo(other.name());
  }

  /**
   * The file as given.
   *
   * @param encodedSize its bytes
   * @param size what it is ordered by
   */
  record AsGiven(ByteSize encodedSize, ByteSize size) implements Candidate {
    /** Ordered by the bytes of its file. */
    public AsGiven(ByteSize encodedSize) {
      this(encodedSize, encodedSize);
    }

    @Override
    public String name() {
      return AS_GIVEN;
    }
  }

  /**
   * One scheme for all weight tensors.
   *
   * @param encodedSize the bytes of its file
   * @param size what it is ordered by
   */
  record Uniform(Scheme scheme, ByteSize encodedSize, ByteSize size) implements Candidate {
    /** Ordered by the bytes of its file. */
    public Uniform(Scheme scheme, ByteSize encodedSize) {
      this(scheme, encodedSize, encodedSize);
    }

    @Override
    public String name() {
      return scheme.toString();
    }
  }

  /**
   * A scheme for each weight tensor.
   *
   * @param digest of the plan
   * @param encodedSize the bytes of its file
   * @param size what it is ordered by
   */
  record Plan(Sha256Digest digest, ByteSize encodedSize, ByteSize size) implements Candidate {
    /** Ordered by the bytes of its file. */
    public Plan(Sha256Digest digest, ByteSize encodedSize) {
      this(digest, encodedSize, encodedSize);
    }

    private static final String PREFIX = "plan:";

    @Override
    public String name() {
      return PREFIX + digest.hex();
    }

    @Override
    public Optional<Sha256Digest> plan() {
      return Optional.of(digest);
    }
  }
}
