package org.quantsweep.sample;

/** Digests in memory, one behind the other. */
final class HeldDigests implements DigestTable {
  private final long[] words;
  private final int size;

  /** Keeps the given array, of which the first digests count. */
  HeldDigests(long[] words, int size) {
    this.words = words;
    this.size = size;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public long word(int place, int word) {
    return words[WORDS * place + word];
  }
}
