package org.quantsweep.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.quantsweep.agreement.ClassFloor;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sweep.ReferenceEvidence;

/**
 * Asks of each class of a part's samples that enough of them agree: at least ceil(floor x n) of a
 * class of n, where n is at least {@link ClassFloor#LEAST_SAMPLES}. So n - ceil(floor x n) + 1
 * disagreements in one class reject, whatever the other samples say.
 */
final class ClassRule {
  /** Asks nothing. */
  static final ClassRule NONE = new ClassRule(null, new long[0], new long[0]);

  /** Null where nothing is asked. */
  private final SampleClasses classes;

  /** By class; 0 where it is not judged. */
  private final long[] required;

  /** By class, how many may disagree; without limit where it is not judged. */
  private final long[] allowed;

  private ClassRule(SampleClasses classes, long[] required, long[] allowed) {
    this.classes = classes;
    this.required = required;
    this.allowed = allowed;
  }

  /**
   * The rule on the samples that the reference answers.
   *
   * @throws org.quantsweep.UsageException when something is asked, and a sample has no class
   */
  static ClassRule of(SampleIndex samples, ReferenceEvidence reference, ClassFloor floor) {
    if (!floor.asks()) {
      return NONE;
    }
    SampleClasses classes = SampleClasses.of(samples, reference);
    long[] required = new long[classes.count()];
    long[] allowed = new long[classes.count()];
    for (int number = 0; number < required.length; number++) {
      long size = classes.size(number);
      boolean judged = floor.judges(size);
      required[number] = judged ? floor.required(size) : 0;
      allowed[number] = judged ? size - required[number] : Long.MAX_VALUE;
    }
    return new ClassRule(classes, required, allowed);
  }

  /** The classes; only where something is asked. */
  SampleClasses classes() {
    return classes;
  }

  /** Nothing counted yet. */
  Tally tally() {
    return new Tally(new long[required.length], new long[required.length]);
  }

  /**
   * The least place of an order at which a class may be out of reach, if all samples from a place
   * on disagree; a limit where none may be before it.
   *
   * @param tally of the samples before; unchanged
   */
  int leastToReject(List<Integer> order, int from, int limit, Tally tally) {
    if (required.length == 0) {
      return limit;
    }
    Tally worst = new Tally(tally.agreeing.clone(), tally.disagreeing.clone());
    int place = from;
    Iterator<Integer> ranks = order.listIterator(from);
    while (place < limit && !worst.isLost() && ranks.hasNext()) {
      int rank = ranks.next();
      worst.add(rank, classes.copies(rank), false);
      place++;
    }
    return place;
  }

  /** Counts of each class over some samples. */
  final class Tally {
    private final long[] agreeing;
    private final long[] disagreeing;
    private int unmet;
    private boolean lost;

    private Tally(long[] agreeing, long[] disagreeing) {
      this.agreeing = agreeing;
      this.disagreeing = disagreeing;
      for (int number = 0; number < required.length; number++) {
        unmet += agreeing[number] < required[number] ? 1 : 0;
        lost |= disagreeing[number] > allowed[number];
      }
    }

    /** Adds the copies of a sample. */
    void add(int rank, long copies, boolean agrees) {
      if (required.length == 0) {
        return;
      }
      for (int output = 0; output < classes.outputs(); output++) {
        int number = classes.number(rank, output);
        if (agrees) {
          boolean before = agreeing[number] < required[number];
          agreeing[number] += copies;
          unmet -= before && agreeing[number] >= required[number] ? 1 : 0;
        } else {
          disagreeing[number] += copies;
          lost |= disagreeing[number] > allowed[number];
        }
      }
    }

    /** Whether a class can no longer reach its floor. */
    boolean isLost() {
      return lost;
    }

    /** Whether every class that is judged has reached its floor. */
    boolean isMet() {
      return unmet == 0;
    }

    /** The classes that can no longer reach their floor, the farthest below it first. */
    List<SampleClass> missed() {
      List<Integer> missed = new ArrayList<>();
      for (int number = 0; number < required.length; number++) {
        if (disagreeing[number] > allowed[number]) {
          missed.add(number);
        }
      }
      missed.sort(Comparator.comparingLong(number -> allowed[number] - disagreeing[number]));
      return missed.stream().map(number -> classes.of(number)).toList();
    }

    @Override
    public String toString() {
      return "Tally[" + Arrays.toString(agreeing) + ", " + Arrays.toString(disagreeing) + "]";
    }
  }
}
