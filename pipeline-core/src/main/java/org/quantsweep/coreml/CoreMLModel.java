package org.quantsweep.coreml;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quantsweep.UsageException;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.InputDescription;

/**
 * A Core ML model that was read and checked: what it wants, what it answers, its layers and their
 * weights. Immutable and safe for several threads.
 */
public final class CoreMLModel {
  private final Source source;
  private final Functions functions;
  private final List<Layer> layers;
  private final List<WeightTensor> weightTensors;
  private final List<String> warnings;
  private final ModelFormat format;
  private final List<CoreMLModel> stages;

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
   * @param customClass the class of an app that a custom model is run by; empty for other models
   * @param specificationVersion of the format, as the file claims
   * @param inputs every picture and array among its inputs, in the file's order
   * @param outputs in the file's order
   */
  public record ModelInterface(
      ModelKind kind,
      String customClass,
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
   * What a model can be called as. Networks are one function without a name.
   *
   * @param chosen the name of the one that the model is seen as
   * @param described what each says about itself, by name
   */
  public record Functions(String chosen, SortedMap<String, ModelInterface> described) {
    /** Copies the map. */
    public Functions {
      described = Collections.unmodifiableSortedMap(new TreeMap<>(described));
      if (!described.containsKey(chosen)) {
        throw new IllegalArgumentException(
            "function '" + chosen + "' is not among " + described.keySet() + ".");
      }
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
    this(
        source,
        new Functions("", new TreeMap<>(Map.of("", described))),
        layers,
        weightTensors,
        warnings,
        format);
  }

  /**
   * A model of several functions.
   *
   * @param layers of all functions, each before those inside it
   * @param weightTensors of all functions
   * @param format holds what the file held, and answers for it
   */
  public CoreMLModel(
      Source source,
      Functions functions,
      List<Layer> layers,
      List<WeightTensor> weightTensors,
      List<String> warnings,
      ModelFormat format) {
    this(new Parts(source, functions, layers, weightTensors, warnings, format), List.of());
  }

  /** What a model is made of, without its stages. */
  private record Parts(
      Source source,
      Functions functions,
      List<Layer> layers,
      List<WeightTensor> weightTensors,
      List<String> warnings,
      ModelFormat format) {}

  private CoreMLModel(Parts parts, List<CoreMLModel> stages) {
    this.source = parts.source();
    this.functions = parts.functions();
    this.layers = List.copyOf(parts.layers());
    this.weightTensors = List.copyOf(parts.weightTensors());
    this.warnings = List.copyOf(parts.warnings());
    this.format = parts.format();
    this.stages = List.copyOf(stages);
  }

  /** The same model with the models that it runs one after the other. */
  public CoreMLModel withStages(List<CoreMLModel> models) {
    return new CoreMLModel(
        new Parts(source, functions, layers, weightTensors, warnings, format), models);
  }

  /** The models that a pipeline runs one after the other; empty for other models. */
  public List<CoreMLModel> stages() {
    return stages;
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

  /** What it says about itself, as the function that it is seen as. */
  public ModelInterface described() {
    return functions.described().get(functions.chosen());
  }

  /** The function that it is seen as; empty for networks. */
  public String function() {
    return functions.chosen();
  }

  /** The names of its functions, in ascending order; of a network, one that is empty. */
  public SortedSet<String> functions() {
    return new TreeSet<>(functions.described().keySet());
  }

  /**
   * The same model, seen as another of its functions.
   *
   * @throws UsageException when it has no such function
   */
  public CoreMLModel asFunction(String name) {
    if (name.equals(functions.chosen())) {
      return this;
    }
    if (!functions.described().containsKey(name)) {
      boolean named = !functions.described().containsKey("");
      throw new UsageException(
          name()
              + ": it has no function '"
              + name
              + "'"
              + (named ? "; its functions are " + functions() : ", for it is one network")
              + ".\nMaybe "
              + (named ? "name one of these." : "leave --function out."));
    }
    return new CoreMLModel(
        source,
        new Functions(name, functions.described()),
        layers,
        weightTensors,
        warnings,
        format);
  }

  /**
   * Refuses a model whose weight tensors cannot be stored otherwise, or that has such a stage.
   *
   * @throws UsageException naming why, and a cure
   */
  public void requireCompressible() {
    format
        .compressionRefusal()
        .ifPresent(
            reason -> {
              throw new UsageException(name() + ": " + reason);
            });
    stages.forEach(CoreMLModel::requireCompressible);
  }

  /**
   * The same model for a place where it is to run; see {@link ModelFormat#forDeployment}.
   *
   * @throws UsageException when the model itself cannot be loaded there
   */
  public CoreMLModel forDeployment(Deployment deployment) {
    return new CoreMLModel(
        new Parts(
            source, functions, layers, weightTensors, warnings, format.forDeployment(deployment)),
        stages);
  }

  /** The version of the format that the file claims. */
  public int specificationVersion() {
    return described().specificationVersion();
  }

  /** What it holds. */
  public ModelKind kind() {
    return described().kind();
  }

  /**
   * What it holds, in words: as the format names it, of a custom model with its class, for example
   * {@code customModel of class 'Swish'}.
   */
  public String kindInWords() {
    String customClass = described().customClass();
    return kind() + (customClass.isEmpty() ? "" : " of class '" + customClass + "'");
  }

  /** What it wants: every picture and array among its inputs, in the file's order. */
  public List<InputDescription> inputs() {
    return described().inputs();
  }

  /** What it answers, in the file's order. */
  public List<OutputDescription> outputs() {
    return described().outputs();
  }

  /** Every layer, also inside pipeline stages, branches and loops; each before those inside it. */
  public List<Layer> layers() {
    return layers;
  }

  /** Every weight tensor in use, in the order of the layers. */
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

  /** Where it can be cut into parts; made anew at every call. */
  public ModelCuts cuts() {
    return format.cuts(this);
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
