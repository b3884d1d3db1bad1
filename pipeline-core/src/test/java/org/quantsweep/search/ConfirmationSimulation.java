package org.quantsweep.search;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.quantsweep.agreement.AgreementThreshold;

/**
 * What selection and confirmation decide on many splits of a stored frontier: everything is looked
 * up, nothing runs. {@code benchmarks/confirmation.sh} calls it.
 *
 * <pre>
 * bias FRONTIER SCALE T N SPLITS            how far the curve is off at the boundary
 * excess FRONTIER SCALE T RULE N SPLITS     answers against the smallest plan that truly meets t
 * third FRONTIER SCALE T RULE N SPLITS      a row for each answer, seen on a third, untouched set
 * chances FRONTIER SCALE T N SPLITS         predicted and seen share of rungs that pass
 * </pre>
 *
 * N samples select and N others confirm. For {@code bias} and {@code excess} they are drawn one by
 * one, so that the whole frontier is the truth; for the others the frontier's samples are split.
 */
final class ConfirmationSimulation {
  static final double CONFIDENCE = 0.95;
  static final int MOST = 20;

  private ConfirmationSimulation() {}

  /**
   * What is told too much, in points: the mean over splits, each by its boundary, the smallest plan
   * that it accepts.
   *
   * @param curve by the curve through plans that are judged in full by design, of the plans within
   *     3 % of the boundary's size: a single plan's distance from its neighbours is no fault of a
   *     curve
   * @param throughAccepted of these, by one through all that are judged in full, as it was before
   * @param counts by the smallest accepted plan's own counts
   */
  record Bias(double curve, double throughAccepted, double counts, int splits) {}

  static Bias bias(Frontier frontier, AgreementThreshold t, int n, int splits) {
    double curve = 0;
    double throughAccepted = 0;
    double counts = 0;
    int found = 0;
    for (int split = 0; split < splits; split++) {
      Random random = new Random(split);
      FrontierWorld world =
          new FrontierWorld(frontier, FrontierWorld.drawn(random, frontier.samples, n));
      FrontierWorld.Selected selected = world.select(t, 1, n);
      if (selected.outcome().best().isPresent()) {
        Candidate plan = selected.outcome().best().get().candidate();
        List<Frontier.Entry> around = around(frontier, plan);
        for (Frontier.Entry entry : around) {
          double weight = 1.0 / around.size();
          double share = frontier.share(entry);
          curve +=
              weight * (selected.search().expectedShare(entry.candidate()).orElseThrow() - share);
          throughAccepted +=
              weight * (EarlierFinalists.expectedShare(world, selected, entry) - share);
        }
        counts += world.share(plan) - frontier.share(frontier.entry(plan));
        found++;
      }
    }
    double points = 100.0 / found;
    return new Bias(points * curve, points * throughAccepted, points * counts, found);
  }

  private static List<Frontier.Entry> around(Frontier frontier, Candidate plan) {
    return frontier.plans.stream()
        .filter(
            other -> Math.abs(Math.log((double) other.bytes() / plan.encodedSize().bytes())) < 0.03)
        .toList();
  }

  /**
   * What a procedure answers over many splits.
   *
   * @param excess mean, over the smallest plan that truly meets t
   * @param below the share of answers that truly miss t
   * @param none how many splits had no answer
   * @param tested rungs or finalists, mean
   */
  record Answers(double excess, double below, int none, double tested) {}

  static Answers ladder(
      Frontier frontier, AgreementThreshold t, AcceptanceRule rule, int n, int splits, int most) {
    List<Optional<Candidate>> answers = new ArrayList<>();
    long tested = 0;
    for (int split = 0; split < splits; split++) {
      Random random = new Random(split);
      FrontierWorld selection =
          new FrontierWorld(frontier, FrontierWorld.drawn(random, frontier.samples, n));
      FrontierWorld unseen =
          new FrontierWorld(frontier, FrontierWorld.drawn(random, frontier.samples, n));
      AgreementThreshold asked = rule.forSelection(t, n, CONFIDENCE);
      FrontierWorld.Selected selected = selection.select(asked, most, n);
      Confirmation confirmation =
          selection.confirm(selected, unseen, asked, rule, rule.required(t, n, CONFIDENCE), most);
      tested += confirmation.tested().size();
      answers.add(confirmation.answer().map(Confirmation.Test::candidate));
    }
    return summary(frontier, t, answers, (double) tested / splits);
  }

