package org.quantsweep.sample;

import java.util.HexFormat;
import org.quantsweep.digest.Sha256Digest;

/** Digests in ascending order, each once; 32 bytes each, of which the first word orders most. */
interface DigestTable {
  /** 64 bits each, the most significant first. */
  int WORDS = 4;

  /** How many there are. */
  int size();

  /** A part of the digest at a place, in [0, size); the word is in [0, 4). */
  long word(int place, int word);

  /** The digest at a place, as others know it. */
  default Sha256Digest digest(int place) {
    StringBuilder hex = new StringBuilder(64);
    for (int word = 0; word < WORDS; word++) {
      hex.append(HexFormat.of().toHexDigits(word(place, word)));
    }
    return new Sha256Digest(hex.toString());
  }

  /** The place of a digest; where it is not here, -1 minus the place where it would stand. */
  default int place(Sha256Digest digest) {
    long[] words = words(digest);
    int low = 0;
    int high = size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      int order = compare(middle, words);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return -1 - low;
  }

  private int compare(int place, long[] words) {
    for (int word = 0; word < WORDS; word++) {
      int order = Long.compareUnsigned(word(place, word), words[word]);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  /** A digest as four words. */
  static long[] words(Sha256Digest digest) {
    long[] words = new long[WORDS];
    for (int word = 0; word < WORDS; word++) {
      words[word] = Long.parseUnsignedLong(digest.hex(), 16 * word, 16 * word + 16, 16);
    }
    return words;
  }
}
