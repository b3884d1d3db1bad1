package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.WeightSelection;
import org.quantsweep.quantize.OptimalTableSet;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.FitProgress;
import org.quantsweep.sweep.FittedOption;
import org.quantsweep.sweep.InMemoryOptionStore;
import org.quantsweep.sweep.OptionRunner;
import org.quantsweep.sweep.OptionWeights;
import org.quantsweep.sweep.SampleBlock;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.SweepCost;
import org.quantsweep.sweep.TensorOption;
import org.quantsweep.testing.SharedData;

class SensitivitiesTest {
  private static final AgreementThreshold T = AgreementThreshold.parse("0.9");
  private static final int SAMPLES = 128;
  private static final Sha256Digest KEY = Sha256Digest.ofText("key");

  private final CoreMLModel model = ModelReader.read(SharedData.path("models/mnistCNN.mlmodel"));
  private final ModelEncoder encoder = new ModelEncoder(model);
  private final List<String> tensors =
      WeightSelection.DEFAULT.of(model).stream().map(WeightTensor::identity).sorted().toList();
  private final InMemoryOptionStore store = new InMemoryOptionStore();

  /** Linear forms of all widths, and full precision. Errors fall by a factor 4 for each bit. */
  private SearchSpace space() {
    TreeMap<String, List<SearchSpace.SizedOption>> all = new TreeMap<>();
    for (String tensor : tensors) {
      List<SearchSpace.SizedOption> own = new ArrayList<>();
      for (int bits = 1; bits <= 8; bits++) {
        own.add(
            new SearchSpace.SizedOption(
                Scheme.parse("linear:" + bits), 10L * bits, 16 * Math.pow(4, -bits)));
      }
      own.add(new SearchSpace.SizedOption(Scheme.parse("full"), 320, 0));
      all.put(tensor, own);
    }
    return new SearchSpace(all);
  }

  private static int bits(TensorOption option) {
    return option.scheme() instanceof Scheme.Quantization quantization
        ? quantization.bits().bits()
        : 32;
  }

  /** The slope's law, times what a sample loses; none of the samples disagrees. */
  private static double law(TensorOption option) {
    return Math.pow(16 * Math.pow(4, -bits(option)), LossPrediction.SLOPE);
  }

  /** Runs options of a world where each sample's loss is known. */
  private static final class World implements OptionRunner {
    private final BiFunction<TensorOption, Integer, Double> loss;
    private final BiFunction<TensorOption, Integer, Boolean> agrees;
    private final Map<TensorOption, Integer> runs = new TreeMap<>();

    World(
        BiFunction<TensorOption, Integer, Double> loss,
        BiFunction<TensorOption, Integer, Boolean> agrees) {
      this.loss = loss;
      this.agrees = agrees;
    }

    @Override
    public Map<TensorOption, FittedOption> fit(
        Collection<TensorOption> options,
        Map<String, OptimalTableSet> tables,
        FitProgress progress) {
      throw new IllegalStateException("nothing is fitted here.");
    }

    @Override
    public Map<TensorOption, Sensitivity> measure(
        Map<TensorOption, OptionWeights> options, SampleBlock block, LongConsumer ran) {
      Map<TensorOption, Sensitivity> found = new HashMap<>();
      for (TensorOption option : options.keySet()) {
        runs.merge(option, block.size(), Integer::sum);
        Sensitivity sum = Sensitivity.NONE;
        for (int rank = block.from(); rank < block.end(); rank++) {
          double own = loss.apply(option, rank);
          sum = sum.plus(new Sensitivity(own, own, agrees.apply(option, rank) ? 0 : 1, 1));
        }
        found.put(option, sum);
        ran.accept(block.size());
      }
      return found;
    }

    @Override
    public SweepCost cost() {
      return SweepCost.NONE;
    }

    @Override
    public void close() {}
  }

