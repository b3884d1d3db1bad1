package org.quantsweep.job;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.quantsweep.artifact.DownloadSize;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.ModelCuts;
import org.quantsweep.coreml.Rewrite;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.encode.CalibratedOptions;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.Objective;
import org.quantsweep.search.PlanSizing;

/**
 * The model of a sweep.
 *
 * @param given as given: the reference
 * @param read the same, read
 * @param rewritten what plans are made of
 * @param selected the weight tensors of that which are quantized
 * @param unjudged identities of weight tensors that no judged function takes: they stay as given
 */
record SweptModel(
    ModelFiles given,
    CoreMLModel read,
    CoreMLModel rewritten,
    List<WeightTensor> selected,
    Set<String> unjudged) {
  static SweptModel of(SweepSettings settings, ModelFiles given, CoreMLModel read) {
    CoreMLModel rewritten = Rewrite.apply(settings.rewrites(), read);
    Set<String> unjudged = unjudged(rewritten, settings.functions());
    return new SweptModel(
        given,
        read,
        rewritten,
        settings.selection().of(rewritten).stream()
            .filter(tensor -> !unjudged.contains(tensor.identity()))
            .toList(),
        unjudged);
  }

  /** What is not taken by the functions that are judged, where they are not all. */
  private static Set<String> unjudged(CoreMLModel model, List<String> judged) {
    Set<String> unjudged = new TreeSet<>();
    if (!judged.isEmpty() && model.functions().size() > 1) {
      model.weightTensors().forEach(tensor -> unjudged.add(tensor.identity()));
      for (String function : judged) {
        CoreMLModel seen = model.asFunction(function);
        ModelCuts cuts = seen.cuts();
        for (WeightTensor tensor : seen.weightTensors()) {
          if (cuts.before(tensor) < cuts.end()) {
            unjudged.remove(tensor.identity());
          }
        }
      }
    }
    return unjudged;
  }

  /** What the chosen model is called. */
  String fileName() {
    return read.format().fileName("selected");
  }

  private Candidate.AsGiven asGiven(SweepSettings settings) {
    return settings.objective() == Objective.DOWNLOAD
        ? new Candidate.AsGiven(given.size(), DownloadSize.of(given))
        : new Candidate.AsGiven(given.size());
  }

  /** The identities of the selected weight tensors. */
  Set<String> identities() {
    Set<String> identities = new TreeSet<>();
    selected.forEach(tensor -> identities.add(tensor.identity()));
    return identities;
  }

  /**
   * Refuses schemes that this model's format cannot store, before any work.
   *
   * @throws org.quantsweep.UsageException naming why, and another one
   * @throws org.quantsweep.BadInputException when the values of a weight tensor do not fit the
   *     scheme that it is to be kept in
   */
  void requireLegal(SweepSettings settings, Optional<WarmStart> warmStart) {
    for (String scheme : settings.schemes()) {
      if (!scheme.equals(Candidate.AS_GIVEN)) {
        read.format().requireLegal(Scheme.parse(scheme));
      }
    }
    ModelEncoder encoder = encoder(CalibratedOptions.NONE);
    encoder.requireStorable(new QuantizationPlan(settings.rules().kept()));
    warmStart.ifPresent(own -> encoder.requireStorable(own.recipe().plan()));
  }

  /** What encodes plans. */
  ModelEncoder encoder(CalibratedOptions options) {
    return new ModelEncoder(rewritten, options);
  }

  /**
   * The uniform candidates. They are made of the same model as plans, and the same encoder makes
   * both, so that each look-up table is found once.
   *
   * @param plans makes plans
   * @param sizing of these
   */
  UniformFamily family(SweepSettings settings, ModelEncoder plans, PlanSizing sizing) {
    return new UniformFamily(
        asGiven(settings),
        given,
        rewritten,
        plans,
        sizing,
        settings.selection(),
        settings.schemes(),
        settings.rules(),
        unjudged);
  }
}
