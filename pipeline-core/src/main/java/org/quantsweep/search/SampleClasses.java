package org.quantsweep.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import org.quantsweep.UsageException;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.agreement.TopLabels;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.ReferenceEvidence;

/**
 * The classes of a part's samples: for each compared output, the top class that the reference
 * answers. Where several outputs are compared, a sample has a class at each. Classes are numbered
 * in the order of outputs, then of places. It takes 4 bytes for a sample and an output.
 */
final class SampleClasses {
  private static final int NONE = -1;

  private final SampleIndex samples;
  private final int outputs;

  /** The classes of a rank lie one behind the other. */
  private final int[] numbers;

  private final List<SampleClass> classes;
  private final long[] sizes;

  private SampleClasses(
      SampleIndex samples, int outputs, int[] numbers, List<SampleClass> classes, long[] sizes) {
    this.samples = samples;
    this.outputs = outputs;
    this.numbers = numbers;
    this.classes = List.copyOf(classes);
    this.sizes = sizes;
  }

  /**
   * The classes of the samples that the reference answers.
   *
   * @throws UsageException when one of them has no class
   */
  static SampleClasses of(SampleIndex samples, ReferenceEvidence reference) {
    BitSet answered = reference.answered();
    int first = answered.nextSetBit(0);
    if (first < 0) {
      return new SampleClasses(samples, 0, new int[0], List.of(), new long[0]);
    }
    requireClasses(samples, reference, answered);
    List<String> names = reference.labels(first).orElseThrow().form().outputs();
    int outputs = names.size();
    int[] numbers = new int[Math.multiplyExact(answered.length(), outputs)];
    Arrays.fill(numbers, NONE);
    List<TreeMap<Integer, Long>> found = new ArrayList<>();
    names.forEach(name -> found.add(new TreeMap<>()));
    for (int rank = first; rank >= 0; rank = answered.nextSetBit(rank + 1)) {
      int[] own = reference.labels(rank).map(TopLabels::classes).orElseThrow();
      for (int output = 0; output < outputs; output++) {
        numbers[rank * outputs + output] = own[output];
        found.get(output).merge(own[output], (long) samples.count(rank), Long::sum);
      }
    }
    List<SampleClass> classes = new ArrayList<>();
    List<Long> sizes = new ArrayList<>();
    List<TreeMap<Integer, Integer>> numbered = new ArrayList<>();
    for (int output = 0; output < outputs; output++) {
      TreeMap<Integer, Integer> own = new TreeMap<>();
      String name = names.get(output);
      found
          .get(output)
          .forEach(
              (place, size) -> {
                own.put(place, classes.size());
                classes.add(new SampleClass(name, place));
                sizes.add(size);
              });
      numbered.add(own);
    }
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = numbers[i] == NONE ? NONE : numbered.get(i % outputs).get(numbers[i]);
    }
    return new SampleClasses(
        samples, outputs, numbers, classes, sizes.stream().mapToLong(Long::longValue).toArray());
  }

  private static void requireClasses(
      SampleIndex samples, ReferenceEvidence reference, BitSet answered) {
    BitSet without = new BitSet();
    answered.stream().filter(rank -> reference.labels(rank).isEmpty()).forEach(without::set);
    if (!without.isEmpty()) {
      throw new UsageException(
          "--class-floor needs the one class that the model answers on a sample, and "
              + samples.total(without)
              + " of "
              + samples.total(answered)
              + " samples have none: the criterion compares no classes, the answer has another"
              + " shape than those of other samples, or a sample has several calls or functions."
              + "\nMaybe leave --class-floor out, or name one function with --function.");
    }
  }

  /** How many there are. */
  int count() {
    return classes.size();
  }

  /** A class by its number. */
  SampleClass of(int number) {
    return classes.get(number);
  }

  /** How many samples it has, copies counted. */
  long size(int number) {
    return sizes[number];
  }

  /** How many classes a sample has. */
  int outputs() {
    return outputs;
  }

  /** The number of a sample's class at an output. */
  int number(int rank, int output) {
    return numbers[rank * outputs + output];
  }

  /** How many copies a sample has. */
  int copies(int rank) {
    return samples.count(rank);
  }

  /**
   * What agrees of each class, in the order of their numbers.
   *
   * @param evidence of every sample that has a class
   * @throws IllegalArgumentException when one of these was not judged
   */
  List<ClassAgreement> agreements(Evidence evidence) {
    long[] agreeing = new long[count()];
    for (int i = 0; i < numbers.length; i++) {
      int rank = i / outputs;
      if (numbers[i] == NONE) {
        continue;
      }
      if (!evidence.isJudged(rank)) {
        throw new IllegalArgumentException(
            "sample " + samples.digest(rank).hex() + " was not judged: its class has no share.");
      }
      agreeing[numbers[i]] += evidence.isAgreed(rank) ? samples.count(rank) : 0;
    }
    List<ClassAgreement> all = new ArrayList<>();
    for (int number = 0; number < agreeing.length; number++) {
      all.add(
          new ClassAgreement(
              classes.get(number), new AgreementCounts(agreeing[number], sizes[number])));
    }
    return all;
  }
}
