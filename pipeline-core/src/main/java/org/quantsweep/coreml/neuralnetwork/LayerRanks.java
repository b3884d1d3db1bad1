package org.quantsweep.coreml.neuralnetwork;

/**
 * The ranks that a layer type takes at its first input and gives at its first output; the two are
 * the same for every type that has such a rule.
 *
 * @param most {@code Integer.MAX_VALUE} when nothing limits it
 */
record LayerRanks(int least, int most) {
  private static final int ANY = Integer.MAX_VALUE;

  static LayerRanks atLeast(int least) {
    return new LayerRanks(least, ANY);
  }

  boolean allows(int rank) {
    return least <= rank && rank <= most;
  }

  /** In words: {@code at least 4}, {@code 5}, {@code 1 to 5}. */
  @Override
  public String toString() {
    if (most == ANY) {
      return "at least " + least;
    }
    return least == most ? Integer.toString(least) : least + " to " + most;
  }
}
