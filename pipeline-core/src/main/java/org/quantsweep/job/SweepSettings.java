package org.quantsweep.job;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.ClassFloor;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.coreml.Deployment;
import org.quantsweep.coreml.Rewrite;
import org.quantsweep.encode.WeightSelection;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.sample.SamplePreparation;
import org.quantsweep.search.Aim;
import org.quantsweep.search.LargestSize;
import org.quantsweep.search.Objective;
import org.quantsweep.search.OptionRules;
import org.quantsweep.search.SearchSettings;

/**
 * Everything that a sweep is told; made by {@link #builder}.
 *
 * @param model the file as given
 * @param samples folders, {@code .npz} files or tables; at least one
 * @param aim what is to be found
 * @param objective by which bytes candidates are ordered
 * @param schemes only these uniform schemes; empty for every scheme at every width and the file as
 *     given
 * @param selection which weight tensors are quantized
 * @param foldBatchNorm whether batch norms are folded into what stands before them
 * @param evaluateAll whether every candidate is judged on every sample
 * @param maxEvaluations the most candidates that are judged
 * @param quarantineLimit the largest share of samples that may be unreadable, in [0, 1]
 * @param preparation how samples become inputs
 * @param evaluations the table of evaluations; empty for one in the output folder
 * @param splits which samples calibrate, select and confirm
 * @param confirmation when a choice is confirmed
 * @param perTensor how one option per weight tensor is searched for; empty for the uniform family
 *     alone
 * @param timeBudget how long the search may go on; empty for no limit
 * @param runId what whoever runs the sweep calls the run; the result repeats it, and nothing else
 *     depends on it; empty for none
 * @param runLimit how long one run of a model may take, more than 0
 * @param halfPrecision whether an ML Program's half-precision values are rounded as its types say
 * @param functions of a model of several that are judged; empty for all
 * @param deployment where the chosen model is to run
 * @param report what is kept for a report
 * @param output folder of the result
 */
