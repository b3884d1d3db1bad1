package org.quantsweep.search;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What a search may spend. The number of evaluations counts in the sequential outcome, so it ends
 * every run at the same place; time and interruption do not, and the result says so.
 */
public final class SearchBudget {
  /** Why a search ended before it was through. */
  public enum End {
    /** The most evaluations that were asked for. */
    EVALUATIONS("max-evaluations"),
    /** The time that was asked for. */
    TIME("time-budget"),
    /** Somebody stopped it. */
    INTERRUPTION("interrupted");

    private final String text;

    End(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  private final int maxEvaluations;
  private final Optional<Duration> time;
  private final LongSupplier nanoseconds;
  private final long started;

  /** What an interruption ends too; null for none. */
  private final SearchBudget beside;

  private int evaluations;
  private End end;
  private volatile boolean interrupted;

  /**
   * A budget that starts now.
   *
   * @param maxEvaluations at least 1
   * @param time empty for no limit
   * @param nanoseconds a clock that only goes forward
   */
  public SearchBudget(int maxEvaluations, Optional<Duration> time, LongSupplier nanoseconds) {
    if (maxEvaluations < 1) {
      throw new IllegalArgumentException(
          "maxEvaluations (" + maxEvaluations + ") must be at least 1.");
    }
    this.maxEvaluations = maxEvaluations;
    this.time = time;
    this.nanoseconds = nanoseconds;
    this.started = nanoseconds.getAsLong();
    this.beside = null;
  }

  private SearchBudget(SearchBudget beside, int evaluations) {
    this.maxEvaluations = beside.maxEvaluations;
    this.time = beside.time;
    this.nanoseconds = beside.nanoseconds;
    this.started = beside.started;
    this.beside = beside;
    this.evaluations = evaluations;
  }

  /** No limit at all. */
  public static SearchBudget unlimited() {
    return new SearchBudget(SearchSettings.UNLIMITED, Optional.empty(), System::nanoTime);
  }

  /**
   * The same limits for another search beside this one: what that takes is not taken from here.
   * Time goes on, and an interruption ends both.
   *
   * @param taken how many evaluations both have taken together
   */
  public SearchBudget beside(int taken) {
    return new SearchBudget(this, taken);
  }

  /** Ends the search at its next step. From any thread. */
  public void interrupt() {
    interrupted = true;
  }

  /** Whether time is up or somebody stopped the search. */
  public boolean isOver() {
    if (end == null && isInterrupted()) {
      end = End.INTERRUPTION;
    }
    if (end == null
        && time.isPresent()
        && nanoseconds.getAsLong() - started >= time.get().toNanos()) {
      end = End.TIME;
    }
    return end != null && end != End.EVALUATIONS;
  }

  private boolean isInterrupted() {
    return interrupted || (beside != null && beside.isInterrupted());
  }

  /** Takes one evaluation out of the budget; false when there is none left. */
  boolean takeEvaluation() {
    if (evaluations >= maxEvaluations) {
      end = end == null ? End.EVALUATIONS : end;
      return false;
    }
    evaluations++;
    return true;
  }

  /**
   * Takes evaluations that a sequential rule of its own has made.
   *
   * @param wanted whether it would have made more
   */
  void take(int made, boolean wanted) {
    evaluations += made;
    if (wanted && end == null) {
      end = End.EVALUATIONS;
    }
  }

  /** How many evaluations were taken. */
  public int evaluations() {
    return evaluations;
  }

  /** What ended the search; empty when nothing did. */
  public Optional<End> end() {
    return Optional.ofNullable(end);
  }
}
