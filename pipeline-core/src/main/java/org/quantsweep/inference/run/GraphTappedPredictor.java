package org.quantsweep.inference.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.ModelCuts;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Tapped;
import org.quantsweep.inference.TappedPredictor;
import org.quantsweep.inference.onnx.ModelLowering;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** A network whose graph answers the live blobs of some boundaries too. */
final class GraphTappedPredictor implements TappedPredictor {
  private final CoreMLModel model;
  private final SortedMap<Integer, Set<String>> live = new TreeMap<>();
  private final GraphSessions sessions;
  private final NetworkAnswers answers;
  private final Map<String, Shape> states;

  GraphTappedPredictor(
      CoreMLModel model,
      ModelLowering lowering,
      SortedSet<Integer> boundaries,
      GraphEngine engine) {
    this.model = model;
    this.states = lowering.states();
    Set<String> answered = lowering.answered();
    ModelCuts cuts = model.cuts();
    TreeSet<String> taps = new TreeSet<>();
    for (int boundary : boundaries) {
      Set<String> blobs = cuts.live(answered, boundary);
      blobs.addAll(cuts.inside(boundary));
      live.put(boundary, blobs);
      taps.addAll(blobs);
    }
    this.sessions =
        new GraphSessions(
            model.name(), shapes -> lowering.lower(shapes, taps), engine, GraphEngine.Use.TAPPED);
    this.answers = new NetworkAnswers(model, lowering);
    List<Map<String, Shape>> tried = FeatureShapes.tried(model.inputs());
    if (!tried.isEmpty()) {
      sessions.openAny(tried);
    }
  }

  @Override
  public List<Tapped> runCalls(List<Map<String, Tensor>> calls) throws PredictionException {
    List<Tapped> tapped = new ArrayList<>();
    for (Map<String, Tensor> blobs :
        sessions.runCalls(calls, states, inputs -> FeatureShapes.of(model.inputs(), inputs))) {
      SortedMap<Integer, Map<String, Tensor>> boundaries = new TreeMap<>();
      live.forEach(
          (boundary, names) -> {
            Map<String, Tensor> there = new HashMap<>();
            names.stream()
                .filter(blobs::containsKey)
                .forEach(name -> there.put(name, blobs.get(name)));
            boundaries.put(boundary, there);
          });
      tapped.add(new Tapped(answers.prediction(blobs), boundaries));
    }
    return tapped;
  }

  @Override
  public void close() {
    sessions.close();
  }
}
