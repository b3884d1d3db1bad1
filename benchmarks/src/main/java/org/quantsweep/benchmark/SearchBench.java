package org.quantsweep.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.calibration.CalibratedQuantizer;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Rewrite;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.encode.WeightSelection;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.quantize.CalibratedWeights;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.CandidateJudge;
import org.quantsweep.search.OptionPass;
import org.quantsweep.search.OptionRules;
import org.quantsweep.search.PlanCatalog;
import org.quantsweep.search.SearchBudget;
import org.quantsweep.search.SearchListener;
import org.quantsweep.sweep.EvaluationKey;
import org.quantsweep.sweep.FittedOption;
import org.quantsweep.sweep.InMemoryEvaluationStore;
import org.quantsweep.sweep.InMemoryOptionStore;
import org.quantsweep.sweep.LocalOptionRunner;
import org.quantsweep.sweep.LocalSweepRunner;
import org.quantsweep.sweep.SweepRunner;
import org.quantsweep.sweep.TensorOption;

/** What the benchmarks of the search share: a model, and everything that judges its plans. */
final class SearchBench {
  private static final long GROUP_BYTES = 512L << 20;

  final ModelFiles given;
  final CoreMLModel model;
  final Criterion criterion;
  final int threads;
  final List<String> tensors;
  final Set<String> calibratable = new HashSet<>();
  final ModelEncoder encoder;
  final PlanCatalog plans;

  private final InMemoryOptionStore options = new InMemoryOptionStore();
  private final Sha256Digest calibration = Sha256Digest.ofText("calibration");

  SearchBench(Path file, Criterion criterion, int threads) {
    try {
      this.given = ModelFiles.lone(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.model = Rewrite.FOLD_BATCH_NORM.apply(ModelReader.read(given, file.toString()));
    this.criterion = criterion;
    this.threads = threads;
    List<WeightTensor> selected = WeightSelection.DEFAULT.of(model);
    this.tensors = selected.stream().map(WeightTensor::identity).toList();
    for (WeightTensor tensor : selected) {
      if (CalibratedQuantizer.isCalibratable(model, tensor)) {
        calibratable.add(tensor.identity());
      }
    }
    this.encoder = new ModelEncoder(model, this::fitted);
    this.plans = new PlanCatalog(encoder);
  }

  private CalibratedWeights fitted(String tensor, Scheme.Compression scheme) {
    TensorOption option = new TensorOption(tensor, scheme);
    FittedOption found = options.loadFitted(calibration, List.of(option)).get(option);
    return found.weights().orElseThrow();
  }

  /** Plans' and schemes' names differ, so one judge serves both. */
  ModelFiles encode(Candidate candidate) {
    if (candidate.plan().isPresent()) {
      return plans.encode(candidate);
    }
    return candidate instanceof Candidate.AsGiven
        ? given
        : encoder.encode(QuantizationPlan.uniform(Scheme.parse(candidate.name()), tensors));
  }

  SweepRunner runner(SampleSource samples) {
    return new LocalSweepRunner(
        model,
        samples,
        PicturePreparation.DEFAULT,
        criterion,
        InferenceEngines.onnxRuntime(),
        threads);
  }

  /** A judge that knows nothing yet, so that what it costs is its own. */
  CandidateJudge judge(SampleSource samples, SweepRunner runner) {
    return new CandidateJudge(
        samples.index(),
        new EvaluationKey(given.digest(), calibration, criterion.toString()),
        new InMemoryEvaluationStore(),
        runner,
        this::encode,
        SearchBudget.unlimited(),
        SearchListener.SILENT,
        48);
  }

  LocalOptionRunner optionRunner(SampleSource calibrating, SampleSource sensitivity) {
    return new LocalOptionRunner(
        model,
        calibrating,
        sensitivity,
        PicturePreparation.DEFAULT,
        criterion,
        InferenceEngines.onnxRuntime(),
        CalibrationSettings.DEFAULT,
        threads);
  }

  /** A pass; options are fitted once, sensitivities are kept by their samples. */
  OptionPass pass(LocalOptionRunner runner, SampleSource sensitivity) {
    return new OptionPass(
        encoder,
        runner,
        options,
        new OptionPass.Keys(calibration, sensitivity.index().setDigest()),
        GROUP_BYTES,
        SearchBudget.unlimited(),
        SearchListener.SILENT);
  }

  static OptionRules rules(Set<Integer> bits, boolean calibrated) {
    return new OptionRules(bits, true, true, calibrated, new java.util.TreeMap<>());
  }
}
