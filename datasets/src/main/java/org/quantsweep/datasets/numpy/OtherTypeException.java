package org.quantsweep.datasets.numpy;

import org.quantsweep.sample.UnreadableSampleException;

/** An array is whole, but what it holds is no real numbers. */
final class OtherTypeException extends UnreadableSampleException {
  private static final long serialVersionUID = 1L;

  OtherTypeException(String reason) {
    super(reason);
  }
}
