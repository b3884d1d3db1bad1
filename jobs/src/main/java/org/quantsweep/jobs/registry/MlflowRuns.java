package org.quantsweep.jobs.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import org.quantsweep.registry.ModelName;

/** The runs of the experiment {@code quantsweep}: each holds the artifacts of one version. */
final class MlflowRuns {
  private static final String EXPERIMENT = "quantsweep";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final MlflowServer server;

  MlflowRuns(MlflowServer server) {
    this.server = server;
  }

  /**
   * A run.
   *
   * @param uri {@code mlflow-artifacts:/...}, where its artifacts lie
   */
  record Run(String id, String uri, ArtifactPath folder) {}

  /** Begins a run; a server that does not serve artifacts is refused before. */
  Run begin(ModelName name, SortedMap<String, String> tags, Instant time) throws IOException {
    JsonNode experiment = experiment();
    ArtifactPath.of(experiment.path("artifact_location").asText());
    ObjectNode body =
        JSON.createObjectNode()
            .put("experiment_id", experiment.path("experiment_id").asText())
            .put("run_name", name.text())
            .put("start_time", time.toEpochMilli());
    body.set("tags", MlflowModels.tags(tags));
    JsonNode info = server.send("POST", "runs/create", body).path("run").path("info");
    String uri = info.path("artifact_uri").asText();
    return new Run(info.path("run_id").asText(), uri, ArtifactPath.of(uri));
  }

  /** Says that all artifacts are there. */
  void finish(Run run, Instant time) throws IOException {
    server.send(
        "POST",
        "runs/update",
        JSON.createObjectNode()
            .put("run_id", run.id())
            .put("status", "FINISHED")
            .put("end_time", time.toEpochMilli()));
  }

  /** Puts a run into the bin, out of which {@code mlflow gc} takes it with its artifacts. */
  void delete(Run run) throws IOException {
    server.send("POST", "runs/delete", JSON.createObjectNode().put("run_id", run.id()));
  }

  private JsonNode experiment() throws IOException {
    try {
      return experimentByName();
    } catch (MlflowFailure e) {
      if (!e.is(MlflowFailure.Kind.MISSING)) {
        throw e;
      }
    }
    try {
      server.send("POST", "experiments/create", JSON.createObjectNode().put("name", EXPERIMENT));
    } catch (MlflowFailure e) {
      // Somebody else was first.
      if (!e.is(MlflowFailure.Kind.EXISTS)) {
        throw e;
      }
    }
    return experimentByName();
  }

  private JsonNode experimentByName() throws IOException {
    JsonNode experiment =
        server
            .get("experiments/get-by-name", Map.of("experiment_name", EXPERIMENT))
            .path("experiment");
    if (experiment.path("lifecycle_stage").asText().equals("deleted")) {
      throw new MlflowFailure(
          "the experiment '" + EXPERIMENT + "' was deleted",
          "restore it: mlflow experiments restore --experiment-id "
              + experiment.path("experiment_id").asInt()
              + ".");
    }
    return experiment;
  }
}
