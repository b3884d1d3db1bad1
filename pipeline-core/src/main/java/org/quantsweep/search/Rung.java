package org.quantsweep.search;

import java.io.Serializable;

/**
 * A candidate of the ladder that confirmation goes down.
 *
 * @param share of samples that agree, as the curve tells it; by the candidate's own counts where
 *     there is no curve
 * @param chance to pass on the samples that confirm, by that share and by its classes' own where
 *     they have a floor; in [0, 1]
 */
public record Rung(Candidate candidate, double share, double chance) implements Serializable {
  /** The same, where it must pass something else too that is independent of that. */
  Rung times(double other) {
    return new Rung(candidate, share, chance * other);
  }
}
