package org.quantsweep.coreml;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.sample.InputDescription;

/**
 * A Core ML model that was read and checked: what it wants, what it answers, its layers and their
 * weights. Immutable and safe for several threads.
 */
public final class CoreMLModel {
  private final String name;
  private final Sha256Digest digest;
  private final ByteSize size;
  private final Model message;
  private final List<InputDescription> inputs;
  private final List<OutputDescription> outputs;
  private final List<Layer> layers;
  private final List<WeightTensor> weightTensors;
  private final List<String> warnings;

  CoreMLModel(
      String name,
      Sha256Digest digest,
      ByteSize size,
      Model message,
      List<InputDescription> inputs,
      List<OutputDescription> outputs,
      List<Layer> layers,
      List<WeightTensor> weightTensors,
      List<String> warnings) {
    this.name = name;
    this.digest = digest;
    this.size = size;
    this.message = message;
    this.inputs = List.copyOf(inputs);
    this.outputs = List.copyOf(outputs);
    this.layers = List.copyOf(layers);
    this.weightTensors = List.copyOf(weightTensors);
    this.warnings = List.copyOf(warnings);
  }

  /** SHA-256 of the bytes as given. */
  public Sha256Digest digest() {
    return digest;
  }

  /** How many bytes were given. */
  public ByteSize size() {
    return size;
  }

  /** What messages call it: the file's name. */
  public String name() {
    return name;
  }

  /** The version of the format that the file claims. */
  public int specificationVersion() {
    return message.getSpecificationVersion();
  }

  /** What it holds. */
  public ModelKind kind() {
    return ModelKind.of(message);
  }

  /** What it wants: every picture and array among its inputs, in the file's order. */
  public List<InputDescription> inputs() {
    return inputs;
  }

  /** What it answers, in the file's order. */
  public List<OutputDescription> outputs() {
    return outputs;
  }

  /**
   * Every layer, also inside pipeline stages, branches and loops; each before those inside it.
   * Empty for ML Programs.
   */
  public List<Layer> layers() {
    return layers;
  }

  /** Every weight tensor in use, in the order of the layers. Empty for ML Programs. */
  public List<WeightTensor> weightTensors() {
    return weightTensors;
  }

  /** The weight tensors of one layer, not of those inside it. */
  public List<WeightTensor> weightTensors(Layer layer) {
    List<WeightTensor> own = new ArrayList<>();
    for (WeightTensor tensor : weightTensors) {
      if (tensor.layer().equals(layer)) {
        own.add(tensor);
      }
    }
    return own;
  }

  /** The bytes that one layer's own weights take in the file. */
  public ByteSize weightBytes(Layer layer) {
    ByteSize bytes = new ByteSize(0);
    for (WeightTensor tensor : weightTensors(layer)) {
      bytes = bytes.plus(tensor.storedBytes());
    }
    return bytes;
  }

  /** What is odd about the file but can be used; one sentence each, at most a few dozen. */
  public List<String> warnings() {
    return warnings;
  }

  /** The message as it was read, unknown fields included. */
  public Model message() {
    return message;
  }

  /** Its name. */
  @Override
  public String toString() {
    return name;
  }
}
