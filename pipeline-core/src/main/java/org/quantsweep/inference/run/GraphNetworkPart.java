package org.quantsweep.inference.run;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Layer;
import org.quantsweep.inference.NetworkCuts;
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
    this.last = to == model.layers().size();
    Set<String> answered = lowering.answered();
    SortedSet<String> before = NetworkCuts.live(model, answered, from);
    this.made = new TreeSet<>(NetworkCuts.live(model, answered, to));
    passed.addAll(made);
    passed.retainAll(before);
    made.removeAll(before);
    for (Layer layer : model.layers().subList(from, to)) {
      read.addAll(layer.inputs());
    }
    read.retainAll(before);
    this.sessions =
        new GraphSessions(
            model.name(),
            shapes -> lowering.lowerPart(from, to, shapes, made, values),
            engine,
            GraphEngine.Memory.SHARED);
    this.answers = new NetworkAnswers(model, lowering);
  }

  @Override
  public Map<String, Tensor> run(Map<String, Tensor> blobs) throws PredictionException {
    Map<String, Shape> shapes = new TreeMap<>();
    Map<String, Tensor> fed = new HashMap<>();
    for (String name : read) {
      Tensor blob = blobs.get(name);
      if (blob == null) {
        throw new PredictionException("blob '" + name + "' is missing");
      }
      shapes.put(name, blob.shape());
      fed.put(name, blob);
    }
    Map<String, Tensor> answer = new HashMap<>();
    if (!made.isEmpty()) {
      answer.putAll(sessions.run(shapes, fed));
    }
    for (String name : passed) {
      answer.put(name, blobs.get(name));
    }
    return answer;
  }

  @Override
  public Prediction predict(Map<String, Tensor> blobs) throws PredictionException {
    if (!last) {
      throw new IllegalStateException(model.name() + ": layers follow behind this part.");
    }
    return answers.prediction(run(blobs));
  }

  @Override
  public void close() {
    sessions.close();
  }
}
