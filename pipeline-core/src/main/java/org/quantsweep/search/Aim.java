package org.quantsweep.search;

import java.io.Serializable;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.ClassFloor;

/** What a sweep is to find. */
public sealed interface Aim extends Serializable {
  /**
   * The smallest model that agrees often enough.
   *
   * @param threshold how many samples must agree
   * @param floor how many of each class must agree
   */
  record Smallest(AgreementThreshold threshold, ClassFloor floor) implements Aim {}

  /** What is asked of classes. */
  default ClassFloor classFloor() {
    return this instanceof Smallest smallest ? smallest.floor() : ClassFloor.NONE;
  }

  /**
   * The model that agrees most often among those that are small enough.
   *
   * @param largest how large it may be
   */
  record MostAgreeing(LargestSize largest) implements Aim {}
}
