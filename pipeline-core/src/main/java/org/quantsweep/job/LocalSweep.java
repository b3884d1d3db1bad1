package org.quantsweep.job;

import java.util.Map;
import java.util.Optional;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.report.SweepResult;
import org.quantsweep.report.bundle.EvidenceBundle;
import org.quantsweep.report.picture.PictureEncoder;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.search.SearchBudget;
import org.quantsweep.search.SearchListener;
import org.quantsweep.sweep.EvaluationStore;
import org.quantsweep.sweep.InMemoryEvaluationStore;
import org.quantsweep.sweep.InMemoryOptionStore;
import org.quantsweep.sweep.OptionStore;

/**
 * Sweeps of one model in this process, with nothing written: for benchmarks and tests. Prepared
 * samples, fitted options and sensitivities stay for the next sweep; evaluations are each sweep's
 * own.
 */
public final class LocalSweep implements AutoCloseable {
  private final ModelFiles given;
  private final InferenceEngine engine;
  private final LocalRunners runners;
  private final PictureEncoder pictures;
  private final InMemoryOptionStore options = new InMemoryOptionStore();

  /**
   * What a sweep gave.
   *
   * @param model the chosen one; empty when none is acceptable
   * @param recipe how it is made; empty for a uniform scheme
   * @param evidence what a report shows beside the result; empty where none is wanted
   */
  public record Outcome(
      SweepResult result,
      Optional<ModelFiles> model,
      Optional<Recipe> recipe,
      Optional<EvidenceBundle> evidence) {}

  /**
   * Over some samples.
   *
   * @param samples by set; the main one at least
   * @param threads how many tasks run at once, at least 1
   */
  public LocalSweep(
      ModelFiles given, Map<SampleSet, SampleSource> samples, InferenceEngine engine, int threads) {
    this(given, samples, engine, threads, PictureEncoder.NONE);
  }

  /** The same, with pictures in the evidence for reports. */
  public LocalSweep(
      ModelFiles given,
      Map<SampleSet, SampleSource> samples,
      InferenceEngine engine,
      int threads,
      PictureEncoder pictures) {
    this.pictures = pictures;
    this.given = given;
    this.engine = engine;
    this.runners = new LocalRunners(samples, engine, threads);
  }

  /** Runs one; what the settings call the model and the samples is for messages. */
  public Outcome run(SweepSettings settings, SearchListener listener) {
    Kept kept = new Kept();
    SweepPorts ports =
        new SweepPorts(
            new Given(), runners.sets(), runners.of(settings), new Stores(options), kept, pictures);
    SearchBudget budget =
        new SearchBudget(settings.maxEvaluations(), settings.timeBudget(), System::nanoTime);
    SweepResult result = new SweepProcedure(settings, engine, ports, listener, budget).run();
    return new Outcome(result, kept.model, kept.recipe, kept.evidence);
  }

  @Override
  public void close() {
    runners.close();
  }

  private final class Given implements SweepInput {
    @Override
    public ModelFiles model(String location) {
      return given;
    }

    @Override
    public byte[] recipe(String location) {
      throw new UnsupportedOperationException("no earlier recipe is here: " + location);
    }
  }

  private record Stores(InMemoryOptionStore options) implements SweepStores {
    @Override
    public EvaluationStore openEvaluations() {
      return new InMemoryEvaluationStore();
    }

    @Override
    public OptionStore openOptions() {
      return options;
    }
  }

  private static final class Kept implements SweepOutput {
    private Optional<ModelFiles> model = Optional.empty();
    private Optional<Recipe> recipe = Optional.empty();
    private Optional<EvidenceBundle> evidence = Optional.empty();

    @Override
    public void begin(String model) {}

    @Override
    public void writeFittedCodes(Sha256Digest digest, byte[] codes) {}

    @Override
    public void replace(Delivery delivery) {
      model = delivery.model();
      recipe = delivery.recipe();
      evidence = delivery.evidence();
    }
  }
}
