package org.quantsweep.report;

import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.quantsweep.BadInputException;
import org.quantsweep.agreement.ClassFloor;

/**
 * How the chosen model does on each class, where classes have a floor. A sample's class is the top
 * class of the answer of the model as given.
 *
 * @param floor the share of each class that must agree, as it was written
 * @param leastSamples classes of fewer samples are not judged
 * @param selection on the samples that select
 * @param confirmation on those that confirm; null where nothing was confirmed
 */
public record ClassTable(
    String floor, int leastSamples, ClassPart selection, ClassPart confirmation) {
  /** Of a model of thousands of classes, those that matter most are told. */
  public static final int MOST_ROWS = 100;

  /** A label may be a page of text. */
  private static final int LONGEST_NAME = 100;

  /**
   * A part of the samples.
   *
   * @param judged how many classes are judged
   * @param notJudged how many are not: they have too few samples
   * @param samplesNotJudged how many samples these have together, copies counted
   * @param leftOut how many classes are not among {@code classes}: the ones farthest above their
   *     floor, and before them the smallest of those that are not judged
   * @param classes in the order of the model's outputs and labels, at most {@link #MOST_ROWS}
   */
  public record ClassPart(
      int judged, int notJudged, long samplesNotJudged, int leftOut, List<ClassRow> classes) {
    /** Copies the list. */
    public ClassPart {
      classes = List.copyOf(classes);
    }

    /** What is told of all classes of a part. */
    public static ClassPart of(List<ClassRow> all) {
      List<ClassRow> judged = all.stream().filter(ClassRow::isJudged).toList();
      List<ClassRow> others = all.stream().filter(row -> !row.isJudged()).toList();
      List<Integer> kept =
          IntStream.range(0, all.size())
              .boxed()
              .sorted(
                  Comparator.comparing((Integer place) -> !all.get(place).isJudged())
                      .thenComparing(place -> all.get(place).urgency()))
              .limit(MOST_ROWS)
              .sorted()
              .toList();
      return new ClassPart(
          judged.size(),
          others.size(),
          others.stream().mapToLong(ClassRow::samples).sum(),
          all.size() - kept.size(),
          kept.stream().map(all::get).toList());
    }

    /** The judged class with the fewest agreeing samples beyond what it needs. */
    Optional<ClassRow> closest() {
      return classes.stream()
          .filter(ClassRow::isJudged)
          .min(Comparator.comparing(ClassRow::urgency));
    }
  }

  /**
   * A class.
   *
   * @param output the output whose class it is
   * @param name its label; its place in the array where the model has no labels
   * @param samples how many it has, copies counted
   * @param agreeing of these
   * @param required how many must agree; null where it is not judged
   * @param verdict {@code met}, {@code missed} or {@code not-judged}
   */
  public record ClassRow(
      String output, String name, long samples, long agreeing, Long required, String verdict) {
    private static final String MET = "met";
    private static final String MISSED = "missed";
    private static final String NOT_JUDGED = "not-judged";

    /** What the floor says of a class. */
    public static ClassRow of(
        String output, String name, long samples, long agreeing, ClassFloor floor) {
      Long required = floor.judges(samples) ? floor.required(samples) : null;
      return new ClassRow(
          shortened(output),
          shortened(name),
          samples,
          agreeing,
          required,
          required == null ? NOT_JUDGED : agreeing >= required ? MET : MISSED);
    }

    boolean isJudged() {
      return required != null;
    }

    /** Ascending: the fewest beyond what is required; of those not judged the most samples. */
    private long urgency() {
      return required == null ? -samples : agreeing - required;
    }
  }

  /** A name that is not too long for a table. */
  public static String shortened(String name) {
    return name.codePointCount(0, name.length()) <= LONGEST_NAME
        ? name
        : name.substring(0, name.offsetByCodePoints(0, LONGEST_NAME)) + "...";
  }

  /**
   * Does the arithmetic of a chosen model's table again.
   *
   * @param where names the result in messages
   * @throws BadInputException when a class misses its floor, or a row says something else than its
   *     counts
   */
  void requireMet(String where) {
    require(where, "selection", selection);
    if (confirmation != null) {
      require(where, "confirmation", confirmation);
    }
  }

  private void require(String where, String name, ClassPart part) {
    ClassFloor asked = ClassFloor.parse(floor);
    for (ClassRow row : part.classes()) {
      boolean judged = row.samples() >= leastSamples;
      Long required = judged ? Long.valueOf(asked.required(Math.max(1, row.samples()))) : null;
      boolean met = judged && row.agreeing() >= required;
      String verdict = judged ? met ? ClassRow.MET : ClassRow.MISSED : ClassRow.NOT_JUDGED;
      boolean possible = row.agreeing() >= 0 && row.agreeing() <= row.samples();
      boolean same =
          verdict.equals(row.verdict())
              && (judged ? required.equals(row.required()) : row.required() == null);
      if (!possible || !same || (judged && !met)) {
        throw new BadInputException(
            where
                + ": class '"
                + row.name()
                + "' of the "
                + name
                + " ("
                + row.agreeing()
                + " of "
                + row.samples()
                + " samples agree, "
                + row.required()
                + " required, "
                + row.verdict()
                + ") does not meet the class floor "
                + new BigDecimal(floor).toPlainString()
                + " as this result says it does.\nMaybe sweep again.");
      }
    }
  }
}
