package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;

class FewRunsTest {
  private static final AgreementThreshold T = AgreementThreshold.parse("0.9");
  private static final long SAMPLES = 100;

  /** Knows what every option of a world loses, and says it of those that are asked for. */
  private static final class Told implements FewRuns.Runs {
    private final PlanWorld world;
    private final SearchSpace space;
    private final Set<TensorOption> run = new TreeSet<>();

    Told(PlanWorld world, SearchSpace space) {
      this.world = world;
      this.space = space;
    }

    @Override
    public OptionPass.Measured anchors(
        SearchSpace asked, long samples, AgreementThreshold threshold) {
      asked
          .tensors()
          .forEach((tensor, own) -> run.add(new TensorOption(tensor, own.get(3).scheme())));
      return told();
    }

    @Override
    public OptionPass.Measured more(OptionPass.Measured known, Collection<TensorOption> options) {
      assertThat(known.predicted()).containsAll(options);
      run.addAll(options);
      return told();
    }

    private OptionPass.Measured told() {
      Map<TensorOption, Sensitivity> measured = new HashMap<>();
      run.forEach(option -> measured.put(option, world.measured.get(option)));
      Map<TensorOption, Sensitivity> all = new HashMap<>(measured);
      Set<TensorOption> predicted = new HashSet<>();
      space
          .tensors()
          .forEach(
              (tensor, options) -> {
                LossPrediction prediction = new LossPrediction(tensor, options, measured);
                for (SearchSpace.SizedOption option : options) {
                  TensorOption own = new TensorOption(tensor, option.scheme());
                  if (!measured.containsKey(own)) {
                    predicted.add(own);
                    all.put(own, prediction.of(option.error()).orElseThrow());
                  }
                }
              });
      return new OptionPass.Measured(space, all, predicted, true);
    }
  }

  /** Errors tell losses but for a factor that differs by option: up to 1.4 either way. */
  private static SearchSpace spaceOf(PlanWorld world) {
    TreeMap<String, List<SearchSpace.SizedOption>> tensors = new TreeMap<>();
    world
        .space
        .tensors()
        .forEach(
            (tensor, options) -> {
              List<SearchSpace.SizedOption> own = new ArrayList<>();
              for (SearchSpace.SizedOption option : options) {
                int place = own.size();
                double off = Math.pow(1.4, Math.sin(7 * place + tensor.hashCode()));
                own.add(
                    new SearchSpace.SizedOption(
                        option.scheme(), option.bytes(), 5 * option.error() * off));
              }
              tensors.put(tensor, own);
            });
    return new SearchSpace(tensors);
  }

  private static FewRuns.Searching searching(PlanWorld world) {
    CandidateJudge judge = world.judge(SearchBudget.unlimited());
    return (space, losses) ->
        new PlanSearch(
            judge,
            world.catalog,
            space,
            losses,
            PlanSearchSettings.DEFAULT,
            SearchBudget.unlimited(),
            none -> OptionalDouble.empty());
  }

  private static long answer(FewRuns.Searching searching, OptionPass.Measured known, FewRuns few) {
    PlanSearch search = searching.over(known.space(), known.sensitivities());
    if (few != null) {
      search.begin(few.decided(), few.boundary());
    }
    return search
        .run(
            Strategy.KNAPSACK,
            T,
            new Finalists(PlanWorld.LADDER, 0, Optional.empty(), Optional.empty()))
        .best()
        .orElseThrow()
        .candidate()
        .encodedSize()
        .bytes();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void fewRunsFindAnAnswerOfNearlyTheSameSize(long seed) {
    PlanWorld world = new PlanWorld(seed, 20, 400, 0.05);
    SearchSpace space = spaceOf(world);
    Told told = new Told(world, space);
    FewRuns.Searching searching = searching(world);
    FewRuns few = new FewRuns(told, world.catalog, Strategy.KNAPSACK, SAMPLES);
    OptionPass.Measured known = few.below(space, T, searching, Optional.empty());
    long found = answer(searching, known, few);

    PlanWorld same = new PlanWorld(seed, 20, 400, 0.05);
    OptionPass.Measured all = new OptionPass.Measured(spaceOf(same), same.measured, Set.of(), true);
    long expected = answer(searching(same), all, null);
    assertThat((double) found).isLessThan(1.01 * expected);
    assertThat(told.run).hasSizeLessThan(space.options().size() * 3 / 4);
    // What the answer's neighbourhood takes was run.
    assertThat(
            NearBoundary.options(
                known.space(), line(known), world.catalog, few.boundary().getAsLong()))
        .allMatch(told.run::contains);
  }

  private static List<QuantizationPlan> line(OptionPass.Measured known) {
    return Strategy.KNAPSACK.line(known.space(), known.sensitivities());
  }

  @Test
  void whatIsAskedTwiceIsTheSame() {
    List<Set<TensorOption>> runs = new ArrayList<>();
    List<OptionPass.Measured> found = new ArrayList<>();
    for (int time = 0; time < 2; time++) {
      PlanWorld world = new PlanWorld(9, 12, 200, 0.05);
      SearchSpace space = spaceOf(world);
      Told told = new Told(world, space);
      FewRuns few = new FewRuns(told, world.catalog, Strategy.KNAPSACK, SAMPLES);
      found.add(few.below(space, T, searching(world), Optional.empty()));
      runs.add(told.run);
    }
    assertThat(runs.get(1)).isEqualTo(runs.get(0));
    assertThat(found.get(1)).isEqualTo(found.get(0));
  }

  @Test
  void upToASizeNothingIsJudgedToFindTheBoundary() {
    PlanWorld world = new PlanWorld(3, 20, 100, 0.05);
    SearchSpace space = spaceOf(world);
    Told told = new Told(world, space);
    List<QuantizationPlan> line = Strategy.KNAPSACK.line(space, world.measured);
    long size = world.catalog.bytes(line.get(line.size() / 3));
    OptionPass.Measured known =
        new FewRuns(told, world.catalog, Strategy.KNAPSACK, SAMPLES).within(space, size);
    assertThat(world.inferences).isZero();
    assertThat(NearBoundary.options(space, line(known), world.catalog, size))
        .allMatch(told.run::contains);
    assertThat(told.run).hasSizeLessThan(space.options().size() * 3 / 4);
  }
}
