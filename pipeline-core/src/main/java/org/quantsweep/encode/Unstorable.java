package org.quantsweep.encode;

import org.quantsweep.quantize.Scheme;

/**
 * A weight tensor whose own values a scheme cannot hold.
 *
 * @param tensor its identity
 * @param layer the path of its layer
 * @param reason with names and values, as the rest of a sentence: no full stop
 */
public record Unstorable(String tensor, String layer, Scheme scheme, String reason) {
  /** In one sentence. */
  @Override
  public String toString() {
    return "weight tensor '"
        + tensor
        + "' of layer '"
        + layer
        + "' cannot be stored as "
        + scheme
        + ": "
        + reason
        + ".";
  }
}
