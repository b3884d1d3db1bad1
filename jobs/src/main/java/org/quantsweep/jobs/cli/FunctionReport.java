package org.quantsweep.jobs.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.FunctionSummary;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.LengthRange;

/**
 * One function of a model, as {@code inspect} tells it.
 *
 * @param model seen as this function
 * @param summary what the format says of it
 * @param place the stage of a pipeline that it belongs to; empty for the model itself
 * @param isDefault whether the file prefers it
 * @param readiness whether it runs here; nothing for a stage, which runs with its pipeline
 */
record FunctionReport(
    CoreMLModel model,
    FunctionSummary summary,
    String place,
    boolean isDefault,
    Optional<Readiness> readiness) {
  private static final int MOST_OPERATIONS = 20;

  /** As lines for people. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        (place.isEmpty() ? "function " : place + ", function ")
            + summary.name()
            + (isDefault ? " (default)" : "")
            + ": opset "
            + summary.needs().opset()
            + ", runs on "
            + summary.needs().system()
            + " or later");
    for (String line : FeatureText.folded(model.inputs(), this::sentence)) {
      lines.add("  input  " + line);
    }
    summary
        .defaults()
        .forEach((name, value) -> lines.add("  input  " + name + " is " + value + " if left out"));
    for (OutputDescription output : model.outputs()) {
      boolean isArray = output instanceof OutputDescription.Array;
      lines.add(
          "  output " + FeatureText.of(output) + (isArray ? " (" + type(output.name()) + ")" : ""));
    }
    summary.states().forEach(name -> lines.add("  state  " + name + ": " + type(name)));
    List<String> counts = new ArrayList<>();
    summary.counts().forEach(count -> counts.add(count.getKey() + " " + count.getValue()));
    lines.add("  operations " + summary.operations().size() + ": " + String.join(", ", counts));
    summary.operations().stream()
        .limit(MOST_OPERATIONS)
        .forEach(step -> lines.add("    " + line(step)));
    if (summary.operations().size() > MOST_OPERATIONS) {
      lines.add(
          "    and "
              + (summary.operations().size() - MOST_OPERATIONS)
              + " more operations; --json has all of them");
    }
    readiness.ifPresent(known -> known.lines().forEach(line -> lines.add("  " + line)));
    return lines;
  }

  /** A value is named where its operation has another name. */
  private static String line(FunctionSummary.Step step) {
    StringBuilder line = new StringBuilder(step.name());
    line.append(" (").append(step.type()).append(')');
    String separator = " ";
    for (FunctionSummary.Value value : step.outputs()) {
      line.append(separator);
      line.append(value.name().equals(step.name()) ? "" : value.name() + ": ");
      line.append(value.type());
      separator = ", ";
    }
    return line.toString();
  }

  private String sentence(InputDescription input) {
    boolean isArray = input instanceof InputDescription.Array;
    return FeatureText.of(input) + (isArray ? " (" + type(input.name()) + ")" : "");
  }

  private String type(String feature) {
    return summary.types().getOrDefault(feature, "");
  }

  /** For machines. */
  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", summary.name());
    if (!place.isEmpty()) {
      json.put("stage", place);
    }
    json.put("default", isDefault);
    json.put("opset", summary.needs().opset());
    json.put("system", summary.needs().system());
    json.put("inputs", model.inputs().stream().map(this::input).toList());
    json.put("outputs", model.outputs().stream().map(this::output).toList());
    List<Map<String, Object>> states = new ArrayList<>();
    summary
        .states()
        .forEach(name -> states.add(value(new FunctionSummary.Value(name, type(name)))));
    json.put("states", states);
    Map<String, Integer> counts = new LinkedHashMap<>();
    summary.counts().forEach(count -> counts.put(count.getKey(), count.getValue()));
    json.put("operationTypes", counts);
    List<Map<String, Object>> operations = new ArrayList<>();
    summary
        .operations()
        .forEach(
            step -> {
              Map<String, Object> operation = new LinkedHashMap<>();
              operation.put("name", step.name());
              operation.put("type", step.type());
              operation.put("outputs", step.outputs().stream().map(FunctionReport::value).toList());
              operations.add(operation);
            });
    json.put("operations", operations);
    readiness.ifPresent(known -> known.addTo(json));
    return json;
  }

  private static Map<String, Object> value(FunctionSummary.Value value) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", value.name());
    json.put("type", value.type());
    return json;
  }

  private Map<String, Object> input(InputDescription input) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", input.name());
    json.put("description", FeatureText.of(input));
    json.put("type", type(input.name()));
    json.put("optional", input.optional());
    json.put("default", summary.defaults().get(input.name()));
    if (input instanceof InputDescription.Picture picture) {
      json.put("colors", picture.colorSpace().name());
      json.put("width", picture.width());
      json.put("height", picture.height());
      json.put(
          "sizes",
          picture.sizes().stream()
              .map(size -> List.of(range(size.width()), range(size.height())))
              .toList());
    } else if (input instanceof InputDescription.Array array) {
      json.put("shape", array.shape().lengths());
      json.put(
          "shapes",
          array.shapes().stream()
              .map(shape -> shape.stream().map(FunctionReport::range).toList())
              .toList());
    }
    return json;
  }

  /** The least and the most length; null for no limit. */
  private static List<Long> range(LengthRange range) {
    List<Long> ends = new ArrayList<>();
    ends.add(range.least());
    ends.add(range.most() == LengthRange.UNBOUNDED ? null : range.most());
    return ends;
  }

  private Map<String, Object> output(OutputDescription output) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", output.name());
    json.put("description", FeatureText.of(output));
    json.put("type", type(output.name()));
    return json;
  }
}
