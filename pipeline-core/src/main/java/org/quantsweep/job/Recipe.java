package org.quantsweep.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.BadInputException;
import org.quantsweep.NearestName;
import org.quantsweep.UsageException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Rewrite;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.TensorOption;

/**
 * A plan as a small file that people can read and edit: which model, which scheme for each weight
 * tensor, which fitted codes, and what comes out.
 *
 * @param model SHA-256 of the model file that it is for
 * @param rewrites applied before, in this order
 * @param calibration digest of what the fitted codes depend on; null for a plan without
 * @param fitting what these depend on, by name: see {@link RecipeFitting}; empty for a plan
 *     without, and in recipes of earlier versions
 * @param objective which bytes the sweep that made it made few; null for those on disk, and in
 *     recipes of earlier versions. It changes nothing of the file
 * @param sha256 of the file that the plan gives
 * @param tensors scheme by weight tensor
 * @param options SHA-256 of the fitted codes by weight tensor, of those that are calibrated
 */
public record Recipe(
    String model,
    List<String> rewrites,
    String calibration,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedMap<String, String> fitting,
    @JsonInclude(JsonInclude.Include.NON_NULL) String objective,
    String sha256,
    SortedMap<String, String> tensors,
    SortedMap<String, String> options) {
  /** Its name in an output folder. */
  public static final String FILE = "recipe.yaml";

  /** The folder of fitted codes beside it, each named by its SHA-256. */
  public static final String OPTIONS = "options";

  private static final String HEADER =
      "# Which scheme each weight tensor is stored in. Make the file again with\n"
          + "#   quantsweep quantize MODEL --recipe recipe.yaml --output FILE\n"
          + "# A scheme may be edited: then another file comes out, and the check of sha256 says"
          + " so.\n";
  private static final long LARGEST = 16L << 20;

  /** Copies the collections. */
  public Recipe {
    rewrites = List.copyOf(rewrites == null ? List.of() : rewrites);
    fitting =
        Collections.unmodifiableSortedMap(new TreeMap<>(fitting == null ? Map.of() : fitting));
    tensors = Collections.unmodifiableSortedMap(new TreeMap<>(tensors));
    options =
        Collections.unmodifiableSortedMap(new TreeMap<>(options == null ? Map.of() : options));
  }

  /** Of a plan that is small on disk. */
  public Recipe(
      String model,
      List<String> rewrites,
      String calibration,
      SortedMap<String, String> fitting,
      String sha256,
      SortedMap<String, String> tensors,
      SortedMap<String, String> options) {
    this(model, rewrites, calibration, fitting, null, sha256, tensors, options);
  }

  /** The plan. */
  public QuantizationPlan plan() {
    TreeMap<String, Scheme> schemes = new TreeMap<>();
    tensors.forEach((tensor, scheme) -> schemes.put(tensor, Scheme.parse(scheme)));
    return new QuantizationPlan(schemes);
  }

  /** The fitted options of the plan, whose codes are stored, packed. */
  public List<TensorOption> fitted() {
    List<TensorOption> fitted = new ArrayList<>();
    plan()
        .schemes()
        .forEach(
            (tensor, scheme) -> {
              if (scheme instanceof Scheme.Compression quantization && quantization.calibrated()) {
                fitted.add(new TensorOption(tensor, quantization.packed()));
              }
            });
    return fitted;
  }

  /** The model that the plan is for. */
  public CoreMLModel rewritten(CoreMLModel given) {
    return Rewrite.apply(
        rewrites.stream().map(name -> Rewrite.named(name).orElseThrow()).toList(), given);
  }

  /** The file's text. */
  public String toYaml() {
    try {
      return HEADER + mapper().writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a recipe cannot be written.", e);
    }
  }

  /**
   * Reads a recipe.
   *
   * @param name for messages
   * @throws BadInputException when it is none
   * @throws UsageException when it asks for what is not known, all of it at once
   */
  public static Recipe parse(byte[] text, String name) {
    if (text.length > LARGEST) {
      throw new BadInputException(
          name
              + ": this recipe has "
              + text.length
              + " bytes, more than "
              + LARGEST
              + ".\nMaybe name another file.");
    }
    Recipe recipe;
    try {
      recipe = mapper().readValue(text, Recipe.class);
    } catch (java.io.IOException | NullPointerException e) {
      String reason = e.getMessage() == null ? "it has no tensors" : e.getMessage();
      throw new BadInputException(
          name
              + ": this recipe cannot be read: "
              + reason.lines().findFirst().orElse(reason)
              + ".\nMaybe begin with the recipe.yaml of a sweep.",
          e);
    }
    List<String> problems = new ArrayList<>();
    for (Map.Entry<String, String> entry : recipe.tensors().entrySet()) {
      try {
        Scheme.parse(entry.getValue());
      } catch (UsageException e) {
        problems.add("weight tensor '" + entry.getKey() + "': " + e.getMessage());
      }
    }
    for (String rewrite : recipe.rewrites()) {
      if (Rewrite.named(rewrite).isEmpty()) {
        List<String> known = SweepSettings.names(List.of(Rewrite.values()));
        problems.add(
            "rewrite ("
                + rewrite
                + ") is not known.\nMaybe write "
                + NearestName.of(rewrite, known)
                + ".");
      }
    }
    if (!problems.isEmpty()) {
      throw new UsageException(name + ": " + String.join("\n", problems));
    }
    return recipe;
  }

  private static ObjectMapper mapper() {
    YAMLFactory yaml =
        YAMLFactory.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    return new ObjectMapper(yaml).enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
  }
}
