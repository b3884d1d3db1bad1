package org.quantsweep.encode;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.quantsweep.UsageException;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.ModelWriter;
import org.quantsweep.coreml.WeightStorage;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.neuralnetwork.FieldStep;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.WeightParams;
import org.quantsweep.quantize.CalibratedWeights;
import org.quantsweep.quantize.HalfPrecisionCodec;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.tensor.Tensor;

/**
 * Applies plans to one model. The same plan always gives the same bytes, and {@link #encodedSize}
 * is the size of those bytes. Safe for several threads.
 *
 * <p>A weight tensor that a plan would make larger than it is in full precision stays in full
 * precision: that is smaller and closer. Floats of one layer share one precision, as Core ML
 * demands (a half-precision convolution takes its bias along). The specification version is raised
 * to what the contents need: 2 for half precision, 3 for codes, that of every pipeline around it
 * included.
 */
public final class ModelEncoder {
  private static final int HALF_PRECISION_VERSION = 2;
  private static final int QUANTIZED_VERSION = 3;

  private final CoreMLModel model;
  private final CalibratedOptions options;
  private final Map<String, WeightTensor> tensors = new LinkedHashMap<>();
  private final Map<String, EncodedWeights> encoders = new HashMap<>();

  /** For one model, which may be a rewritten one; no calibrated schemes. */
  public ModelEncoder(CoreMLModel model) {
    this(model, CalibratedOptions.NONE);
  }

  /**
   * For one model, which may be a rewritten one.
   *
   * @param options the codes of calibrated schemes. Where they come with a corrected bias, it takes
   *     the place of the layer's own, in the precision that this one is stored in; a layer without
   *     a bias gets none
   */
  public ModelEncoder(CoreMLModel model, CalibratedOptions options) {
    this.model = model;
    this.options = options;
    for (WeightTensor tensor : model.weightTensors()) {
      tensors.put(tensor.identity(), tensor);
      encoders.put(tensor.identity(), new EncodedWeights(tensor));
    }
  }

  /**
   * The bytes that {@link #encode} would make, without making them.
   *
   * @throws UsageException as {@link #encode}
   */
  public ByteSize encodedSize(QuantizationPlan plan) {
    Changes root = new Changes();
    resolve(plan).forEach((tensor, scheme) -> root.add(tensor, scheme, 0, versionOf(scheme)));
    return new ByteSize(root.size(model.message()));
  }

  /**
   * The file in which every weight tensor is stored as the plan says.
   *
   * @throws UsageException when the plan names a weight tensor that the model does not have, that
   *     is updatable, or that cannot be quantized
   */
  public ModelFiles encode(QuantizationPlan plan) {
    Model.Builder builder = model.message().toBuilder();
    Map<WeightTensor, Scheme> resolved = resolve(plan);
    Map<String, Tensor> biases = correctedBiases(resolved);
    resolved.forEach(
        (tensor, scheme) -> {
          if (!biases.containsKey(tensor.identity())) {
            tensor.location().set(builder, message(tensor, scheme));
          }
          raiseVersions(builder, tensor, versionOf(scheme));
        });
    biases.forEach(
        (identity, values) -> {
          WeightTensor bias = tensors.get(identity);
          Scheme scheme = stored(bias, resolved.get(bias));
          bias.location().set(builder, encoders.get(identity).encode(scheme, values));
        });
    return ModelFiles.lone(ModelWriter.toBytes(builder.build()));
  }

  /**
   * What a reader of the file would take the weights for: the decoded values of every weight tensor
   * whose values the plan changes, by identity.
   *
   * @throws UsageException as {@link #encode}
   */
  public Map<String, Tensor> decoded(QuantizationPlan plan) {
    Map<WeightTensor, Scheme> resolved = resolve(plan);
    Map<String, Tensor> values = new TreeMap<>();
    resolved.forEach(
        (tensor, scheme) -> {
          if (scheme instanceof Scheme.Quantization quantization) {
            values.put(tensor.identity(), weights(tensor, quantization).weights().dequantize());
          } else if (scheme instanceof Scheme.HalfPrecision) {
            values.put(tensor.identity(), halved(tensor.values()));
          }
        });
    correctedBiases(resolved)
        .forEach(
            (identity, bias) -> {
              Scheme scheme = stored(tensors.get(identity), resolved.get(tensors.get(identity)));
              values.put(identity, scheme instanceof Scheme.HalfPrecision ? halved(bias) : bias);
            });
    return values;
  }

