package org.quantsweep.search;

import java.util.Optional;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.digest.ByteSize;

/**
 * What a search must know to propose plans for confirmation.
 *
 * @param places how many plans may be confirmed beside the incumbent, at least 0
 * @param unseen on how many samples; 0 where nothing is confirmed, and the smallest accepted plan
 *     is the answer
 * @param incumbent what selection counted for the incumbent, which is confirmed last
 * @param otherwise the size of the answer where nothing is confirmed: the file as given
 */
public record Finalists(
    int places, long unseen, Optional<AgreementCounts> incumbent, ByteSize otherwise) {
  /** Checks the ranges. */
  public Finalists {
    if (places < 0 || unseen < 0) {
      throw new IllegalArgumentException(
          "places (" + places + ") and unseen samples (" + unseen + ") must be at least 0.");
    }
  }
}
