package org.quantsweep.coreml.neuralnetwork;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;

/** The page of the documentation that lists every layer type, made from the tables of the code. */
final class LayerTable {
  private LayerTable() {}

  /**
   * The page in Markdown.
   *
   * @param refused the types that do not run here
   */
  static String page(Set<String> refused) {
    List<LayerSpec> specs = LayerSpecs.all();
    StringBuilder page = new StringBuilder();
    page.append(
        String.format(
            Locale.ROOT,
            """
            # Layer types of neural networks

            This page is generated: `LayerTableTest` says how to write it again.

            %d of the %d layer types run here. A model with any other is refused.

            - *Since* is the first specification version with the type: 1 is iOS 11, 2 is 11.2, 3 is 12,
              4 is 13, 5 is 14. Some of its settings may be newer.
            - *Weights* are the fields that hold them. `*` stands for each gate, `[i]` for each entry of a
              list.
            - *Quantizable* weights can be stored as codes of 1 to 8 bits.
            - *Calibratable* fields can be fitted to samples: the layer multiplies them with its input.
            - *Runs* says whether a prediction can run the layer. Some of its settings may still be
              refused.

            | Layer type | Since | Inputs | Outputs | Weights | Quantizable | Calibratable | Runs |
            |---|---|---|---|---|---|---|---|
            """,
            specs.size() - refused.size(),
            specs.size()));
    for (LayerSpec spec : specs) {
      page.append(row(spec, !refused.contains(spec.name())));
    }
    return page.toString();
  }

  private static String row(LayerSpec spec, boolean runs) {
    List<WeightField> fields = new ArrayList<>();
    for (NeuralNetworkLayer layer : EveryLayerType.samples(spec.name())) {
      fields.addAll(spec.weights(layer));
    }
    boolean quantizable = fields.stream().anyMatch(field -> field.legalScales() > 0);
    List<WeightField> linear =
        fields.stream().filter(field -> spec.linearField(field.name()).isPresent()).toList();
    return String.join(
            " | ",
            "| `" + spec.name() + "`",
            Integer.toString(spec.since()),
            spec.arity().inputsInWords(),
            spec.arity().outputsInWords(),
            names(fields),
            fields.isEmpty() ? "" : quantizable ? "yes" : "no",
            names(linear),
            runs ? "yes" : "no")
        + " |\n";
  }

  private static String names(List<WeightField> fields) {
    Set<String> names = new LinkedHashSet<>();
    for (WeightField field : fields) {
      names.add(
          field
              .name()
              .replaceAll("\\[\\d+\\]", "[i]")
              .replaceAll("(input|forget|output|update|reset)Gate|blockInput", "*"));
    }
    return names.stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
  }
}
