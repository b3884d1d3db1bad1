package org.quantsweep.inference.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.ModelCuts;
import org.quantsweep.inference.NetworkPart;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.onnx.ModelLowering;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Layers between two boundaries, opened for the shapes of the blobs that they are fed with. */
final class GraphNetworkPart implements NetworkPart {
  private final CoreMLModel model;
  private final boolean last;

  /** What the part is fed with, of what is live at its first boundary: what it reads. */
  private final SortedSet<String> read = new TreeSet<>();

  /** What it hands on as it came. */
  private final SortedSet<String> passed = new TreeSet<>();

  private final SortedSet<String> made;
  private final Map<String, Shape> states;
  private final GraphSessions sessions;
  private final NetworkAnswers answers;

  /**
   * Where a part begins and ends.
   *
   * @param values that take the place of weight tensors' own, by identity
   */
  record Cut(int from, int to, Map<String, Tensor> values) {}

  GraphNetworkPart(CoreMLModel model, ModelLowering lowering, Cut cut, GraphEngine engine) {
    int from = cut.from();
    int to = cut.to();
    Map<String, Tensor> values = cut.values();
    if (to < from) {
      throw new IllegalArgumentException(
          "a part from boundary " + from + " cannot end at boundary " + to + ".");
    }
    this.model = model;
    Set<String> answered = lowering.answered();
    ModelCuts cuts = model.cuts();
    this.last = to == cuts.end();
    // What goes from call to call is held by whoever runs from the beginning.
    this.states = from == 0 ? lowering.states() : Map.of();
    SortedSet<String> before = cuts.live(answered, from);
    this.made = new TreeSet<>(cuts.live(answered, to));
    passed.addAll(made);
    passed.retainAll(before);
    made.removeAll(before);
    read.addAll(cuts.read(from, to));
    this.sessions =
        new GraphSessions(
            model.name(),
            shapes -> lowering.lowerPart(from, to, shapes, made, values),
            engine,
            GraphEngine.Use.PART);
    this.answers = new NetworkAnswers(model, lowering);
  }

  @Override
  public Map<String, Tensor> run(Map<String, Tensor> blobs) throws PredictionException {
    return runCalls(List.of(blobs)).get(0);
  }

  private List<Map<String, Tensor>> runCalls(List<Map<String, Tensor>> calls)
      throws PredictionException {
    List<Map<String, Tensor>> fed = new ArrayList<>();
    List<Map<String, Tensor>> answers = new ArrayList<>();
    for (Map<String, Tensor> blobs : calls) {
      fed.add(fed(blobs));
      Map<String, Tensor> handedOn = new HashMap<>();
      for (String name : passed) {
        handedOn.put(name, blobs.get(name));
      }
      answers.add(handedOn);
    }
    if (!made.isEmpty()) {
      List<Map<String, Tensor>> found = sessions.runCalls(fed, states, GraphNetworkPart::shapes);
      for (int call = 0; call < found.size(); call++) {
        answers.get(call).putAll(found.get(call));
      }
    }
    return answers;
  }

  private Map<String, Tensor> fed(Map<String, Tensor> blobs) throws PredictionException {
    Map<String, Tensor> fed = new TreeMap<>();
    for (String name : read) {
      Tensor blob = blobs.get(name);
      if (blob == null) {
        throw new PredictionException("blob '" + name + "' is missing");
      }
      fed.put(name, blob);
    }
    return fed;
  }

  private static Map<String, Shape> shapes(Map<String, Tensor> fed) {
    Map<String, Shape> shapes = new TreeMap<>();
    fed.forEach((name, blob) -> shapes.put(name, blob.shape()));
    return shapes;
  }

  @Override
  public List<Prediction> predictCalls(List<Map<String, Tensor>> calls) throws PredictionException {
    if (!last) {
      throw new IllegalStateException(model.name() + ": layers follow behind this part.");
    }
    List<Prediction> predictions = new ArrayList<>();
    for (Map<String, Tensor> blobs : runCalls(calls)) {
      predictions.add(answers.prediction(blobs));
    }
    return predictions;
  }

  @Override
  public void close() {
    sessions.close();
  }
}
