package org.quantsweep.job;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.encode.Unstorable;
import org.quantsweep.encode.WeightSelection;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.LeftOut;
import org.quantsweep.search.OptionRules;
import org.quantsweep.search.PlanSizing;

/**
 * One scheme for all selected weight tensors: a candidate for each scheme that is allowed and whose
 * file is smaller than the one given, and that file itself. A weight tensor whose values a scheme
 * cannot hold stays as it is stored in that candidate.
 */
final class UniformFamily {
  private final Set<String> unjudged;
  private final Candidate.AsGiven asGiven;
  private final ModelFiles given;
  private final ModelEncoder encoder;
  private final Map<Candidate, QuantizationPlan> plans = new LinkedHashMap<>();
  private final List<Candidate> candidates = new ArrayList<>();
  private final Map<Cause, List<String>> leftOut = new LinkedHashMap<>();

  /** Why a weight tensor is left out of some candidates. */
  private record Cause(String tensor, String reason) {}

  /**
   * Sizes every candidate.
   *
   * @param asGiven the file as given, as a candidate
   * @param given itself
   * @param model what is encoded: the model, rewritten when that was asked
   * @param encoder of that model
   * @param sizing of its plans
   * @param schemes only these; empty for all and the file as given
   * @param rules what weight tensors may be stored in: the best of these candidates is an answer of
   *     a per-tensor sweep too
   * @param unjudged identities of weight tensors that stay as given
   */
  UniformFamily(
      Candidate.AsGiven asGiven,
      ModelFiles given,
      CoreMLModel model,
      ModelEncoder encoder,
      PlanSizing sizing,
      WeightSelection selection,
      List<String> schemes,
      OptionRules rules,
      Set<String> unjudged) {
    this.asGiven = asGiven;
    this.given = given;
    this.unjudged = unjudged;
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
      List<String> storable = storable(scheme, identities);
      if (storable.isEmpty() && !identities.isEmpty()) {
        continue;
      }
      QuantizationPlan plan = QuantizationPlan.uniform(scheme, storable);
      Candidate candidate = new Candidate.Uniform(scheme, sizing.onDisk(plan), sizing.exact(plan));
      // The file as given answers like itself: a larger one is never needed.
      if (candidate.size().compareTo(asGiven.size()) < 0) {
        plans.put(candidate, plan);
        candidates.add(candidate);
      }
    }
    if (schemes.isEmpty() || schemes.contains(Candidate.AS_GIVEN)) {
      candidates.add(asGiven);
    }
  }

  /** Those whose values the scheme can hold; the others stay as they are stored. */
  private List<String> storable(Scheme scheme, List<String> identities) {
    List<String> storable = new ArrayList<>();
    for (String identity : identities) {
      Optional<String> refusal =
          unjudged.contains(identity)
              ? Optional.of("no function that is judged takes it")
              : encoder.refusal(identity, scheme);
      Optional<Unstorable> found =
          refusal.isPresent() ? Optional.empty() : encoder.unstorable(identity, scheme);
      if (refusal.isPresent()) {
        leftOut
            .computeIfAbsent(new Cause(identity, refusal.get()), missing -> new ArrayList<>())
            .add(encoder.spelled(scheme));
      } else if (found.isEmpty()) {
        storable.add(identity);
      } else {
        String reason =
            found.get().tensor().equals(identity)
                ? found.get().reason()
                : found.get().reason() + " of '" + found.get().tensor() + "', which comes along";
        leftOut
            .computeIfAbsent(new Cause(identity, reason), missing -> new ArrayList<>())
            .add(encoder.spelled(scheme));
      }
    }
    return storable;
  }

  /** What is not stored in a scheme of this family, though the others of that candidate are. */
  List<LeftOut> leftOut() {
    List<LeftOut> all = new ArrayList<>();
    leftOut.forEach(
        (cause, schemes) -> all.add(new LeftOut(cause.tensor(), schemes, cause.reason())));
    return all;
  }

  /** The file as given, whether or not it is asked about. */
  Candidate.AsGiven asGiven() {
    return asGiven;
  }

  List<Candidate> candidates() {
    return List.copyOf(candidates);
  }

  /** The option of each weight tensor that has one; empty for the file as given. */
  Optional<QuantizationPlan> plan(Candidate candidate) {
    return Optional.ofNullable(plans.get(candidate));
  }

  ModelFiles encode(Candidate candidate) {
    return candidate instanceof Candidate.AsGiven ? given : encoder.encode(plans.get(candidate));
  }
}
