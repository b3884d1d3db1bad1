package org.quantsweep.report.bundle;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Base64;
import java.util.BitSet;

/**
 * A set of ranks, as it stands in the file: base64 of a bit for each rank, the first in the lowest
 * bit of the first byte; zero bytes at the end are left out.
 *
 * @param base64 the text
 */
public record Bits(@JsonValue String base64) {
  /** From the file. */
  @JsonCreator
  public Bits {
    // Refused here: whoever reads a damaged file is told where.
    Base64.getDecoder().decode(base64);
  }

  /** Of these ranks. */
  public static Bits of(BitSet ranks) {
    return new Bits(Base64.getEncoder().encodeToString(ranks.toByteArray()));
  }

  /** The ranks; a copy. */
  public BitSet toBitSet() {
    return BitSet.valueOf(Base64.getDecoder().decode(base64));
  }
}
