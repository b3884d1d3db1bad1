package org.quantsweep.inference;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.quantsweep.UsageException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.sample.InputDescription;

/**
 * Which inputs and outputs of one model stand for which of another, so that both can be asked and
 * compared by the first one's names. Formats and converters name the same feature differently.
 */
public final class FeatureMatch {
  private final CoreMLModel first;
  private final CoreMLModel second;
  private final FeaturePairs inputs;
  private final FeaturePairs outputs;

  private FeatureMatch(
      CoreMLModel first, CoreMLModel second, FeaturePairs inputs, FeaturePairs outputs) {
    this.first = first;
    this.second = second;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /**
   * Matches by what a user says, else by name, else by kind where each side has one feature of it
   * left: label, probabilities, picture, array.
   *
   * @param said names of the second model's features by the first's
   * @param compared the first model's outputs that have to be matched
   * @throws UsageException listing both sides, when a name is not known, or a compared output or an
   *     input that has to be given has no counterpart
   */
  public static FeatureMatch of(
      CoreMLModel first,
      CoreMLModel second,
      Map<String, String> said,
      Collection<String> compared) {
    FeatureMatch match =
        new FeatureMatch(
            first,
            second,
            FeaturePairs.of(inputs(first), inputs(second), said),
            FeaturePairs.of(outputs(first), outputs(second), said));
    match.requireKnown(said);
    match.requireMatched("input", match.inputs, match.missingInputs());
    match.requireMatched("output", match.outputs, match.outputs.missing(compared));
    return match;
  }

  private static Map<String, FeatureKind> inputs(CoreMLModel model) {
    Map<String, FeatureKind> kinds = new LinkedHashMap<>();
    model.inputs().forEach(input -> kinds.put(input.name(), FeatureKind.of(input)));
    return kinds;
  }

  private static Map<String, FeatureKind> outputs(CoreMLModel model) {
    Map<String, FeatureKind> kinds = new LinkedHashMap<>();
    model.outputs().forEach(output -> kinds.put(output.name(), FeatureKind.of(output)));
    return kinds;
  }

  private void requireKnown(Map<String, String> said) {
    said.forEach(
        (one, other) -> {
          boolean asInput = isPair(inputs, one, other);
          if (!asInput && !isPair(outputs, one, other)) {
            throw new UsageException(
                "--map "
                    + one
                    + "="
                    + other
                    + " names no two inputs and no two outputs of these models."
                    + sides()
                    + "\nMaybe write the name in A, an equals sign, and the name in B.");
          }
        });
  }

  private static boolean isPair(FeaturePairs pairs, String one, String other) {
    return pairs.first().containsKey(one) && pairs.second().containsKey(other);
  }

  /** Inputs that have to be given to either model, by the first's name where it has one. */
  private Set<String> missingInputs() {
    Set<String> missing = new TreeSet<>();
    for (InputDescription input : first.inputs()) {
      if (!input.optional() && !inputs.pairs().containsKey(input.name())) {
        missing.add(input.name());
      }
    }
    for (InputDescription input : second.inputs()) {
      if (!input.optional() && !inputs.pairs().containsValue(input.name())) {
        missing.add(input.name());
      }
    }
    return missing;
  }

  private void requireMatched(String what, FeaturePairs pairs, Set<String> missing) {
    if (missing.isEmpty()) {
      return;
    }
    String cure = "NAME=" + missing.iterator().next();
    for (String name : missing) {
      if (pairs.first().containsKey(name)) {
        cure = name + "=" + pairs.proposal(name).orElse("NAME");
        break;
      }
    }
    throw new UsageException(
        what
            + (missing.size() == 1 ? " '" : "s '")
            + String.join("', '", missing)
            + (missing.size() == 1 ? "' has" : "' have")
            + " no counterpart in the other model, by name or as the only one of its kind."
            + sides()
            + "\nMaybe write --map "
            + cure
            + ".");
  }

  private String sides() {
    return "\nA, "
        + side(first, inputs.first(), outputs.first())
        + "\nB, "
        + side(second, inputs.second(), outputs.second());
  }

  private static String side(
      CoreMLModel model, Map<String, FeatureKind> inputs, Map<String, FeatureKind> outputs) {
    return model.name() + ": inputs " + list(inputs) + "; outputs " + list(outputs);
  }

  private static String list(Map<String, FeatureKind> features) {
    List<String> texts = new ArrayList<>();
    features.forEach((name, kind) -> texts.add(name + " (" + kind + ")"));
    return texts.isEmpty() ? "none" : String.join(", ", texts);
  }

  /** What goes by another name in the second model, by the first's name: inputs, then outputs. */
  public Map<String, String> renamed() {
    Map<String, String> renamed = new LinkedHashMap<>(inputs.pairs());
    renamed.putAll(outputs.pairs());
    renamed.entrySet().removeIf(pair -> pair.getKey().equals(pair.getValue()));
    return renamed;
  }

  /** What the second model has otherwise and only its user can judge, one sentence each. */
  public List<String> notes() {
    List<String> notes = new ArrayList<>();
    renamed()
        .forEach((one, other) -> notes.add("'" + other + "' of B is taken for '" + one + "' of A"));
    outputs
        .pairs()
        .forEach(
            (one, other) -> {
              if (described(first, one) instanceof OutputDescription.Probabilities own
                  && described(second, other) instanceof OutputDescription.Probabilities others
                  && !own.labels().isEmpty()
                  && !others.labels().isEmpty()
                  && !new HashSet<>(own.labels()).equals(new HashSet<>(others.labels()))) {
                notes.add(
                    "the classes of '"
                        + one
                        + "' have other labels in A than in B: they are compared by their places");
              }
            });
    return notes;
  }

  private static OutputDescription described(CoreMLModel model, String name) {
    return model.outputs().stream()
        .filter(output -> output.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /**
   * The second model, asked and answering by the first one's names, in the first one's shapes where
   * only axes of length 1 differ, with classes in the first one's order.
   *
   * @param opened the second model; closed with what is returned
   */
  public Predictor renamed(Predictor opened) {
    Map<String, InputDescription> taken = new LinkedHashMap<>();
    for (InputDescription input : second.inputs()) {
      inputs
          .pairs()
          .forEach(
              (one, other) -> {
                if (other.equals(input.name())) {
                  taken.put(one, input);
                }
              });
    }
    Map<String, OutputDescription> answered = new LinkedHashMap<>();
    outputs.pairs().forEach((one, other) -> answered.put(other, described(first, one)));
    return new RenamedPredictor(opened, taken, answered);
  }
}
