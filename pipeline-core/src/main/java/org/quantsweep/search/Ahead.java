package org.quantsweep.search;

/**
 * How many candidates a wave holds: a few, and on a cluster as many as its slots have work for.
 * What is done ahead is stored and not reported, so this changes no outcome.
 */
final class Ahead {
  /** Of the files of candidates that the settings alone would not hold at once. */
  private static final long MOST_BYTES = 512L << 20;

  /** Samples for each slot that a wave may do for others than the smallest candidate. */
  private static final int SAMPLES_OF_A_SLOT = 256;

  private final int least;
  private final int most;
  private int taken;
  private long bytes;
  private long samples;

  /**
   * For one wave.
   *
   * @param least what the settings ask for
   * @param slots tasks that run at once
   * @param each how many tasks a candidate makes
   */
  Ahead(int least, int slots, int each) {
    this.least = least;
    this.samples = (long) slots * SAMPLES_OF_A_SLOT;
    this.most = Math.max(least, (slots + each - 1) / Math.max(1, each));
  }

  /** Whether one more has room. */
  boolean takes(Candidate candidate) {
    return taken < least || (taken < most && bytes + candidate.encodedSize().bytes() <= MOST_BYTES);
  }

  /** How many samples may still be judged ahead. */
  long samples() {
    return samples;
  }

  /** Takes one more, on so many samples. */
  void take(Candidate candidate, long judged) {
    taken++;
    samples = Math.max(0, samples - judged);
    bytes += candidate.encodedSize().bytes();
  }
}
