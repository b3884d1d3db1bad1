package org.quantsweep.inference.onnxruntime;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.inference.NetworkCuts;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Tapped;
import org.quantsweep.inference.TappedPredictor;
import org.quantsweep.inference.onnx.OnnxLowering;
import org.quantsweep.tensor.Tensor;

/** A network whose graph answers the live blobs of some boundaries too. */
final class OnnxTappedPredictor implements TappedPredictor {
  private final CoreMLModel model;
  private final SortedMap<Integer, Set<String>> live = new TreeMap<>();
  private final OnnxSessions sessions;
  private final NetworkAnswers answers;

  OnnxTappedPredictor(CoreMLModel model, SortedSet<Integer> boundaries) {
    this.model = model;
    Set<String> answered = OnnxLowering.answeredBlobs(model);
    TreeSet<String> taps = new TreeSet<>();
    for (int boundary : boundaries) {
      Set<String> blobs = NetworkCuts.live(model, answered, boundary);
      live.put(boundary, blobs);
      taps.addAll(blobs);
    }
    this.sessions =
        OnnxSessions.keeping(model.name(), shapes -> OnnxLowering.lower(model, shapes, taps));
    this.answers = new NetworkAnswers(model);
    FeatureShapes.preferred(model.inputs()).ifPresent(sessions::open);
  }

  @Override
  public Tapped run(Map<String, Tensor> inputs) throws PredictionException {
    Map<String, Tensor> blobs = sessions.run(FeatureShapes.of(model.inputs(), inputs), inputs);
    SortedMap<Integer, Map<String, Tensor>> boundaries = new TreeMap<>();
    live.forEach(
        (boundary, names) -> {
          Map<String, Tensor> there = new HashMap<>();
          names.forEach(name -> there.put(name, blobs.get(name)));
          boundaries.put(boundary, there);
        });
    return new Tapped(answers.prediction(blobs), boundaries);
  }

  @Override
  public void close() {
    sessions.close();
  }
}
