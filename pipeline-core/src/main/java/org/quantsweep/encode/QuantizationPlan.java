package org.quantsweep.encode;

import java.io.Serializable;
import java.util.Collection;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.quantize.Scheme;

/**
 * One scheme for each weight tensor, by its identity; those that are not named stay as they are
 * stored.
 */
public record QuantizationPlan(SortedMap<String, Scheme> schemes) implements Serializable {
  /** Copies the map. */
  public QuantizationPlan {
    schemes = Collections.unmodifiableSortedMap(new TreeMap<>(schemes));
  }

  /** The same scheme for each of these weight tensors. */
  public static QuantizationPlan uniform(Scheme scheme, Collection<String> identities) {
    TreeMap<String, Scheme> schemes = new TreeMap<>();
    identities.forEach(identity -> schemes.put(identity, scheme));
    return new QuantizationPlan(schemes);
  }

  /** Covers every weight tensor's identity and scheme. */
  public Sha256Digest digest() {
    Sha256Digest.Builder digest = new Sha256Digest.Builder();
    schemes.forEach((identity, scheme) -> digest.field(identity, scheme.toString()));
    return digest.build();
  }
}
