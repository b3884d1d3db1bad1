package org.quantsweep.datasets.table;

import java.io.Serializable;
import org.quantsweep.datasets.CallSamples;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.UnreadableSampleException;

/**
 * How samples are read into a table.
 *
 * @param limits on each
 * @param steps whether the first axis of a sample's arrays counts its calls
 */
record Reading(IngestLimits limits, boolean steps) implements Serializable {
  /**
   * A sample as it goes into the table.
   *
   * @throws UnreadableSampleException when its arrays do not count calls, but should
   */
  Sample taken(Sample sample) throws UnreadableSampleException {
    return steps ? CallSamples.alongFirstAxis(sample) : sample;
  }
}
