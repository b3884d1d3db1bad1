package org.quantsweep.inference.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What an operator takes and makes.
 *
 * @param inputs in order
 * @param outputs in order
 * @param attributes by name
 */
record OperatorSignature(
    String operator,
    List<Parameter> inputs,
    List<Parameter> outputs,
    Map<String, AttributeRule> attributes) {
  OperatorSignature {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    attributes = Map.copyOf(attributes);
  }

  /** How often a parameter occurs. */
  enum Occurrence {
    ONCE,
    AT_MOST_ONCE,
    AT_LEAST_ONCE
  }

  /**
   * An input or an output.
   *
   * @param type a letter: {@code L} int64, {@code I} int32, {@code F} float32, {@code B} bool,
   *     {@code A} what the attribute {@code to} says, any other the same type wherever it stands
   */
  record Parameter(char type, Occurrence occurrence) {
    static Parameter parse(String text) {
      return new Parameter(
          text.charAt(0),
          text.endsWith("?")
              ? Occurrence.AT_MOST_ONCE
              : text.endsWith("*") ? Occurrence.AT_LEAST_ONCE : Occurrence.ONCE);
    }
  }

  /** What an attribute must hold, and whether it must be there. */
  record AttributeRule(Attribute.Kind kind, boolean required) {}

  /**
   * Reads a line of the table.
   *
   * @param types inputs, {@code ->}, outputs; {@code ?} marks what may be left out and {@code *}
   *     what may be repeated
   * @param attributes names and kinds; {@code !} marks those that must be there
   */
  static OperatorSignature parse(String operator, String types, String attributes) {
    String[] sides = types.split(" -> ", -1);
    Map<String, AttributeRule> rules = new TreeMap<>();
    for (String attribute : attributes.isEmpty() ? new String[0] : attributes.split(", ", -1)) {
      String[] words = attribute.split(" ", -1);
      boolean required = words[0].endsWith("!");
      rules.put(
          required ? words[0].substring(0, words[0].length() - 1) : words[0],
          new AttributeRule(Attribute.Kind.valueOf(words[1]), required));
    }
    return new OperatorSignature(operator, parameters(sides[0]), parameters(sides[1]), rules);
  }

  private static List<Parameter> parameters(String side) {
    List<Parameter> parameters = new ArrayList<>();
    for (String text : side.split(" ", -1)) {
      parameters.add(Parameter.parse(text));
    }
    return parameters;
  }

  /**
   * Checks a node.
   *
   * @param given the element types of the inputs; null for one that is left out
   * @param made how many outputs the node has
   * @return the element types of the outputs
   * @throws IllegalStateException when the operator takes or makes something else
   */
  List<ElementType> outputTypes(List<ElementType> given, int made, List<Attribute> settings) {
    requireArity("inputs", given.size(), inputs);
    requireArity("outputs", made, outputs);
    requireAttributes(settings);
    Map<Character, ElementType> types = known(settings);
    for (int i = 0; i < given.size(); i++) {
      Parameter parameter = inputs.get(Math.min(i, inputs.size() - 1));
      if (given.get(i) == null) {
        if (parameter.occurrence() != Occurrence.AT_MOST_ONCE) {
          throw wrong("its input " + i + " must not be left out");
        }
        continue;
      }
      ElementType expected = types.putIfAbsent(parameter.type(), given.get(i));
      if (expected != null && expected != given.get(i)) {
        throw wrong("its input " + i + " is " + given.get(i) + ", not " + expected);
      }
    }
    List<ElementType> answers = new ArrayList<>();
    for (int i = 0; i < made; i++) {
      ElementType type = types.get(outputs.get(Math.min(i, outputs.size() - 1)).type());
      if (type == null) {
        throw wrong("nothing says what its output " + i + " is");
      }
      answers.add(type);
    }
    return answers;
  }

  private static Map<Character, ElementType> known(List<Attribute> settings) {
    Map<Character, ElementType> types = new HashMap<>();
    types.put('L', ElementType.INT64);
    types.put('I', ElementType.INT32);
    types.put('F', ElementType.FLOAT32);
    types.put('B', ElementType.BOOL);
    for (Attribute setting : settings) {
      if (setting.name().equals("to")) {
        types.put('A', ElementType.ofNumber(setting.number()));
      }
    }
    return types;
  }

  private void requireArity(String what, int count, List<Parameter> parameters) {
    int least = 0;
    boolean repeats = false;
    for (Parameter parameter : parameters) {
      least += parameter.occurrence() == Occurrence.AT_MOST_ONCE ? 0 : 1;
      repeats |= parameter.occurrence() == Occurrence.AT_LEAST_ONCE;
    }
    if (count < least || (!repeats && count > parameters.size())) {
      String range =
          repeats
              ? "at least " + least
              : least == parameters.size()
                  ? Integer.toString(least)
                  : least + " to " + parameters.size();
      throw wrong("it has " + count + " " + what + ", not " + range);
    }
  }

  private void requireAttributes(List<Attribute> settings) {
    Set<String> seen = new HashSet<>();
    for (Attribute setting : settings) {
      AttributeRule rule = attributes.get(setting.name());
      if (rule == null) {
        throw wrong("it has no attribute '" + setting.name() + "'");
      }
      if (rule.kind() != setting.kind()) {
        throw wrong(
            "its attribute '"
                + setting.name()
                + "' holds "
                + setting.kind()
                + ", not "
                + rule.kind());
      }
      if (!seen.add(setting.name())) {
        throw wrong("its attribute '" + setting.name() + "' is there twice");
      }
    }
    for (Map.Entry<String, AttributeRule> rule : new TreeMap<>(attributes).entrySet()) {
      if (rule.getValue().required() && !seen.contains(rule.getKey())) {
        throw wrong("its attribute '" + rule.getKey() + "' is missing");
      }
    }
  }

  private IllegalStateException wrong(String what) {
    return new IllegalStateException("operator " + operator + ": " + what + ".");
  }
}