  /** Writes down how the runs are told. */
  private static final class Heard implements SearchListener {
    private final List<String> phases = new ArrayList<>();
    private final List<Long> done = new ArrayList<>();
    private final List<Long> of = new ArrayList<>();

    @Override
    public void phaseStarted(String phase, long inferences) {
      phases.add("started " + phase);
    }

    @Override
    public void phaseResumed(String phase) {
      phases.add("resumed " + phase);
    }

    @Override
    public void phaseAdvanced(String phase, String unit, long runs, long all) {
      assertThat(unit).isEqualTo("runs");
      done.add(runs);
      of.add(all);
    }
  }

  private final Heard heard = new Heard();

  private Sensitivities alone(World world, Set<String> foretold) {
    OptionRuns runs =
        new OptionRuns(encoder, world, store, KEY, 1 << 20, SearchBudget.unlimited(), heard);
    return new Sensitivities(runs, SAMPLES, T, foretold);
  }

  private TensorOption option(int tensor, int bits) {
    return new TensorOption(tensors.get(tensor), Scheme.parse("linear:" + bits));
  }

  @Test
  void oneOptionOfATensorForetellsTheOthers() {
    World world = new World((option, rank) -> law(option), (option, rank) -> true);
    OptionPass.Measured known = alone(world, Set.copyOf(tensors)).anchors(space());
    assertThat(world.runs).hasSize(tensors.size());
    assertThat(world.runs.keySet()).allMatch(option -> bits(option) == 4);
    assertThat(known.complete()).isTrue();
    assertThat(known.space()).isEqualTo(space());
    assertThat(known.predicted()).hasSize(7 * tensors.size());
    known
        .sensitivities()
        .forEach(
            (option, own) -> {
              double expected = bits(option) == 32 ? 0 : SAMPLES * law(option);
              assertThat(own.loss()).isCloseTo(expected, within(1e-9 * expected));
              assertThat(own.samples()).isEqualTo(SAMPLES);
            });
  }

  @Test
  void samplesAreRunUntilTheMeanLossIsTold() {
    // Of the second tensor every 32nd sample loses it all: its mean is off by its whole size on 32
    // samples, by about half of it on 128.
    World world =
        new World(
            (option, rank) ->
                option.tensor().equals(tensors.get(1))
                    ? rank % 32 == 0 ? 32 * law(option) : 0
                    : law(option) * (rank % 2 == 0 ? 0.5 : 1.5),
            (option, rank) -> true);
    Sensitivities alone = alone(world, Set.copyOf(tensors));
    OptionPass.Measured known = alone.anchors(space());
    for (int tensor = 0; tensor < tensors.size(); tensor++) {
      assertThat(world.runs.get(option(tensor, 4)))
          .isEqualTo(tensor == 1 ? SAMPLES : Sensitivities.LEAST_SAMPLES);
    }
    // The tensor's other options are run on the same samples.
    OptionPass.Measured more = alone.more(known, List.of(option(0, 5), option(1, 5)));
    assertThat(world.runs.get(option(0, 5))).isEqualTo(Sensitivities.LEAST_SAMPLES);
    assertThat(world.runs.get(option(1, 5))).isEqualTo(SAMPLES);
    assertThat(more.predicted())
        .hasSize(known.predicted().size() - 2)
        .doesNotContain(option(0, 5), option(1, 5));
    assertThat(more.sensitivities().get(option(0, 5)).loss())
        .isCloseTo(SAMPLES * law(option(0, 5)), within(1e-9));
    assertThat(alone.measured().get(option(0, 5)).samples()).isEqualTo(Sensitivities.LEAST_SAMPLES);
  }

