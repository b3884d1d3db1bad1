package org.quantsweep.jobs.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Layer;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.difference.Change;
import org.quantsweep.difference.Changes;
import org.quantsweep.difference.LayerChange;
import org.quantsweep.difference.ModelDifference;
import org.quantsweep.difference.WeightDifference;

/**
 * What differs between two models, for people and for machines.
 *
 * @param answers null where none were compared
 */
record DiffReport(
    String firstName,
    String secondName,
    CoreMLModel a,
    CoreMLModel b,
    ModelDifference difference,
    Answers answers) {
  /**
   * What they answer.
   *
   * @param largest the largest difference of numbers, by output
   */
  record Answers(String criterion, ComparedAnswers compared, SortedMap<String, Double> largest) {
    private boolean areSame() {
      return compared.counts().disagreeing() == 0
          && largest.values().stream().allMatch(error -> error == 0);
    }
  }

  /** Whether nothing differs. */
  boolean isSame() {
    return difference.isNone() && (answers == null || answers.areSame());
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("A " + described(firstName, a));
    lines.add("B " + described(secondName, b));
    changes("", difference.model(), lines);
    changes("input ", difference.inputs(), lines);
    changes("output ", difference.outputs(), lines);
    difference.removed().forEach(layer -> lines.add("- layer " + named(layer)));
    difference.added().forEach(layer -> lines.add("+ layer " + named(layer)));
    for (LayerChange layer : difference.changed()) {
      for (Change setting : layer.settings()) {
        lines.add("~ layer " + ShownText.line(layer.path()) + ", " + told(setting));
      }
    }
    difference.removedWeights().forEach(tensor -> lines.add("- weights " + stored(tensor)));
    difference.addedWeights().forEach(tensor -> lines.add("+ weights " + stored(tensor)));
    for (WeightDifference weights : difference.weights()) {
      if (!weights.isNone()) {
        lines.add("~ weights " + told(weights));
      }
    }
    lines.add(
        String.format(
            Locale.ROOT,
            "the same: layers %d, weight tensors %d",
            difference.sameLayers(),
            difference.weights().stream().filter(WeightDifference::isNone).count()));
    if (answers != null) {
      answers(lines);
    }
    lines.add(isSame() ? "Nothing differs." : "They differ.");
    return lines;
  }

  private void answers(List<String> lines) {
    lines.add(
        String.format(
            Locale.ROOT,
            "%s: %d of %d samples agree (%d quarantined)",
            answers.criterion(),
            answers.compared().counts().agreeing(),
            answers.compared().counts().judged(),
            answers.compared().quarantine().count()));
    answers
        .largest()
        .forEach(
            (output, error) ->
                lines.add(
                    String.format(
                        Locale.ROOT,
                        "output %s: largest error %.6g",
                        ShownText.line(output),
                        error)));
  }

  private static String described(String name, CoreMLModel model) {
    return ShownText.line(name)
        + ": "
        + ShownText.line(model.kindInWords())
        + ", specification version "
        + model.specificationVersion()
        + ", "
        + model.size()
        + ", SHA-256 "
        + model.digest();
  }

  private static void changes(String kind, Changes changes, List<String> lines) {
    changes
        .removed()
        .forEach(own -> lines.add("- " + kind + ShownText.line(own.name() + ": " + own.a())));
    changes
        .added()
        .forEach(own -> lines.add("+ " + kind + ShownText.line(own.name() + ": " + own.b())));
    changes.changed().forEach(own -> lines.add("~ " + kind + told(own)));
  }

  private static String told(Change change) {
    return ShownText.line(change.name() + ": " + shown(change.a()) + " -> " + shown(change.b()));
  }

  private static String shown(String text) {
    return text.isEmpty() ? "nothing" : text;
  }

  private static String named(Layer layer) {
    return ShownText.line(layer.path() + " (" + layer.type() + ")");
  }

  private static String stored(WeightTensor tensor) {
    return ShownText.line(tensor.identity())
        + " "
        + tensor.shape()
        + ", "
        + tensor.storage()
        + ", "
        + tensor.storedBytes().bytes()
        + " bytes";
  }

  private static String told(WeightDifference weights) {
    WeightTensor a = weights.a();
    WeightTensor b = weights.b();
    String name =
        a.identity().equals(b.identity()) ? a.identity() : a.identity() + " -> " + b.identity();
    return ShownText.line(name)
        + " "
        + (a.shape().equals(b.shape()) ? a.shape() : a.shape() + " -> " + b.shape())
        + ", "
        + (a.storage().equals(b.storage()) ? a.storage() : a.storage() + " -> " + b.storage())
        + ", "
        + a.storedBytes().bytes()
        + " -> "
        + b.storedBytes().bytes()
        + " bytes, "
        + values(weights);
  }

  private static String values(WeightDifference weights) {
    if (weights.equal().isEmpty()) {
      return "of another shape";
    }
    if (weights.equal().get()) {
      return "the same values";
    }
    return weights.snr().isPresent()
        ? String.format(Locale.ROOT, "SNR %.2f dB", weights.snr().getAsDouble())
        : "no SNR";
  }

  Map<String, Object> json() {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("same", isSame());
    report.put("a", json(firstName, a));
    report.put("b", json(secondName, b));
    report.put("model", json(difference.model()));
    report.put("inputs", json(difference.inputs()));
    report.put("outputs", json(difference.outputs()));
    Map<String, Object> layers = new LinkedHashMap<>();
    layers.put("removed", difference.removed().stream().map(DiffReport::json).toList());
    layers.put("added", difference.added().stream().map(DiffReport::json).toList());
    layers.put("changed", difference.changed().stream().map(DiffReport::json).toList());
    layers.put("same", difference.sameLayers());
    report.put("layers", layers);
    Map<String, Object> weights = new LinkedHashMap<>();
    weights.put("removed", difference.removedWeights().stream().map(DiffReport::json).toList());
    weights.put("added", difference.addedWeights().stream().map(DiffReport::json).toList());
    weights.put("both", difference.weights().stream().map(DiffReport::json).toList());
    report.put("weightTensors", weights);
    report.put("answers", answers == null ? null : answersJson());
    return report;
  }

  private Map<String, Object> answersJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("criterion", answers.criterion());
    json.put("agreeing", answers.compared().counts().agreeing());
    json.put("samples", answers.compared().counts().judged());
    json.put("quarantined", answers.compared().quarantine().count());
    json.put("largestErrors", answers.largest());
    return json;
  }

  private static Map<String, Object> json(String name, CoreMLModel model) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", name);
    json.put("kind", model.kind().toString());
    json.put("specificationVersion", model.specificationVersion());
    json.put("bytes", model.size().bytes());
    json.put("sha256", model.digest().hex());
    return json;
  }

  private static Map<String, Object> json(Changes changes) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("removed", changes.removed());
    json.put("added", changes.added());
    json.put("changed", changes.changed());
    return json;
  }

  private static Map<String, Object> json(Layer layer) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("layer", layer.path());
    json.put("type", layer.type());
    return json;
  }

  private static Map<String, Object> json(LayerChange layer) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("layer", layer.path());
    json.put("type", layer.type());
    json.put("settings", layer.settings());
    return json;
  }

  private static Map<String, Object> json(WeightTensor tensor) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("weightTensor", tensor.identity());
    json.put("shape", tensor.shape().toString());
    json.put("storage", tensor.storage().toString());
    json.put("bytes", tensor.storedBytes().bytes());
    return json;
  }

  private static Map<String, Object> json(WeightDifference weights) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("a", json(weights.a()));
    json.put("b", json(weights.b()));
    json.put("equal", weights.equal().orElse(null));
    json.put("snr", weights.snr().isPresent() ? weights.snr().getAsDouble() : null);
    return json;
  }
}
