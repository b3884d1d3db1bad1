package org.quantsweep.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.quantize.OptimalTableSet;
import org.quantsweep.report.SweepResult;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.search.SearchBudget;
import org.quantsweep.search.SearchListener;
import org.quantsweep.sweep.EvaluationStore;
import org.quantsweep.sweep.EvaluationTask;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.FitProgress;
import org.quantsweep.sweep.FittedOption;
import org.quantsweep.sweep.InMemoryEvaluationStore;
import org.quantsweep.sweep.InMemoryOptionStore;
import org.quantsweep.sweep.OptionRunner;
import org.quantsweep.sweep.OptionStore;
import org.quantsweep.sweep.OptionWeights;
import org.quantsweep.sweep.ReferenceEvidence;
import org.quantsweep.sweep.SampleBlock;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.SweepCost;
import org.quantsweep.sweep.SweepRunner;
import org.quantsweep.sweep.TensorOption;
import org.quantsweep.testing.CountedPreparation;
import org.quantsweep.testing.TinySweep;

/** A sweep decodes a sample once, whatever it does with it. */
class DecodedOnceTest {
  private static final ModelFiles GIVEN = TinySweep.model(2);
  private static final SampleSource SAMPLES = TinySweep.samples("all", 200);
  private static final InferenceEngine ENGINE = InferenceEngines.onnxRuntime();

  private static SweepSettings.Builder settings(CountedPreparation preparation) {
    return SweepSettings.builder("tiny", List.of("all"), preparation, "out")
        .threshold(AgreementThreshold.parse("0.7"))
        .splits(SplitSettings.DEFAULT.withSeed(5))
        // What a report shows is run once more in the driver.
        .report(ReportSettings.NONE);
  }

  @Test
  void forTheReferenceForOptionsAndForPlans() {
    CountedPreparation preparation = new CountedPreparation("sweep");
    try (LocalSweep sweep = new LocalSweep(GIVEN, Map.of(SampleSet.MAIN, SAMPLES), ENGINE, 2)) {
      SweepResult result = sweep.run(settings(preparation).build(), SearchListener.SILENT).result();
      assertThat(result.decision()).isEqualTo(SweepResult.SELECTED);
      assertThat(result.certificate().measured()).isPositive();
    }
    assertThat(preparation.counts()).hasSize(200);
    assertThat(preparation.counts().values()).containsOnly(1);
  }

  /** Where they lie with executors they take room: they go before anything is confirmed. */
  @Test
  void calibrationSamplesStayUntilOptionsAreFittedAndNoLonger() {
    List<String> done = new ArrayList<>();
    SweepSettings settings = settings(new CountedPreparation("order")).build();
    try (LocalRunners runners = new LocalRunners(Map.of(SampleSet.MAIN, SAMPLES), ENGINE, 2)) {
      SweepPorts ports =
          new SweepPorts(
              new Given(),
              runners.sets(),
              watched(runners.of(settings), done),
              new Stores(),
              new Nowhere());
      new SweepProcedure(settings, ENGINE, ports, SearchListener.SILENT, SearchBudget.unlimited())
          .run();
    }
    assertThat(done)
        .containsSubsequence("fit", "options closed", "calibration closed", "confirmation judges");
    assertThat(done.subList(0, done.indexOf("options closed")))
        .doesNotContain("calibration closed");
  }

  private static SweepRunners watched(SweepRunners runners, List<String> done) {
    return new SweepRunners() {
      private final List<String> names =
          new ArrayList<>(List.of("selection", "calibration", "confirmation"));

      @Override
      public SweepRunner open(
          ModelFiles reference, SamplePart part, Consumer<Map<Sha256Digest, Evidence>> finished) {
        String name = names.remove(0);
        done.add("open " + name);
        return new Watched(name, runners.open(reference, part, finished), done);
      }

      @Override
      public OptionRunner openOptions(OptionWork work) {
        done.add("options");
        return new WatchedOptions(runners.openOptions(work), done);
      }

      @Override
      public int parallelism() {
        return runners.parallelism();
      }
    };
  }

  private record Watched(String name, SweepRunner runner, List<String> done)
      implements SweepRunner {
    @Override
    public ReferenceEvidence runReference() {
      return runner.runReference();
    }

    @Override
    public Map<Sha256Digest, Evidence> evaluate(
        List<EvaluationTask> tasks, Map<Sha256Digest, ModelFiles> models) {
      done.add(name + " judges");
      return runner.evaluate(tasks, models);
    }

    @Override
    public SweepCost cost() {
      return runner.cost();
    }

    @Override
    public void close() {
      done.add(name + " closed");
      runner.close();
    }
  }

  private record WatchedOptions(OptionRunner runner, List<String> done) implements OptionRunner {
    @Override
    public Map<TensorOption, FittedOption> fit(
        Collection<TensorOption> options,
        Map<String, OptimalTableSet> tables,
        FitProgress progress) {
      done.add("fit");
      return runner.fit(options, tables, progress);
    }

    @Override
    public Map<TensorOption, Sensitivity> measure(
        Map<TensorOption, OptionWeights> options, SampleBlock block, LongConsumer ran) {
      return runner.measure(options, block, ran);
    }

    @Override
    public SweepCost cost() {
      return runner.cost();
    }

    @Override
    public void close() {
      done.add("options closed");
      runner.close();
    }
  }

  private record Given() implements SweepInput {
    @Override
    public ModelFiles model(String location) {
      return GIVEN;
    }

    @Override
    public byte[] recipe(String location) {
      throw new AssertionError(location);
    }
  }

  private record Stores() implements SweepStores {
    @Override
    public EvaluationStore openEvaluations() {
      return new InMemoryEvaluationStore();
    }

    @Override
    public OptionStore openOptions() {
      return new InMemoryOptionStore();
    }
  }

  private record Nowhere() implements SweepOutput {
    @Override
    public void begin(String model) {}

    @Override
    public void writeFittedCodes(Sha256Digest digest, byte[] codes) {}

    @Override
    public void replace(Delivery delivery) {}
  }
}