  /** The fitted codes of a weight tensor, by its identity. */
  public CalibratedWeights calibrated(String identity, Scheme.Quantization scheme) {
    return options.get(identity, scheme);
  }

  /** The bytes of a weight tensor's message under a scheme; in full precision if that is less. */
  public long storedBytes(String identity, Scheme scheme) {
    return encoders.get(identity).size(smallest(tensors.get(identity), scheme));
  }

  /** The bytes in float32 of the weights of a tensor's layer and of all layers behind it. */
  public long bytesFrom(String identity) {
    boolean reached = false;
    long bytes = 0;
    for (WeightTensor tensor : tensors.values()) {
      reached |= tensor.layer().equals(tensors.get(identity).layer());
      bytes += reached ? 4 * tensor.elementCount() : 0;
    }
    return bytes;
  }

  /** The values of a weight tensor, by its identity. */
  public Tensor values(String identity) {
    return tensors.get(identity).values();
  }

  /** The number of values of a weight tensor, by its identity. */
  public long elementCount(String identity) {
    return tensors.get(identity).elementCount();
  }

  private WeightParams message(WeightTensor tensor, Scheme scheme) {
    EncodedWeights encoder = encoders.get(tensor.identity());
    return scheme instanceof Scheme.Quantization quantization && quantization.calibrated()
        ? encoder.encode(weights(tensor, quantization).weights())
        : encoder.encode(scheme);
  }

  private CalibratedWeights weights(WeightTensor tensor, Scheme.Quantization scheme) {
    return scheme.calibrated()
        ? options.get(tensor.identity(), scheme)
        : new CalibratedWeights(
            encoders.get(tensor.identity()).quantized(scheme), Optional.empty());
  }

  /** Corrected biases by identity, of layers that have one which stays in floats. */
  private Map<String, Tensor> correctedBiases(Map<WeightTensor, Scheme> resolved) {
    Map<String, Tensor> biases = new TreeMap<>();
    resolved.forEach(
        (tensor, scheme) -> {
          if (!(scheme instanceof Scheme.Quantization quantization) || !quantization.calibrated()) {
            return;
          }
          WeightTensor bias = tensors.get(tensor.layer().path() + "/bias");
          Optional<Tensor> corrected = options.get(tensor.identity(), quantization).bias();
          if (bias != null
              && corrected.isPresent()
              && !(resolved.get(bias) instanceof Scheme.Quantization)
              && !bias.storage().isQuantized()) {
            biases.put(bias.identity(), corrected.get().reshape(bias.shape()));
          }
        });
    return biases;
  }

  private static Tensor halved(Tensor values) {
    return Tensor.wrap(
        values.shape(), HalfPrecisionCodec.decode(HalfPrecisionCodec.encode(values.sharedArray())));
  }

  /** The scheme of every weight tensor whose stored form changes or is named. */
  private Map<WeightTensor, Scheme> resolve(QuantizationPlan plan) {
    List<String> problems = new ArrayList<>();
    Map<WeightTensor, Scheme> resolved = new LinkedHashMap<>();
    plan.schemes()
        .forEach(
            (identity, scheme) -> {
              WeightTensor tensor = tensors.get(identity);
              if (tensor == null) {
                problems.add("there is no weight tensor '" + identity + "'.");
              } else if (tensor.updatable()) {
                problems.add("weight tensor '" + identity + "' is updatable and is left alone.");
              } else if (tensor.legalScales() == 0 && scheme instanceof Scheme.Quantization) {
                problems.add(
                    "weight tensor '"
                        + identity
                        + "' cannot be quantized: the format has no codes there.");
              } else {
                resolved.put(tensor, smallest(tensor, scheme));
              }
            });
    if (!problems.isEmpty()) {
      throw new UsageException(
          model.name()
              + ": "
              + String.join("\n", problems)
              + "\nMaybe list the weight tensors with quantsweep inspect.");
    }
    alignFloats(resolved);
    return resolved;
  }

