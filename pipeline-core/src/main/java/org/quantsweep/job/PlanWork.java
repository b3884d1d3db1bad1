package org.quantsweep.job;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.quantsweep.calibration.CalibratedQuantizer;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SampleSplits;
import org.quantsweep.search.SearchEstimate;

/**
 * What a search over plans is about, known before anything is judged.
 *
 * @param tensors the weight tensors that are chosen for
 * @param calibratable those of them that have fitted options
 * @param options how many they have in all; plain and calibrated forms of a scheme are one
 * @param fittedWeights weights of their fitted options, those of each form counted
 * @param calibration on how many samples statistics are gathered
 * @param sensitivity the samples that options are run on alone at most
 * @param selection how many samples plans are judged on
 */
record PlanWork(
    PerTensorSettings settings,
    Set<String> tensors,
    Set<String> calibratable,
    int options,
    long fittedWeights,
    long calibration,
    SampleIndex sensitivity,
    long selection) {
  /** The work on some weight tensors of a model, rewritten where that was asked. */
  static PlanWork of(
      PerTensorSettings settings, List<WeightTensor> all, CoreMLModel model, SweepSamples samples) {
    Set<String> tensors = new TreeSet<>();
    Set<String> calibratable = new TreeSet<>();
    boolean fits = settings.rules().calibrated() && !samples.calibration().isEmpty();
    int options = 0;
    long fittedWeights = 0;
    for (WeightTensor tensor : all) {
      tensors.add(tensor.identity());
      options += settings.rules().count(tensor.identity(), model.format().options(tensor));
      if (fits && CalibratedQuantizer.isCalibratable(model, tensor)) {
        calibratable.add(tensor.identity());
        fittedWeights +=
            tensor.elementCount()
                * settings.rules().fittedCount(tensor.identity(), model.format().options(tensor));
      }
    }
    SampleIndex selection = samples.selection().index();
    return new PlanWork(
        settings,
        tensors,
        calibratable,
        options,
        fittedWeights,
        calibratable.isEmpty() ? 0 : samples.calibration().index().total(),
        SampleSplits.first(selection, settings.sensitivitySamples()),
        selection.total());
  }

  /**
   * What it takes at most.
   *
   * @param secondsPerInference of one core; 0 when unknown
   * @param cores that work at once
   */
  SearchEstimate estimate(double secondsPerInference, int cores) {
    return new SearchEstimate(
        tensors.size(),
        options,
        fittedWeights,
        calibration,
        settings.strategy().foretells(),
        sensitivity.total(),
        selection,
        secondsPerInference,
        cores);
  }
}
