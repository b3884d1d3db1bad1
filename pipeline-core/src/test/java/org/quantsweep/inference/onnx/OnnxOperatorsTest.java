package org.quantsweep.inference.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table against ONNX's own schemas; their maker is {@code make_operator_schemas.py}. */
class OnnxOperatorsTest {
  private static final Map<OperatorSignature.Occurrence, String> OCCURRENCES =
      Map.of(
          OperatorSignature.Occurrence.ONCE, "Single",
          OperatorSignature.Occurrence.AT_MOST_ONCE, "Optional",
          OperatorSignature.Occurrence.AT_LEAST_ONCE, "Variadic");

  private static final Map<Character, String> FIXED =
      Map.of('L', "int64", 'I', "int32", 'F', "float", 'B', "bool");

  static Set<String> operators() {
    return new TreeSet<>(OnnxOperators.all().keySet());
  }

  @Test
  void everyOperatorHasASchemaAndEverySchemaAnOperator() throws IOException {
    Set<String> schemas = new TreeSet<>();
    schemas().forEach(line -> schemas.add(line.get(0)));
    assertThat(operators()).isEqualTo(schemas);
  }

  @ParameterizedTest
  @MethodSource("operators")
  void takesAndMakesWhatTheSchemaSays(String operator) throws IOException {
    OperatorSignature signature = OnnxOperators.of(operator);
    List<List<String>> inputs = lines(operator, "input");
    List<List<String>> outputs = lines(operator, "output");
    assertThat(occurrences(signature.inputs())).isEqualTo(column(inputs, 3));
    assertThat(occurrences(signature.outputs())).isEqualTo(column(outputs, 3));

    List<OperatorSignature.Parameter> parameters = new ArrayList<>(signature.inputs());
    parameters.addAll(signature.outputs());
    List<List<String>> lines = new ArrayList<>(inputs);
    lines.addAll(outputs);
    Map<Character, String> variables = new HashMap<>();
    Map<String, Character> letters = new HashMap<>();
    for (int i = 0; i < parameters.size(); i++) {
      char letter = parameters.get(i).type();
      String variable = lines.get(i).get(4);
      List<String> allowed = List.of(lines.get(i).get(5).split(",", -1));
      if (FIXED.containsKey(letter)) {
        assertThat(allowed).contains(FIXED.get(letter));
      } else {
        // One letter stands for one variable, and the other way round.
        assertThat(variables.merge(letter, variable, (old, same) -> old)).isEqualTo(variable);
        assertThat(letters.merge(variable, letter, (old, same) -> old)).isEqualTo(letter);
        assertThat(allowed).contains("float");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("operators")
  void hasTheAttributesOfTheSchema(String operator) throws IOException {
    Map<String, List<String>> expected = new TreeMap<>();
    for (List<String> line : lines(operator, "attribute")) {
      expected.put(line.get(2), line.subList(3, 5));
    }
    Map<String, List<String>> given = new TreeMap<>();
    OnnxOperators.of(operator)
        .attributes()
        .forEach(
            (name, rule) ->
                given.put(
                    name, List.of(rule.kind().name(), rule.required() ? "required" : "optional")));
    assertThat(given).isEqualTo(expected);
  }

  private static List<String> occurrences(List<OperatorSignature.Parameter> parameters) {
    return parameters.stream().map(parameter -> OCCURRENCES.get(parameter.occurrence())).toList();
  }

  private static List<String> column(List<List<String>> lines, int column) {
    return lines.stream().map(line -> line.get(column)).toList();
  }

  private static List<List<String>> lines(String operator, String what) throws IOException {
    return schemas().stream()
        .filter(line -> line.get(0).equals(operator) && line.get(1).equals(what))
        .toList();
  }

  private static List<List<String>> schemas() throws IOException {
    try (InputStream file = OnnxOperatorsTest.class.getResourceAsStream("operator-schemas.tsv")) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> List.of(line.split("\t", -1)))
          .toList();
    }
  }
}