  private Scheme smallest(WeightTensor tensor, Scheme scheme) {
    Scheme full = new Scheme.FullPrecision();
    EncodedWeights encoder = encoders.get(tensor.identity());
    return encoder.size(scheme) > encoder.size(full) ? full : scheme;
  }

  /** Gives the other floats of a layer the precision that the plan gives one of them. */
  private void alignFloats(Map<WeightTensor, Scheme> resolved) {
    Map<String, Scheme> floats = new TreeMap<>();
    resolved.forEach(
        (tensor, scheme) -> {
          if (!(scheme instanceof Scheme.Quantization)) {
            // Half precision wins: a tensor was put into full precision only to save bytes.
            floats.merge(
                tensor.layer().path(),
                scheme,
                (one, other) -> one instanceof Scheme.HalfPrecision ? one : other);
          }
        });
    for (WeightTensor tensor : tensors.values()) {
      Scheme wanted = floats.get(tensor.layer().path());
      Scheme planned = resolved.get(tensor);
      boolean storedAsFloat =
          planned == null
              ? !tensor.storage().isQuantized()
              : !(planned instanceof Scheme.Quantization);
      if (wanted != null && storedAsFloat && !wanted.equals(stored(tensor, planned))) {
        resolved.put(tensor, wanted);
      }
    }
  }

  private static Scheme stored(WeightTensor tensor, Scheme planned) {
    if (planned != null) {
      return planned;
    }
    return tensor.storage() instanceof WeightStorage.Float16
        ? new Scheme.HalfPrecision()
        : new Scheme.FullPrecision();
  }

  private static int versionOf(Scheme scheme) {
    if (scheme instanceof Scheme.Quantization) {
      return QUANTIZED_VERSION;
    }
    return scheme instanceof Scheme.HalfPrecision ? HALF_PRECISION_VERSION : 0;
  }

  private static void raiseVersions(Model.Builder root, WeightTensor tensor, int version) {
    Message.Builder builder = root;
    raise(builder, version);
    for (FieldStep step : tensor.location().steps()) {
      FieldDescriptor field = builder.getDescriptorForType().findFieldByNumber(step.number());
      builder =
          step.index() == FieldStep.SINGULAR
              ? builder.getFieldBuilder(field)
              : builder.getRepeatedFieldBuilder(field, step.index());
      raise(builder, version);
    }
  }

  private static void raise(Message.Builder builder, int version) {
    if (builder instanceof Model.Builder stage && stage.getSpecificationVersion() < version) {
      stage.setSpecificationVersion(version);
    }
  }

  /** A tree of the changed places of a message, to know its size without building it. */
  private final class Changes {
    private final Map<FieldStep, Changes> below = new LinkedHashMap<>();
    private int leafSize = -1;
    private int version;

    void add(WeightTensor tensor, Scheme scheme, int depth, int leastVersion) {
      version = Math.max(version, leastVersion);
      List<FieldStep> steps = tensor.location().steps();
      if (depth == steps.size()) {
        EncodedWeights encoder = encoders.get(tensor.identity());
        leafSize = encoder.size(scheme);
        return;
      }
      below
          .computeIfAbsent(steps.get(depth), step -> new Changes())
          .add(tensor, scheme, depth + 1, leastVersion);
    }

    long size(Message message) {
      if (leafSize >= 0) {
        return leafSize;
      }
      long size = message.getSerializedSize();
      for (Map.Entry<FieldStep, Changes> entry : below.entrySet()) {
        FieldStep step = entry.getKey();
        FieldDescriptor field = message.getDescriptorForType().findFieldByNumber(step.number());
        Message child =
            (Message)
                (step.index() == FieldStep.SINGULAR
                    ? message.getField(field)
                    : message.getRepeatedField(field, step.index()));
        size -= EncodedWeights.field(step.number(), child.getSerializedSize());
        size += EncodedWeights.field(step.number(), entry.getValue().size(child));
      }
      if (message instanceof Model stage && stage.getSpecificationVersion() < version) {
        int number = Model.SPECIFICATIONVERSION_FIELD_NUMBER;
        if (stage.getSpecificationVersion() != 0) {
          size -= CodedOutputStream.computeInt32Size(number, stage.getSpecificationVersion());
        }
        size += CodedOutputStream.computeInt32Size(number, version);
      }
      return size;
    }
  }
}
