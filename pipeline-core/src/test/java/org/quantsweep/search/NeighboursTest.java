package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.TensorOption;

class NeighboursTest {
  /** The rule as it was written down first: every pair of steps, as plans. */
  private record Beside(QuantizationPlan plan, double loss, long bytes) {}

  private static List<Beside> all(PlanWorld world, QuantizationPlan plan, long growth) {
    List<Beside> singles = new ArrayList<>();
    plan.schemes()
        .forEach(
            (tensor, scheme) -> {
              List<SearchSpace.SizedOption> options = world.space.tensors().get(tensor);
              int place =
                  options.stream().map(SearchSpace.SizedOption::scheme).toList().indexOf(scheme);
              for (int other : new int[] {place - 1, place + 1}) {
                if (other >= 0 && other < options.size()) {
                  TreeMap<String, Scheme> schemes = new TreeMap<>(plan.schemes());
                  schemes.put(tensor, options.get(other).scheme());
                  singles.add(
                      new Beside(
                          new QuantizationPlan(schemes),
                          loss(world, tensor, options.get(other).scheme())
                              - loss(world, tensor, scheme),
                          options.get(other).bytes() - options.get(place).bytes()));
                }
              }
            });
    List<Beside> all =
        new ArrayList<>(singles.stream().filter(own -> own.bytes() <= growth).toList());
    for (Beside down : singles) {
      for (Beside up : singles) {
        TreeMap<String, Scheme> both = new TreeMap<>(plan.schemes());
        up.plan().schemes().forEach((key, own) -> changed(plan, both, key, own));
        int one = both.equals(plan.schemes()) ? 0 : 1;
        down.plan().schemes().forEach((key, own) -> changed(plan, both, key, own));
        long differing =
            both.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(plan.schemes().get(entry.getKey())))
                .count();
        if (down.bytes() < 0
            && up.bytes() > 0
            && down.bytes() + up.bytes() <= growth
            && differing == one + 1) {
          all.add(
              new Beside(
                  new QuantizationPlan(both), down.loss() + up.loss(), down.bytes() + up.bytes()));
        }
      }
    }
    all.sort(
        Comparator.comparingDouble(Beside::loss)
            .thenComparingLong(Beside::bytes)
            .thenComparing(own -> own.plan().digest().hex()));
    return all;
  }

  private static void changed(
      QuantizationPlan plan, Map<String, Scheme> both, String tensor, Scheme scheme) {
    if (!scheme.equals(plan.schemes().get(tensor))) {
      both.put(tensor, scheme);
    }
  }

  private static double loss(PlanWorld world, String tensor, Scheme scheme) {
    return world.measured.get(new TensorOption(tensor, scheme)).loss();
  }

  private static Candidate drawn(PlanWorld world, Random random) {
    List<Integer> places = new ArrayList<>();
    world.space.tensors().values().forEach(own -> places.add(random.nextInt(own.size())));
    return world.catalog.add(world.space.plan(places));
  }

  @Property(tries = 60)
  void theFirstOfEverySmallerPlanBesideIt(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int tensors) {
    PlanWorld world = new PlanWorld(seed, tensors, 10, 0);
    Candidate of = drawn(world, new Random(seed));
    double most = of.encodedSize().bytes() * 0.998;
    List<Candidate> expected =
        all(world, world.catalog.plan(of), -1).stream()
            .map(own -> world.catalog.add(own.plan()))
            .filter(plan -> plan.encodedSize().bytes() < most)
            .limit(12)
            .toList();
    assertThat(new Neighbours(world.catalog, world.space, world.measured).of(of, 12))
        .startsWith(expected.toArray(Candidate[]::new))
        .hasSizeLessThanOrEqualTo(12);
  }

  @Property(tries = 60)
  void theFirstOfEveryPlanBesideItThatFits(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int tensors) {
    PlanWorld world = new PlanWorld(seed, tensors, 10, 0);
    Candidate of = drawn(world, new Random(seed));
    ByteSize largest = new ByteSize(of.encodedSize().bytes() + new Random(seed).nextInt(300));
    List<Candidate> expected =
        all(world, world.catalog.plan(of), largest.bytes() - of.encodedSize().bytes()).stream()
            .map(own -> world.catalog.add(own.plan()))
            .filter(plan -> plan.encodedSize().compareTo(largest) <= 0)
            .limit(12)
            .toList();
    assertThat(new Neighbours(world.catalog, world.space, world.measured).within(of, largest, 12))
        .isEqualTo(expected);
  }

  /** No tensor of 400 saves 0.2 % of the file: steps are taken together. */
  @Property(tries = 5)
  void manySmallStepsAreTakenTogether(@ForAll long seed) {
    PlanWorld world = new PlanWorld(seed, 400, 10, 0);
    Candidate of = drawn(world, new Random(seed));
    QuantizationPlan plan = world.catalog.plan(of);
    List<Candidate> found = new Neighbours(world.catalog, world.space, world.measured).of(of, 12);
    assertThat(found).hasSize(12).doesNotHaveDuplicates();
    double most = of.encodedSize().bytes() * 0.998;
    List<String> bundled = new ArrayList<>();
    for (Candidate each : found) {
      assertThat((double) each.encodedSize().bytes()).isLessThan(most);
      List<String> differing =
          world.catalog.plan(each).schemes().entrySet().stream()
              .filter(entry -> !entry.getValue().equals(plan.schemes().get(entry.getKey())))
              .map(Map.Entry::getKey)
              .toList();
      if (differing.size() > 2) {
        assertThat(bundled).doesNotContainAnyElementsOf(differing);
        bundled.addAll(differing);
      }
    }
    assertThat(bundled).isNotEmpty();
  }
}
