package org.quantsweep.jobs.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.registry.EvidenceFile;
import org.quantsweep.registry.NamedModel;
import org.quantsweep.registry.Provenance;
import org.quantsweep.report.ResultFile;

/** The tags of a version in MLflow: what people search for, and what tells that it is ours. */
final class VersionTags {
  static final String PREFIX = "quantsweep.";
  static final String DIGEST = PREFIX + "sha256";
  static final String SIZE = PREFIX + "encodedSize";
  static final String FILE = PREFIX + "file";

  /** How many files the model has; only where it is a tree. */
  static final String FILES = PREFIX + "files";

  private static final ObjectMapper JSON = new ObjectMapper();

  private VersionTags() {}

  /**
   * Digests and size always; agreement, bound, threshold or largest size, and plan from a sweep's
   * result.
   */
  static SortedMap<String, String> of(
      NamedModel model, Provenance provenance, List<EvidenceFile> evidence) {
    TreeMap<String, String> tags = new TreeMap<>();
    tags.put(DIGEST, model.files().digest().hex());
    tags.put(SIZE, Long.toString(model.files().size().bytes()));
    tags.put(FILE, model.fileName());
    if (!model.files().isLone()) {
      tags.put(FILES, Integer.toString(model.files().files().size()));
    }
    tags.put(PREFIX + "source", provenance.sourceModel().name());
    tags.put(PREFIX + "source.sha256", provenance.sourceModel().digest().hex());
    for (Provenance.SampleSet set : provenance.sampleSets()) {
      tags.put(PREFIX + "samples." + set.role() + ".sha256", set.digest().hex());
      tags.put(PREFIX + "samples." + set.role(), Integer.toString(set.samples()));
    }
    for (EvidenceFile file : evidence) {
      if (file.name().equals(ResultFile.NAME)) {
        addResult(tags, file.text());
      }
    }
    return tags;
  }

  private static void addResult(Map<String, String> tags, String text) {
    JsonNode result;
    try {
      result = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      // Evidence may be anything; then there is nothing to tell from it.
      return;
    }
    add(tags, "criterion", result.path("criterion"));
    add(tags, "threshold", result.path("threshold"));
    add(tags, "classFloor", result.path("settings").path("class-floor"));
    add(tags, "largestSize", result.path("settings").path("largest-size"));
    add(tags, "objective", result.path("settings").path("objective"));
    add(tags, "sweepDigest", result.path("sweepDigest"));
    JsonNode selected = result.path("selected");
    add(tags, "scheme", selected.path("scheme"));
    add(tags, "plan", selected.path("plan"));
    add(tags, "downloadSize", selected.path("downloadSize"));
    addAgreement(tags, "agreement", selected.path("agreement"));
    addAgreement(tags, "confirmation", selected.path("confirmation"));
  }

  private static void addAgreement(Map<String, String> tags, String name, JsonNode agreement) {
    if (agreement.isObject()) {
      tags.put(
          PREFIX + name,
          agreement.path("agreeing").asText() + "/" + agreement.path("samples").asText());
      add(tags, name + ".lowerBound", agreement.path("lowerBound"));
      add(tags, name + ".confidence", agreement.path("confidence"));
    }
  }

  private static void add(Map<String, String> tags, String name, JsonNode value) {
    if (value.isValueNode() && !value.isNull()) {
      tags.put(PREFIX + name, value.asText());
    }
  }
}
