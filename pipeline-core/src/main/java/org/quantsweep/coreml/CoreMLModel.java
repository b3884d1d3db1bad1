package org.quantsweep.coreml;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.InputDescription;

/**
 * A Core ML model that was read and checked: what it wants, what it answers, its layers and their
 * weights. Immutable and safe for several threads.
 */
public final class CoreMLModel {
  private final Source source;
  private final ModelInterface described;
  private final List<Layer> layers;
  private final List<WeightTensor> weightTensors;
  private final List<String> warnings;
  private final ModelFormat format;

  /**
   * Where a model comes from.
   *
   * @param name what messages call it: the file's name
   * @param digest of the files as given
   * @param size their bytes
   */
  public record Source(String name, Sha256Digest digest, ByteSize size) {}

  /**
   * What a model says about itself.
   *
   * @param kind what it holds
   * @param specificationVersion of the format, as the file claims
   * @param inputs every picture and array among its inputs, in the file's order
   * @param outputs in the file's order
   */
  public record ModelInterface(
      ModelKind kind,
      int specificationVersion,
      List<InputDescription> inputs,
      List<OutputDescription> outputs) {
    /** Copies the lists. */
    public ModelInterface {
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
    }
  }

  /**
   * A model of its parts, as a format's reader finds them.
   *
   * @param layers each before those inside it
   * @param weightTensors in the order of the layers
   * @param format holds what the file held, and answers for it
   */
  public CoreMLModel(
      Source source,
      ModelInterface described,
      List<Layer> layers,
      List<WeightTensor> weightTensors,
      List<String> warnings,
      ModelFormat format) {
    this.source = source;
    this.described = described;
    this.layers = List.copyOf(layers);
    this.weightTensors = List.copyOf(weightTensors);
    this.warnings = List.copyOf(warnings);
    this.format = format;
  }

  /** Of the files as given: a lone file's SHA-256. */
  public Sha256Digest digest() {
    return source.digest();
  }

  /** How many bytes were given. */
  public ByteSize size() {
    return source.size();
  }

  /** What messages call it: the file's name. */
  public String name() {
    return source.name();
  }

  /** What it says about itself. */
  public ModelInterface described() {
    return described;
  }

  /** The version of the format that the file claims. */
  public int specificationVersion() {
    return described.specificationVersion();
  }

  /** What it holds. */
  public ModelKind kind() {
    return described.kind();
  }

  /** What it wants: every picture and array among its inputs, in the file's order. */
  public List<InputDescription> inputs() {
    return described.inputs();
  }

  /** What it answers, in the file's order. */
  public List<OutputDescription> outputs() {
    return described.outputs();
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

  /** The format that the model is stored in, which answers for its weight tensors. */
  public ModelFormat format() {
    return format;
  }

  /** Its name. */
  @Override
  public String toString() {
    return name();
  }
}
