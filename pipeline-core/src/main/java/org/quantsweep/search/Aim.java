package org.quantsweep.search;

import java.io.Serializable;
import org.quantsweep.agreement.AgreementThreshold;

/** What a sweep is to find. */
public sealed interface Aim extends Serializable {
  /**
   * The smallest model that agrees often enough.
   *
   * @param threshold how many samples must agree
   */
  record Smallest(AgreementThreshold threshold) implements Aim {}

  /**
   * The model that agrees most often among those that are small enough.
   *
   * @param largest how large it may be
   */
  record MostAgreeing(LargestSize largest) implements Aim {}
}
