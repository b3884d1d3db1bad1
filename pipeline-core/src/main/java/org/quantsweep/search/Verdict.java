package org.quantsweep.search;

/** What became of a candidate. */
public enum Verdict {
  /** Judged on every sample, and enough agree. */
  ACCEPTED("accepted"),
  /** Judged until so many samples agreed that the others cannot matter. In confirmations only. */
  ACCEPTED_EARLY("accepted-early"),
  /** Judged on every sample, and too few agree. */
  REJECTED("rejected"),
  /** Judged until more samples disagreed than the threshold allows. */
  REJECTED_EARLY("rejected-early"),
  /** Judged on every sample, where nothing has to be met. */
  JUDGED("judged"),
  /** Not judged: it is larger than what was asked for. */
  TOO_LARGE("too-large"),
  /** Not judged: a smaller one was accepted, or the budget was spent. */
  NOT_NEEDED("not-needed");

  private final String text;

  Verdict(String text) {
    this.text = text;
  }

  /** Whether enough samples agree. */
  public boolean isAccepted() {
    return this == ACCEPTED || this == ACCEPTED_EARLY;
  }

  /** Whether it was run on samples. */
  public boolean isJudged() {
    return this != NOT_NEEDED && this != TOO_LARGE;
  }

  /** As it is written in results. */
  @Override
  public String toString() {
    return text;
  }
}
