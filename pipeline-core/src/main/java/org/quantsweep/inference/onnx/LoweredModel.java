package org.quantsweep.inference.onnx;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quantsweep.tensor.Shape;

/**
 * An ONNX graph for inputs of known shapes.
 *
 * @param graph the model file
 * @param inputs the shape that each graph input takes, by feature name
 * @param outputs the blobs that the graph answers, in the order of the graph
 * @param shapes the shape of each of these blobs, by name
 * @param next what runs behind this graph; empty when its answers are the model's
 */
public record LoweredModel(
    OnnxBytes graph,
    Map<String, Shape> inputs,
    List<String> outputs,
    Map<String, Shape> shapes,
    Optional<NextStage> next) {
  /** Begins the names of answers that tell how large a value has become. */
  public static final String LARGEST = "largest\u00a7";

  /**
   * Begins the names of answers that hold a value inside a block; a number and the sign follow,
   * then the value's name. The numbers ascend in the order of the run.
   */
  public static final String SEEN = "seen\u00a7";

  /** A graph whose answers are the model's. */
  public LoweredModel(
      OnnxBytes graph, Map<String, Shape> inputs, List<String> outputs, Map<String, Shape> shapes) {
    this(graph, inputs, outputs, shapes, Optional.empty());
  }

  /** Copies the collections. */
  public LoweredModel {
    inputs = Map.copyOf(inputs);
    outputs = List.copyOf(outputs);
    shapes = Map.copyOf(shapes);
  }

  /**
   * What the graph calls the input of a feature; the feature's own name is its preprocessed blob.
   */
  public static String graphInput(String feature) {
    return feature + "\u00a7";
  }

  /** The bytes of a graph, so that records need no arrays. */
  public static final class OnnxBytes {
    private final byte[] bytes;

    /** Of an array that nobody writes to any more. */
    public OnnxBytes(byte[] bytes) {
      this.bytes = bytes;
    }

    /** The array inside, not copied: whoever takes it must not write to it. */
    public byte[] sharedBytes() {
      return bytes;
    }
  }
}