  static Answers finalists(
      Frontier frontier, AgreementThreshold t, AcceptanceRule rule, int n, int splits, int most) {
    EarlierFinalists earlier = new EarlierFinalists(most);
    List<Optional<Candidate>> answers = new ArrayList<>();
    for (int split = 0; split < splits; split++) {
      Random random = new Random(split);
      FrontierWorld selection =
          new FrontierWorld(frontier, FrontierWorld.drawn(random, frontier.samples, n));
      FrontierWorld unseen =
          new FrontierWorld(frontier, FrontierWorld.drawn(random, frontier.samples, n));
      AgreementThreshold asked = rule.forSelection(t, n, 1 - (1 - CONFIDENCE) / most);
      long required = earlier.required(rule, t, n, CONFIDENCE);
      answers.add(
          earlier.answer(selection, selection.select(asked, 1, n), unseen, asked, required));
    }
    return summary(frontier, t, answers, most);
  }

  private static Answers summary(
      Frontier frontier, AgreementThreshold t, List<Optional<Candidate>> answers, double tested) {
    double least = frontier.smallest(t.share().doubleValue()).orElseThrow().bytes();
    double excess = 0;
    int below = 0;
    int found = 0;
    for (Optional<Candidate> answer : answers) {
      if (answer.isPresent()) {
        found++;
        excess += answer.get().encodedSize().bytes() / least - 1;
        below += frontier.share(frontier.entry(answer.get())) < t.share().doubleValue() ? 1 : 0;
      }
    }
    return new Answers(excess / found, (double) below / found, answers.size() - found, tested);
  }

  /**
   * An answer on one split.
   *
   * @param third its share of the samples that neither selected nor confirmed; -1 without an answer
   * @param all its share of all samples
   * @param uniformPasses whether the best uniform candidate would have passed
   * @param leastUniform of the smallest uniform candidate that both parts accept; 0 for none
   */
  record Seen(
      int split,
      long bytes,
      double confirmed,
      double third,
      double all,
      long uniformBytes,
      boolean uniformPasses,
      long leastUniform) {}

  static List<Seen> third(
      Frontier frontier, AgreementThreshold t, AcceptanceRule rule, int n, int splits) {
    List<Seen> rows = new ArrayList<>();
    for (int split = 0; split < splits; split++) {
      List<Integer> places = shuffled(frontier, split);
      FrontierWorld selection = new FrontierWorld(frontier, places.subList(0, n));
      FrontierWorld unseen = new FrontierWorld(frontier, places.subList(n, 2 * n));
      FrontierWorld untouched = new FrontierWorld(frontier, places.subList(2 * n, places.size()));
      AgreementThreshold asked = rule.forSelection(t, n, CONFIDENCE);
      FrontierWorld.Selected selected = selection.select(asked, MOST, n);
      long required = rule.required(t, n, CONFIDENCE);
      Optional<Candidate> answer =
          selection
              .confirm(selected, unseen, asked, rule, required, MOST)
              .answer()
              .map(Confirmation.Test::candidate);
      Optional<Candidate> uniform = selected.uniform().map(CandidateEvaluation::candidate);
      rows.add(
          new Seen(
              split,
              answer.map(own -> own.encodedSize().bytes()).orElse(0L),
              answer.map(unseen::share).orElse(-1.0),
              answer.map(untouched::share).orElse(-1.0),
              answer.map(own -> frontier.share(frontier.entry(own))).orElse(-1.0),
              uniform.map(own -> own.encodedSize().bytes()).orElse(0L),
              uniform.map(own -> unseen.agreeing(own) >= required).orElse(false),
              frontier.uniform.stream()
                  .filter(own -> selection.agreeing(own.candidate()) >= asked.required(n))
                  .filter(own -> unseen.agreeing(own.candidate()) >= required)
                  .mapToLong(Frontier.Entry::bytes)
                  .min()
                  .orElse(0)));
    }
    return rows;
  }