  @Test
  void whatCannotBeForetoldIsRun() {
    // The anchor of the second tensor loses nothing; the third one's errors are not its inputs'.
    World world =
        new World(
            (option, rank) -> option.equals(option(1, 4)) ? 0 : law(option),
            (option, rank) -> true);
    Set<String> foretold = new HashSet<>(tensors);
    foretold.remove(tensors.get(2));
    OptionPass.Measured known = alone(world, foretold).anchors(space());
    assertThat(known.predicted())
        .noneMatch(option -> tensors.subList(1, 3).contains(option.tensor()));
    Set<TensorOption> run = new HashSet<>();
    for (int tensor = 0; tensor < tensors.size(); tensor++) {
      for (int bits = 1; bits <= 8; bits++) {
        if (bits == 4 || tensor == 1 || tensor == 2) {
          run.add(option(tensor, bits));
        }
      }
    }
    assertThat(world.runs.keySet()).isEqualTo(run);
  }

  @Test
  void onlyARunIsEvidenceThatNarrowerOptionsAreHopeless() {
    // Of 32 samples at 0.9, three may disagree, six more by chance, and one: eleven are too many.
    World world =
        new World((option, rank) -> law(option), (option, rank) -> bits(option) > 3 || rank >= 11);
    Sensitivities alone = alone(world, Set.copyOf(tensors));
    OptionPass.Measured known = alone.anchors(space());
    assertThat(known.space().options()).hasSize(9 * tensors.size());
    OptionPass.Measured more = alone.more(known, List.of(option(0, 3)));
    Set<TensorOption> gone = new HashSet<>(space().options());
    gone.removeAll(more.space().options());
    assertThat(gone).containsExactlyInAnyOrder(option(0, 2), option(0, 1));
    assertThat(more.sensitivities()).doesNotContainKeys(option(0, 1), option(0, 2));
    assertThat(more.predicted()).doesNotContain(option(0, 1), option(0, 2));
  }

  @Test
  void allRunsAreOneStageAcrossWidthsAndBlocks() {
    World world = new World((option, rank) -> law(option), (option, rank) -> true);
    alone(world, Set.of()).all(space());
    long all = 8L * tensors.size() * SAMPLES;
    assertThat(heard.phases).startsWith("started sensitivities").hasSizeGreaterThan(1);
    assertThat(heard.phases.subList(1, heard.phases.size())).containsOnly("resumed sensitivities");
    assertThat(heard.of).containsOnly(all);
    assertThat(heard.done).isSorted().last().isEqualTo(all);
  }

  @Test
  void runsThatAreExpectedNearTheBoundaryAreCountedFromTheBeginning() {
    World world = new World((option, rank) -> law(option), (option, rank) -> true);
    Sensitivities alone = alone(world, Set.copyOf(tensors));
    OptionPass.Measured known = alone.anchors(space());
    // An anchor and five more of each tensor, on 64 samples.
    assertThat(heard.of).containsOnly(6L * tensors.size() * 64);
    assertThat(heard.done).last().isEqualTo(32L * tensors.size());
    alone.more(known, List.of(option(0, 5), option(1, 5)));
    assertThat(heard.done).last().isEqualTo(32L * tensors.size() + 64);
    assertThat(heard.of).last().isEqualTo(32L * tensors.size() + 64);
  }

  @Test
  void whatAnotherSearchHasStoredChangesNothing() {
    BiFunction<TensorOption, Integer, Double> losses =
        (option, rank) -> law(option) * (1 + Math.sin(rank + bits(option)));
    World first = new World(losses, (option, rank) -> true);
    OptionPass.Measured expected = alone(first, Set.copyOf(tensors)).anchors(space());
    // One that runs every option on every sample, as peers' rules ask for.
    OptionPass.Measured all =
        alone(new World(losses, (option, rank) -> true), Set.of()).all(space());
    assertThat(all.predicted()).isEmpty();
    assertThat(all.sensitivities().values()).allMatch(own -> own.samples() == SAMPLES);
    World again = new World(losses, (option, rank) -> true);
    assertThat(alone(again, Set.copyOf(tensors)).anchors(space())).isEqualTo(expected);
    assertThat(again.runs).isEmpty();
  }
}
