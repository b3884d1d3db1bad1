package org.quantsweep.search;

/** What became of a candidate. */
public enum Verdict {
  /** Judged on every sample, and enough agree. */
  ACCEPTED("accepted"),
  /** Judged on every sample, and too few agree. */
  REJECTED("rejected"),
  /** Judged until more samples disagreed than the threshold allows. */
  REJECTED_EARLY("rejected-early"),
  /** Not judged: a smaller one was accepted, or the budget was spent. */
  NOT_NEEDED("not-needed");

  private final String text;

  Verdict(String text) {
    this.text = text;
  }

  /** As it is written in results. */
  @Override
  public String toString() {
    return text;
  }
}
