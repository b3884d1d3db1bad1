package org.quantsweep.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quantsweep.job.Recipe;
import org.quantsweep.report.bundle.Bits;
import org.quantsweep.report.bundle.BundleFile;
import org.quantsweep.report.bundle.CandidateEvidence;
import org.quantsweep.report.bundle.EvidenceBundle;
import org.quantsweep.report.bundle.Explanations;
import org.quantsweep.report.bundle.NetworkEvidence;
import org.quantsweep.report.bundle.SampleEvidence;
import org.quantsweep.report.bundle.ShownSample;
import org.quantsweep.report.bundle.TensorEvidence;
import org.quantsweep.testing.FileSchemas;

/** The schemas say what the records write: the same names, no more and no less. */
class FileSchemasTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DIGEST = "ab".repeat(32);

  @Test
  void theSchemasNameExactlyWhatIsWritten() throws Exception {
    requireSameNames(FileSchemas.RESULT, SweepResult.class);
    requireSameNames(FileSchemas.EVIDENCE, EvidenceBundle.class);
    requireSameNames(FileSchemas.RECIPE, Recipe.class);
  }

  @Test
  void theSchemasAreOfTheVersionsThatAreWritten() throws Exception {
    assertThat(version(FileSchemas.RESULT)).isEqualTo(SweepResult.SCHEMA_VERSION);
    assertThat(version(FileSchemas.EVIDENCE)).isEqualTo(EvidenceBundle.SCHEMA_VERSION);
  }

  @Test
  void whatIsWrittenIsAsTheSchemasSay() {
    assertThat(FileSchemas.RESULT.problems(ResultFile.toJson(result()))).isEmpty();
    assertThat(FileSchemas.RESULT.problems(ResultFile.toJson(noneAcceptable()))).isEmpty();
    assertThat(FileSchemas.EVIDENCE.problems(BundleFile.toJson(evidence()))).isEmpty();
    assertThat(FileSchemas.RECIPE.problems(recipe().toYaml())).isEmpty();
  }

  /**
   * One change of a place in a valid file; what is written there is JSON, and nothing removes it.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "RESULT; /schemaVersion; 3",
        "RESULT; /sweepDigest; \"ab\"",
        "RESULT; /decision; \"maybe\"",
        "RESULT; /decision; \"none-acceptable\"",
        "RESULT; /threshold; 0.95",
        "RESULT; /settings; null",
        "RESULT; /settings/agreement; 0.95",
        "RESULT; /selected; null",
        "RESULT; /selected/plan; ",
        "RESULT; /selected/plan; null",
        "RESULT; /selected/scheme; \"half\"",
        "RESULT; /selected/agreement/lowerBound; \"NaN\"",
        "RESULT; /selected/agreement/lowerBound; 1.5",
        "RESULT; /selected/agreement/samples; 0",
        "RESULT; /candidates; {}",
        "RESULT; /candidates/0/verdict; \"good\"",
        "RESULT; /candidates/0/judged; 3",
        "RESULT; /candidates/0/encodedSize; -1",
        "RESULT; /candidates/0/encodedSize; 12.5",
        "RESULT; /candidates/0/unknown; 1",
        "RESULT; /samples/n; 0",
        "RESULT; /samples/splits/selection/setDigest; \"set\"",
        "RESULT; /certificate/confirmation/rule; \"other\"",
        "RESULT; /certificate/budget; \"money\"",
        "RESULT; /certificate/measured; -1",
        "RESULT; /certificate/predicted; 0.5",
        "RESULT; /cost/wallSeconds; -1",
        "RESULT; /cost/wallSeconds; ",
        "RESULT; /published/version; 0",
        "RESULT; /recipe/tensors/0/share; 2",
        "EVIDENCE; /schemaVersion; ",
        "EVIDENCE; /sweepDigest; null",
        "EVIDENCE; /environment/engine; 1",
        "EVIDENCE; /network/edges/0/from; -1",
        "EVIDENCE; /tensors/0/options/0/state; \"lost\"",
        "EVIDENCE; /tensors/0/options/0/loss; ",
        "EVIDENCE; /parts/selection/answered; \"%%%\"",
        "EVIDENCE; /parts/selection/copies; [1]",
        "EVIDENCE; /candidates/0/kind; \"peer\"",
        "EVIDENCE; /candidates/0/parts/selection/agreed; ",
        "EVIDENCE; /shown/0/answers/0/dense/0/kind; \"film\"",
        "EVIDENCE; /shown/0/input/type; \"image/svg+xml\"",
        "EVIDENCE; /explanations/refused/0/part; \"test\"",
        "EVIDENCE; /explanations/tensors/0/causes/0/kind; \"weather\"",
        "EVIDENCE; /more; 1",
        "RECIPE; /model; \"net\"",
        "RECIPE; /model; ",
        "RECIPE; /tensors; ",
        "RECIPE; /tensors/conv~1weights; 4",
        "RECIPE; /rewrites/0; \"fold\"",
        "RECIPE; /options/conv~1weights; null",
        "RECIPE; /more; 1"
      })
  void whatIsDamagedIsRefused(FileSchemas schema, String pointer, String value) throws Exception {
    JsonNode file =
        switch (schema) {
          case RESULT -> JSON.readTree(ResultFile.toJson(result()));
          case EVIDENCE -> JSON.readTree(BundleFile.toJson(evidence()));
          case RECIPE -> JSON.valueToTree(recipe());
        };
    int last = pointer.lastIndexOf('/');
    JsonNode holder = file.at(pointer.substring(0, last));
    String key = pointer.substring(last + 1).replace("~1", "/");
    if (value == null) {
      assertThat(((ObjectNode) holder).remove(key)).isNotNull();
    } else if (holder instanceof ObjectNode object) {
      object.set(key, JSON.readTree(value));
    } else {
      ((ArrayNode) holder).set(Integer.parseInt(key), JSON.readTree(value));
    }
    assertThat(schema.problems(file.toString())).isNotEmpty();
  }

  private static int version(FileSchemas schema) throws Exception {
    return JSON.readTree(schema.text()).at("/properties/schemaVersion/const").intValue();
  }

  /** Walks all records below a class; the root's schema is the root, each other's in $defs. */
  private static void requireSameNames(FileSchemas schema, Class<?> root) throws Exception {
    JsonNode whole = JSON.readTree(schema.text());
    Set<String> seen = new TreeSet<>();
    Set<Class<?>> known = new HashSet<>(Set.of(root));
    Deque<Class<?>> open = new ArrayDeque<>(known);
    while (!open.isEmpty()) {
      Class<?> type = open.remove();
      String name = type.getSimpleName();
      JsonNode definition = type == root ? whole : whole.path("$defs").path(name);
      assertThat(type == root || seen.add(name)).as("%s is defined once", name).isTrue();
      if (type == Bits.class) {
        assertThat(definition.path("type").textValue()).isEqualTo("string");
        continue;
      }
      List<String> names = new ArrayList<>();
      List<String> required = new ArrayList<>();
      for (BeanPropertyDefinition property : properties(type)) {
        names.add(property.getName());
        if (!isOptional(root, property)) {
          required.add(property.getName());
        }
        JavaType own = property.getPrimaryType();
        requireSameType(name, property.getName(), own, definition);
        JavaType content = own.isContainerType() ? own.getContentType() : own;
        while (content.isContainerType()) {
          content = content.getContentType();
        }
        if (content.getRawClass().isRecord() && known.add(content.getRawClass())) {
          open.add(content.getRawClass());
        }
      }
      assertThat(definition.path("properties").fieldNames())
          .toIterable()
          .as("properties of %s", name)
          .containsExactlyInAnyOrderElementsOf(names);
      assertThat(definition.path("required"))
          .extracting(JsonNode::textValue)
          .as("required of %s", name)
          .containsExactlyInAnyOrderElementsOf(required);
      assertThat(definition.path("additionalProperties").isBoolean())
          .as("%s allows no others", name)
          .isTrue();
    }
    assertThat(whole.path("$defs").fieldNames())
        .toIterable()
        .as("definitions of %s", root.getSimpleName())
        .containsExactlyInAnyOrderElementsOf(seen);
  }

  private static List<BeanPropertyDefinition> properties(Class<?> type) {
    return JSON
        .getSerializationConfig()
        .introspect(JSON.constructType(type))
        .findProperties()
        .stream()
        .filter(BeanPropertyDefinition::couldSerialize)
        .toList();
  }

  /** People write recipes too, so these leave out what they do not need. */
  private static boolean isOptional(Class<?> root, BeanPropertyDefinition property) {
    if (root == Recipe.class) {
      return !Set.of("model", "tensors").contains(property.getName());
    }
    JsonInclude.Include included = property.findInclusion().getValueInclusion();
    return included == JsonInclude.Include.NON_EMPTY || included == JsonInclude.Include.NON_NULL;
  }

  /** What is a number, a text, a list or a map; and that what can never be null is not. */
  private static void requireSameType(
      String type, String name, JavaType java, JsonNode definition) {
    JsonNode property = definition.path("properties").path(name);
    JsonNode stated = property.path("type");
    Set<String> types = new TreeSet<>();
    if (stated.isArray()) {
      stated.forEach(one -> types.add(one.textValue()));
    } else if (stated.isTextual()) {
      types.add(stated.textValue());
    }
    boolean nullable = types.remove("null");
    Class<?> raw = java.getRawClass();
    String expected = null;
    if (raw == int.class || raw == long.class || raw == Long.class || raw == Integer.class) {
      expected = "integer";
    } else if (raw == double.class || raw == Double.class) {
      expected = "number";
    } else if (raw == boolean.class) {
      expected = "boolean";
    } else if (raw == String.class) {
      expected = "string";
    } else if (java.isMapLikeType()) {
      expected = "object";
    } else if (java.isCollectionLikeType()) {
      expected = "array";
    }
    if (expected != null && !property.has("const")) {
      assertThat(types).as("%s.%s", type, name).containsExactly(expected);
      boolean boxed = raw == Long.class || raw == Integer.class || raw == Double.class;
      assertThat(raw == String.class || nullable == boxed)
          .as("%s.%s is null just where it is boxed", type, name)
          .isTrue();
    }
  }

  private static SweepResult result() {
    SweepResult.Agreement agreement = new SweepResult.Agreement(240, 250, 0.9331, 0.95);
    SweepResult.Row row =
        new SweepResult.Row(null, DIGEST, 1100, 0.11, "accepted", agreement, null, null);
    SweepResult.Row early =
        new SweepResult.Row("linear:2", null, 1000, 0.1, "rejected-early", null, 40L, 13L);
    SweepResult.Chosen chosen =
        new SweepResult.Chosen(
            null, DIGEST, 1100, 0.11, agreement, agreement, DIGEST, "selected.mlmodel", 1050L);
    return new SweepResult(
        SweepResult.SCHEMA_VERSION,
        "",
        new TreeMap<>(Map.of("agreement", "0.95")),
        SweepResult.SELECTED,
        DIGEST,
        "top-1",
        "0.95",
        new SweepResult.SourceModel("net.mlmodel", 10_000, DIGEST, 9_000L),
        new SweepResult.Samples(
            250, 1, DIGEST, Map.of("selection", new SweepResult.Split(251, 250L, 1L, DIGEST)), 0),
        chosen,
        new SweepResult.Chosen("linear:4", null, 1200, 0.12, agreement, null, DIGEST, null),
        new ClassTable(
            "0.8",
            20,
            ClassTable.ClassPart.of(
                List.of(new ClassTable.ClassRow("label", "cat", 30, 29, 24L, "met"))),
            null),
        List.of(row, early),
        List.of(new SweepResult.LeftOut("conv/weights", List.of("linear:1"), "it is flat")),
        List.of(new SweepResult.NotOffered("forms", "it is slow", "a place")),
        new SweepResult.Published("registry", "net", 1),
        new Certificate(
            "every uniform scheme by ascending size",
            5,
            40,
            25,
            10,
            5,
            20,
            "knapsack",
            30,
            null,
            row,
            List.of(early),
            new Certificate.Confirmed(
                "point",
                0.95,
                9,
                238,
                250L,
                1,
                List.of(
                    new Certificate.Finalist("plan:a", 1100, 0.9, agreement, null, null, true)))),
        new RecipeSummary(
            Recipe.FILE,
            List.of(new RecipeSummary.TensorRow("conv/weights", "linear:4", 500, 0.45, 0.25))),
        List.of(
            new SweepResult.StrategyChoice(
                "uniform", "linear:4", null, 1200L, 0.12, agreement, 3, 2, null)),
        new SweepResult.Cost(30, 500, 0.5, 1.5, 2.5));
  }

  private static SweepResult noneAcceptable() {
    SweepResult found = result();
    return new SweepResult(
        SweepResult.SCHEMA_VERSION,
        "last night",
        found.settings(),
        SweepResult.NONE_ACCEPTABLE,
        DIGEST,
        "top-1",
        "0.95",
        found.sourceModel(),
        found.samples(),
        null,
        null,
        null,
        found.candidates(),
        List.of(),
        List.of(),
        null,
        found.certificate(),
        null,
        List.of(),
        found.cost());
  }

  private static EvidenceBundle evidence() {
    Bits bits = Bits.of(BitSet.valueOf(new long[] {7}));
    ShownSample.Picture picture = new ShownSample.Picture("image/png", 1, 1, "AAAA");
    return new EvidenceBundle(
        EvidenceBundle.SCHEMA_VERSION,
        DIGEST,
        "",
        new TreeMap<>(Map.of("engine", "an engine 1.0")),
        new NetworkEvidence(
            "a neural network",
            List.of(
                new NetworkEvidence.Node("in", "input", List.of(List.of(1L, -1L)), List.of()),
                new NetworkEvidence.Node("conv", "convolution", List.of(), List.of("conv/w"))),
            List.of(new NetworkEvidence.Edge(0, 1, "in")),
            0),
        List.of(
            new TensorEvidence(
                "conv/w",
                "conv",
                "convolution",
                List.of(4L, 3L),
                48,
                "linear:4",
                6L,
                List.of(new TensorEvidence.Option("linear:4", 6, 0.5, 0.25, 3L, 250L, "measured")),
                new TensorEvidence.Values(3.5, 3, 1.25))),
        new TreeMap<>(
            Map.of(
                "selection",
                new SampleEvidence(
                    3,
                    3,
                    bits,
                    null,
                    "AAAA",
                    List.of("a<b>"),
                    "AAAA",
                    List.of("a.png"),
                    List.of("")))),
        List.of(
            new CandidateEvidence(
                "linear:4",
                null,
                "uniform",
                DIGEST,
                1000,
                900L,
                new TreeMap<>(Map.of("selection", new CandidateEvidence.Judged(bits, bits))))),
        List.of(new EvidenceBundle.LinePoint(1000, 0.5)),
        List.of(
            new ShownSample(
                "selection",
                0,
                "a.png",
                "",
                false,
                0.5,
                picture,
                List.of(
                    new ShownSample.Answer(
                        "reference",
                        1000,
                        true,
                        List.of(new ShownSample.ClassShare("a<b>", 0.5)),
                        List.of(
                            new ShownSample.Dense(
                                "out", "picture", picture, null, "psnr", null)))))),
        new Explanations(
            List.of("The chosen model is small."),
            List.of(
                new Explanations.Refused(
                    "linear:3",
                    900,
                    100,
                    "selection",
                    List.of(new Explanations.Change("conv/w", "linear:4", "linear:3")),
                    "Too few agree.")),
            List.of(
                new Explanations.TensorSteps(
                    "conv/w",
                    new Explanations.Step("linear:3", -2, 0.5),
                    null,
                    List.of(
                        new Explanations.Cause("outliers", "A few are large.", "Use blocks."))))));
  }

  private static Recipe recipe() {
    return new Recipe(
        DIGEST,
        List.of("fold-batch-norm"),
        DIGEST,
        new TreeMap<>(Map.of("seed", "0")),
        "download",
        DIGEST,
        new TreeMap<>(Map.of("conv/weights", "linear:4+calibrated")),
        new TreeMap<>(Map.of("conv/weights", DIGEST)));
  }
}