  /** Mean over all rungs of all splits, under the point rule. */
  record Chances(double predicted, double seen, int rungs) {}

  static Chances chances(Frontier frontier, AgreementThreshold t, int n, int splits) {
    double predicted = 0;
    int passed = 0;
    int rungs = 0;
    for (int split = 0; split < splits; split++) {
      List<Integer> places = shuffled(frontier, split);
      FrontierWorld selection = new FrontierWorld(frontier, places.subList(0, n));
      FrontierWorld unseen = new FrontierWorld(frontier, places.subList(n, 2 * n));
      for (Rung rung : selection.select(t, MOST, n).outcome().ladder()) {
        predicted += rung.chance();
        passed += unseen.agreeing(rung.candidate()) >= t.required(n) ? 1 : 0;
        rungs++;
      }
    }
    return new Chances(predicted / rungs, (double) passed / rungs, rungs);
  }

  private static List<Integer> shuffled(Frontier frontier, int split) {
    List<Integer> places = new ArrayList<>(IntStream.range(0, frontier.samples).boxed().toList());
    Collections.shuffle(places, new Random(split));
    return places;
  }

  /** Takes the arguments above. */
  public static void main(String[] arguments) throws IOException {
    Frontier frontier = Frontier.read(Path.of(arguments[1]), Integer.parseInt(arguments[2]));
    AgreementThreshold t = AgreementThreshold.parse(arguments[3]);
    int splits = Integer.parseInt(arguments[arguments.length - 1]);
    int n = Integer.parseInt(arguments[arguments.length - 2]);
    switch (arguments[0]) {
      case "bias" -> {
        Bias bias = bias(frontier, t, n, splits);
        print(
            "at the boundary, n = %d, %d splits: curve %+.3f points, through accepted"
                + " plans %+.3f, own counts %+.3f%n",
            n, bias.splits(), bias.curve(), bias.throughAccepted(), bias.counts());
      }
      case "excess" -> {
        AcceptanceRule rule = AcceptanceRule.valueOf(arguments[4].toUpperCase(Locale.ROOT));
        for (int most : new int[] {3, 5}) {
          Answers answers = finalists(frontier, t, rule, n, splits, most);
          print(answers, "%d finalists".formatted(most));
        }
        for (int most : new int[] {5, 10, MOST, 40}) {
          print(ladder(frontier, t, rule, n, splits, most), "ladder of %d".formatted(most));
        }
      }
      case "third" -> {
        AcceptanceRule rule = AcceptanceRule.valueOf(arguments[4].toUpperCase(Locale.ROOT));
        print("rule,t,n,split,bytes,confirmed,third,all,uniform bytes,uniform passes%n");
        for (Seen row : third(frontier, t, rule, n, splits)) {
          print(
              "%s,%s,%d,%d,%d,%.5f,%.5f,%.5f,%d,%s%n",
              rule,
              t,
              n,
              row.split(),
              row.bytes(),
              row.confirmed(),
              row.third(),
              row.all(),
              row.uniformBytes(),
              row.uniformPasses());
        }
      }
      case "chances" -> {
        Chances chances = chances(frontier, t, n, splits);
        print(
            "%d rungs of %d splits: predicted %.3f, seen %.3f%n",
            chances.rungs(), splits, chances.predicted(), chances.seen());
      }
      default -> throw new IllegalArgumentException("no simulation '" + arguments[0] + "'.");
    }
  }

  private static void print(Answers answers, String name) {
    print(
        "| %s | %.1f %% | %.2f | %d | %.1f |%n",
        name, 100 * answers.excess(), answers.below(), answers.none(), answers.tested());
  }

  private static void print(String form, Object... values) {
    System.out.printf(Locale.ROOT, form, values);
  }
}
