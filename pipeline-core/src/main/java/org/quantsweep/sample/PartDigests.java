package org.quantsweep.sample;

/** Some of a table's digests: 4 bytes each beside it. */
final class PartDigests implements DigestTable {
  private final DigestTable whole;
  private final int[] places;

  /** Those at some places, ascending; of a part those of what it is a part of. */
  PartDigests(DigestTable of, int[] places) {
    this.places = places;
    if (of instanceof PartDigests outer) {
      this.whole = outer.whole;
      for (int place = 0; place < places.length; place++) {
        places[place] = outer.places[places[place]];
      }
    } else {
      this.whole = of;
    }
  }

  @Override
  public int size() {
    return places.length;
  }

  @Override
  public long word(int place, int word) {
    return whole.word(places[place], word);
  }
}
