package org.quantsweep.coreml.neuralnetwork;

/**
 * How many blobs a layer type reads and writes.
 *
 * @param mostInputs {@link #ANY} when nothing limits it
 * @param mostOutputs {@link #ANY} when nothing limits it
 */
record LayerArity(int leastInputs, int mostInputs, int leastOutputs, int mostOutputs) {
  static final int ANY = Integer.MAX_VALUE;

  /** With one output. */
  static LayerArity inputs(int least, int most) {
    return new LayerArity(least, most, 1, 1);
  }

  /** The inputs in words. */
  String inputsInWords() {
    return words(leastInputs, mostInputs);
  }

  /** The outputs in words. */
  String outputsInWords() {
    return words(leastOutputs, mostOutputs);
  }

  /** A range in words: {@code 1}, {@code 1 to 3}, {@code 2 or more}. */
  private static String words(int least, int most) {
    if (most == ANY) {
      return least + " or more";
    }
    return least == most ? Integer.toString(least) : least + " to " + most;
  }
}