public record SweepSettings(
    String model,
    List<String> samples,
    Criterion criterion,
    Aim aim,
    Objective objective,
    List<String> schemes,
    WeightSelection selection,
    boolean foldBatchNorm,
    boolean evaluateAll,
    int maxEvaluations,
    double quarantineLimit,
    SamplePreparation preparation,
    String evaluations,
    SplitSettings splits,
    ConfirmationSettings confirmation,
    Optional<PerTensorSettings> perTensor,
    Optional<Duration> timeBudget,
    String runId,
    Duration runLimit,
    boolean halfPrecision,
    List<String> functions,
    Deployment deployment,
    ReportSettings report,
    String output) {
  /** Copies the lists. */
  public SweepSettings {
    samples = List.copyOf(samples);
    schemes = List.copyOf(schemes);
    functions = List.copyOf(functions);
  }

  /** What must be said; the rest has the defaults of the command line. */
  public static Builder builder(
      String model, List<String> samples, SamplePreparation preparation, String output) {
    return new Builder(model, samples, preparation, output);
  }

  /**
   * Every setting by the name of its flag, as one would write it, values that are given one by one
   * in lines. What is not set is left out, and so are users and passwords in addresses.
   */
  public SortedMap<String, String> flags() {
    return SettingsByFlag.of(this);
  }

  /** What is done to the model before candidates are made of it. */
  List<Rewrite> rewrites() {
    return foldBatchNorm ? List.of(Rewrite.FOLD_BATCH_NORM) : List.of();
  }

  /** Which options are allowed; all of them for the uniform family. */
  OptionRules rules() {
    return perTensor.map(PerTensorSettings::rules).orElse(OptionRules.ALL);
  }

  /** The names of rewrites, in order. */
  static List<String> names(List<Rewrite> rewrites) {
    return rewrites.stream().map(Rewrite::toString).toList();
  }

  /** Collects settings by their names. */
  public static final class Builder {
    private final String model;
    private final List<String> samples;
    private final SamplePreparation preparation;
    private final String output;
    private Criterion criterion = Criteria.parse("top-1");
    private AgreementThreshold threshold = new AgreementThreshold(new BigDecimal("0.95"));
    private ClassFloor floor = ClassFloor.NONE;
    private Optional<LargestSize> largest = Optional.empty();
    private Objective objective = Objective.SIZE;
    private List<String> schemes = List.of();
    private WeightSelection selection = WeightSelection.DEFAULT;
    private boolean foldBatchNorm = true;
    private boolean evaluateAll;
    private int maxEvaluations = SearchSettings.UNLIMITED;
    private double quarantineLimit = 0.01;
    private String evaluations = "";
    private SplitSettings splits = SplitSettings.DEFAULT;
    private ConfirmationSettings confirmation = ConfirmationSettings.DEFAULT;
    private Optional<PerTensorSettings> perTensor = Optional.of(PerTensorSettings.DEFAULT);
    private Optional<Duration> timeBudget = Optional.empty();
    private String runId = "";
    private Duration runLimit = InferenceEngine.RUN_LIMIT;
    private boolean halfPrecision;
    private List<String> functions = List.of();
    private Deployment deployment = Deployment.DEFAULT;
    private ReportSettings report = ReportSettings.DEFAULT;

    private Builder(
        String model, List<String> samples, SamplePreparation preparation, String output) {
      this.model = model;
      this.samples = samples;
      this.preparation = preparation;
      this.output = output;
    }

    /** When one sample agrees; top-1 unless it is said. */
    public Builder criterion(Criterion value) {
      criterion = value;
      return this;
    }

    /** The smallest model is found on which so many samples agree; 0.95 unless it is said. */
    public Builder threshold(AgreementThreshold value) {
      threshold = value;
      return this;
    }

    /** So many of each class must agree too; nothing is asked of classes unless it is said. */
    public Builder classFloor(ClassFloor value) {
      floor = value;
      return this;
    }

    /**
     * The model is found that agrees most often among those up to a size; nothing else is asked.
     */
    public Builder largestSize(LargestSize value) {
      largest = Optional.of(value);
      return this;
    }

    /** By which bytes candidates are ordered; those on disk unless it is said. */
    public Builder objective(Objective value) {
      objective = value;
      return this;
    }

    /** Only these uniform schemes; all unless they are said. */
    public Builder schemes(List<String> value) {
      schemes = value;
      return this;
    }

    /** Which weight tensors are quantized. */
    public Builder selection(WeightSelection value) {
      selection = value;
      return this;
    }

    /** Batch norms are left as they are. */
    public Builder keepBatchNorm() {
      foldBatchNorm = false;
      return this;
    }

    /** Every candidate is judged on every sample. */
    public Builder evaluateAll() {
      evaluateAll = true;
      return this;
    }

    /** The most candidates that are judged, at least 1; no limit unless it is said. */
    public Builder maxEvaluations(int value) {
      maxEvaluations = value;
      return this;
    }

    /** The largest share of samples that may be unreadable, in [0, 1]; 0.01 unless it is said. */
    public Builder quarantineLimit(double value) {
      quarantineLimit = value;
      return this;
    }

    /** The table of evaluations; one in the output folder unless it is said. */
    public Builder evaluations(String value) {
      evaluations = value;
      return this;
    }

    /** Which samples do what. */
    public Builder splits(SplitSettings value) {
      splits = value;
      return this;
    }

    /** When a choice is confirmed. */
    public Builder confirmation(ConfirmationSettings value) {
      confirmation = value;
      return this;
    }

    /** How one option per weight tensor is searched for. */
    public Builder perTensor(PerTensorSettings value) {
      perTensor = Optional.of(value);
      return this;
    }

    /** The uniform family alone. */
    public Builder uniform() {
      perTensor = Optional.empty();
      return this;
    }

    /** How long the search may go on; without limit unless it is said. */
    public Builder timeBudget(Duration value) {
      timeBudget = Optional.of(value);
      return this;
    }

    /** What the run is called; nothing unless it is said. */
    public Builder runId(String value) {
      runId = value;
      return this;
    }

    /** How long one run of a model may take; ten minutes unless it is said. */
    public Builder runLimit(Duration value) {
      runLimit = value;
      return this;
    }

    /** Half-precision values of an ML Program are rounded; float32 unless it is said. */
    public Builder halfPrecision() {
      halfPrecision = true;
      return this;
    }

    /** Only these functions are judged; all of them unless it is said. */
    public Builder functions(List<String> value) {
      functions = value;
      return this;
    }

    /** Where the chosen model is to run; the model's own least system unless it is said. */
    public Builder deployment(Deployment value) {
      deployment = value;
      return this;
    }

    /** What is kept for a report; all that is usual unless it is said. */
    public Builder report(ReportSettings value) {
      report = value;
      return this;
    }

    /** The settings. */
    public SweepSettings build() {
      return new SweepSettings(
          model,
          samples,
          criterion,
          largest
              .<Aim>map(Aim.MostAgreeing::new)
              .orElseGet(() -> new Aim.Smallest(threshold, floor)),
          objective,
          schemes,
          selection,
          foldBatchNorm,
          evaluateAll,
          maxEvaluations,
          quarantineLimit,
          preparation,
          evaluations,
          splits,
          confirmation,
          perTensor,
          timeBudget,
          runId,
          runLimit,
          halfPrecision,
          functions,
          deployment,
          report,
          output);
    }
  }
}
