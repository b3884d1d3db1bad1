package org.quantsweep.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.report.SweepResult;
import org.quantsweep.report.bundle.EvidenceBundle;
import org.quantsweep.report.bundle.NetworkEvidence;
import org.quantsweep.report.bundle.SampleEvidence;
import org.quantsweep.report.bundle.ShownSample;
import org.quantsweep.report.bundle.TensorEvidence;
import org.quantsweep.search.PlanOutcome;
import org.quantsweep.search.SearchListener;
import org.quantsweep.tensor.Shape;

/** Puts together what a report shows beside the result, once the sweep is through. */
final class EvidenceCollector {
  /** Of a part, so many paths and labels are listed; of more samples the first ranks'. */
  static final int MOST_PATHS = 5_000;

  private static final int MOST_POINTS = 2_000;

  /** The bytes of a model up to which it is lowered once more. */
  private static final long LARGEST_SHAPED = 1L << 28;

  private final InferenceEngine engine;
  private final SweepIdentity identity;
  private final SweptModel model;
  private final AnsweredSamples answered;
  private final ModelEncoder encoder;
  private final CandidateFiles files;
  private final RememberedEvaluations evaluations;
  private final SweepPorts ports;
  private final SweepPhases.Options options;
  private final DownloadSizes downloads;

  EvidenceCollector(
      InferenceEngine engine,
      SweepIdentity identity,
      SweptModel model,
      AnsweredSamples answered,
      ModelEncoder encoder,
      CandidateFiles files,
      RememberedEvaluations evaluations,
      SweepPorts ports,
      SweepPhases.Options options,
      DownloadSizes downloads) {
    this.downloads = downloads;
    this.engine = engine;
    this.identity = identity;
    this.model = model;
    this.answered = answered;
    this.encoder = encoder;
    this.files = files;
    this.evaluations = evaluations;
    this.ports = ports;
    this.options = options;
  }

  /**
   * All of it.
   *
   * @param listener hears what had to be left out
   */
  EvidenceBundle collect(
      SweepResult result, SweepFindings findings, Deliverables.Made made, SearchListener listener) {
    List<TensorEvidence> tensors = new TensorFacts(model, encoder, files, options).all(findings);
    NetworkEvidence network =
        NetworkGraph.of(
            model.read(),
            tensors.stream().map(TensorEvidence::identity).collect(Collectors.toSet()),
            shapes());
    return new EvidenceBundle(
        EvidenceBundle.SCHEMA_VERSION,
        identity.sweep().hex(),
        identity.settings().runId(),
        environment(),
        network,
        tensors,
        parts(),
        new CandidateFacts(model, answered, files, evaluations, downloads, findings).all(),
        line(findings),
        shown(findings, made, listener),
        new Explainer(identity, answered, files, encoder, model.read().format(), findings)
            .explained(result, network, tensors));
  }

  /** A fault of the engine tells nothing of a result that rests on thousands of runs. */
  private List<ShownSample> shown(
      SweepFindings findings, Deliverables.Made made, SearchListener listener) {
    listener.phaseStarted("shown samples", 0);
    try {
      return new ShownSamples(
              engine,
              identity.settings(),
              model,
              answered,
              files,
              evaluations,
              ports.samples(),
              ports.pictures())
          .of(findings, made);
    } catch (RuntimeException e) {
      listener.remarked(
          "the report shows no samples, because they cannot be run again: "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
      return List.of();
    }
  }

  /** What cannot be told of a model, or takes too long, is left open: shapes are an ornament. */
  private Map<String, Shape> shapes() {
    if (model.read().size().bytes() > LARGEST_SHAPED
        || model.read().layers().size() > NetworkGraph.MOST_NODES) {
      return Map.of();
    }
    try {
      return engine.shapes(model.read());
    } catch (RuntimeException e) {
      return Map.of();
    }
  }

  private SortedMap<String, String> environment() {
    TreeMap<String, String> environment = new TreeMap<>();
    environment.put("engine", identity.engine());
    environment.put("java", System.getProperty("java.version"));
    environment.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    environment.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
    String version = EvidenceCollector.class.getPackage().getImplementationVersion();
    environment.put("quantsweep", version == null ? "unpackaged" : version);
    return environment;
  }

  private SortedMap<String, SampleEvidence> parts() {
    List<OutputDescription> outputs = new ArrayList<>();
    for (String function : model.read().functions()) {
      CoreMLModel seen = model.read().asFunction(function);
      outputs.addAll(seen.outputs());
    }
    TreeMap<String, SampleEvidence> parts = new TreeMap<>();
    for (SampleRole role : List.of(SampleRole.SELECTION, SampleRole.CONFIRMATION)) {
      SamplePart part = answered.samples().part(role);
      if (!part.isEmpty()) {
        parts.put(
            role.toString(),
            SampleFacts.of(
                part.index(),
                answered.answers(role),
                outputs,
                ports.samples().described(part, MOST_PATHS)));
      }
    }
    return parts;
  }

  private static List<EvidenceBundle.LinePoint> line(SweepFindings findings) {
    List<PlanOutcome.LinePoint> points = findings.line().map(PlanOutcome::points).orElse(List.of());
    List<EvidenceBundle.LinePoint> shown = new ArrayList<>();
    int count = Math.min(points.size(), MOST_POINTS);
    for (int i = 0; i < count; i++) {
      int place = count == 1 ? 0 : (int) ((long) i * (points.size() - 1) / (count - 1));
      PlanOutcome.LinePoint point = points.get(place);
      shown.add(new EvidenceBundle.LinePoint(point.bytes(), point.loss()));
    }
    return shown;
  }
}
