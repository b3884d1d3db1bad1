package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
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

class OptionPassTest {
  private static final AgreementThreshold T = AgreementThreshold.parse("0.9");
  private static final Sha256Digest KEY = Sha256Digest.ofText("key");

  private final CoreMLModel model = ModelReader.read(SharedData.path("models/mnistCNN.mlmodel"));
  private final ModelEncoder encoder = new ModelEncoder(model);
  private final List<String> tensors =
      WeightSelection.DEFAULT.of(model).stream().map(WeightTensor::identity).toList();
  private final InMemoryOptionStore store = new InMemoryOptionStore();

  /** Says of every option what a rule says of its width: so many of 100 samples disagree. */
  private static final class Told implements OptionRunner {
    private final Map<Integer, Long> disagreeing;
    private final List<TensorOption> asked = new ArrayList<>();

    Told(Map<Integer, Long> disagreeing) {
      this.disagreeing = disagreeing;
    }

    @Override
    public Map<TensorOption, FittedOption> fit(
        Collection<TensorOption> options,
        Map<String, OptimalTableSet> tables,
        FitProgress progress) {
      throw new IllegalStateException("nothing is calibrated here.");
    }

    @Override
    public Map<TensorOption, Sensitivity> measure(
        Map<TensorOption, OptionWeights> options, SampleBlock block, LongConsumer ran) {
      Map<TensorOption, Sensitivity> found = new HashMap<>();
      for (TensorOption option : options.keySet()) {
        if (block.from() == 0) {
          asked.add(option);
        }
        // The first samples are the ones that disagree.
        long all = disagreeing.getOrDefault(width(option.scheme()), 0L);
        long wrong = Math.max(0, Math.min(all, block.end()) - block.from());
        found.put(option, new Sensitivity(wrong, wrong, wrong, block.size()));
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

  private static int width(Scheme scheme) {
    return scheme instanceof Scheme.Quantization quantization ? quantization.bits().bits() : 16;
  }

  private OptionPass pass(OptionRunner runner, SearchBudget budget) {
    return new OptionPass(
        encoder,
        runner,
        store,
        new OptionPass.Keys(KEY, KEY),
        1 << 20,
        budget,
        SearchListener.SILENT);
  }

  @Test
  void whereAWidthFailsAloneTheNarrowerOnesAreNotRun() {
    // Of 100 samples at 0.9, ten may disagree, and nine more by chance; and one.
    Told runner = new Told(Map.of(2, 21L, 3, 20L));
    OptionPass pass = pass(runner, SearchBudget.unlimited());
    SearchSpace space = pass.space(tensors, Set.of(), OptionRules.ALL);
    OptionPass.Measured measured = pass.sensitivities(space, 100, T);
    Set<Integer> widths = new TreeSet<>();
    runner.asked.forEach(option -> widths.add(width(option.scheme())));
    assertThat(widths).containsExactly(2, 3, 4, 5, 6, 7, 8, 16);
    assertThat(measured.complete()).isTrue();
    assertThat(measured.space().options()).allMatch(option -> width(option.scheme()) > 1);
    assertThat(measured.sensitivities().keySet())
        .containsExactlyInAnyOrderElementsOf(measured.space().options());
    assertThat(measured.space().uniform()).isEqualTo(space.uniform());
  }

  @Test
  void whatTheStoreKnowsIsNotRunAgain() {
    Told first = new Told(Map.of());
    OptionPass pass = pass(first, SearchBudget.unlimited());
    SearchSpace space = pass.space(tensors, Set.of(), OptionRules.ALL);
    OptionPass.Measured measured = pass.sensitivities(space, 100, T);
    assertThat(first.asked).hasSize(space.options().size() - tensors.size());
    Told second = new Told(Map.of());
    assertThat(pass(second, SearchBudget.unlimited()).sensitivities(space, 100, T))
        .isEqualTo(measured);
    assertThat(second.asked).isEmpty();
  }

  @Test
  void onePlansOptionsAreRunWhereTheyAreNotKnown() {
    Told runner = new Told(Map.of(4, 3L));
    OptionPass pass = pass(runner, SearchBudget.unlimited());
    QuantizationPlan plan = QuantizationPlan.uniform(Scheme.parse("linear:4"), tensors);
    Map<TensorOption, Sensitivity> found = pass.alone(plan, 100).orElseThrow();
    assertThat(runner.asked).hasSize(tensors.size());
    assertThat(found).hasSize(tensors.size());
    assertThat(found.values()).allMatch(own -> own.loss() == 3);
    // The store knows them now; full precision changes nothing.
    Told none = new Told(Map.of());
    assertThat(pass(none, SearchBudget.unlimited()).alone(plan, 100)).contains(found);
    QuantizationPlan full = QuantizationPlan.uniform(Scheme.parse("full"), tensors);
    assertThat(pass(none, SearchBudget.unlimited()).alone(full, 100).orElseThrow().values())
        .allMatch(own -> own.loss() == 0 && own.samples() == 100);
    assertThat(none.asked).isEmpty();
    SearchBudget over = SearchBudget.unlimited();
    over.interrupt();
    QuantizationPlan other = QuantizationPlan.uniform(Scheme.parse("linear:5"), tensors);
    assertThat(pass(none, over).alone(other, 100)).isEmpty();
  }

  @Test
  void aBudgetThatIsOverLeavesThePassIncomplete() {
    SearchBudget budget = SearchBudget.unlimited();
    budget.interrupt();
    Told runner = new Told(Map.of());
    OptionPass pass = pass(runner, budget);
    SearchSpace space = pass.space(tensors, Set.of(), OptionRules.ALL);
    assertThat(pass.sensitivities(space, 100, T).complete()).isFalse();
    assertThat(runner.asked).isEmpty();
  }

  @Test
  void uniformPlansAscendAndHoldEveryScheme() {
    SearchSpace space =
        pass(new Told(Map.of()), SearchBudget.unlimited())
            .space(tensors, Set.of(), OptionRules.ALL);
    List<Long> sizes = new ArrayList<>();
    Set<String> schemes = new TreeSet<>();
    for (QuantizationPlan plan : space.uniform()) {
      sizes.add(encoder.encodedSize(plan).bytes());
      schemes.addAll(plan.schemes().values().stream().map(Scheme::toString).toList());
    }
    assertThat(sizes).isSorted();
    // Eight widths of two forms, half and full precision.
    assertThat(schemes).hasSize(18);
    assertThat(space.uniform()).hasSize(18);
  }
}
