package org.quantsweep.job;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.encode.WeightSelection;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.OptionRules;

/**
 * One scheme for all selected weight tensors: a candidate for each scheme that is allowed and whose
 * file is smaller than the one given, and that file itself.
 */
final class UniformFamily {
  private final ModelFiles given;
  private final ModelEncoder encoder;
  private final Map<Candidate, QuantizationPlan> plans = new LinkedHashMap<>();
  private final List<Candidate> candidates = new ArrayList<>();

  /**
   * Sizes every candidate.
   *
   * @param given the file as given
   * @param model what is encoded: the model, rewritten when that was asked
   * @param encoder of that model
   * @param schemes only these; empty for all and the file as given
   * @param rules what weight tensors may be stored in: the best of these candidates is an answer of
   *     a per-tensor sweep too
   */
  UniformFamily(
      ModelFiles given,
      CoreMLModel model,
      ModelEncoder encoder,
      WeightSelection selection,
      List<String> schemes,
      OptionRules rules) {
    this.given = given;
    this.encoder = encoder;
    List<String> identities = selection.of(model).stream().map(WeightTensor::identity).toList();
    List<Scheme> wanted =
        schemes.isEmpty()
            ? model.format().uniformSchemes()
            : schemes.stream()
                .filter(scheme -> !scheme.equals(Candidate.AS_GIVEN))
                .map(Scheme::parse)
                .toList();
    for (Scheme scheme : wanted) {
      if (!rules.allowForAll(scheme, identities)) {
        continue;
      }
      QuantizationPlan plan = QuantizationPlan.uniform(scheme, identities);
      Candidate candidate = new Candidate.Uniform(scheme, encoder.encodedSize(plan));
      // The file as given answers like itself: a larger one is never needed.
      if (candidate.encodedSize().compareTo(given.size()) < 0) {
        plans.put(candidate, plan);
        candidates.add(candidate);
      }
    }
    if (schemes.isEmpty() || schemes.contains(Candidate.AS_GIVEN)) {
      candidates.add(new Candidate.AsGiven(given.size()));
    }
  }

  List<Candidate> candidates() {
    return List.copyOf(candidates);
  }

  ModelFiles encode(Candidate candidate) {
    return candidate instanceof Candidate.AsGiven ? given : encoder.encode(plans.get(candidate));
  }
}
