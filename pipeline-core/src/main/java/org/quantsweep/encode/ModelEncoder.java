package org.quantsweep.encode;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.artifact.DownloadSize;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.LinearUse;
import org.quantsweep.coreml.ModelFormat;
import org.quantsweep.coreml.StoredWeights;
import org.quantsweep.coreml.WeightStorage;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.quantize.CalibratedWeights;
import org.quantsweep.quantize.CodedWeights;
import org.quantsweep.quantize.HalfPrecisionCodec;
import org.quantsweep.quantize.OptimalTableSet;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.quantize.TensorQuantizer;
import org.quantsweep.tensor.Tensor;

/**
 * Applies plans to one model. The same plan always gives the same files, and {@link #encodedSize}
 * is the size of those files. Safe for several threads.
 *
 * <p>The model's format says what is legal and what comes out. A weight tensor that a plan would
 * make larger than its {@linkplain ModelFormat#fallback fallback} is stored in that.
 */
public final class ModelEncoder {
  private final CoreMLModel model;
  private final ModelFormat format;
  private final CalibratedOptions options;
  private final Map<String, WeightTensor> tensors = new LinkedHashMap<>();

  /** Kept, since the tables of all widths come from one run. */
  private final Map<String, TensorQuantizer> quantizers = new ConcurrentHashMap<>();

  private final Map<String, Optional<WeightTensor>> ownBiases = new ConcurrentHashMap<>();

  private final WeightLimits limits = new WeightLimits(this::quantizer);

  private final PlanSizes sizes;

  /** For one model, which may be a rewritten one; no calibrated schemes. */
  public ModelEncoder(CoreMLModel model) {
    this(model, CalibratedOptions.NONE);
  }

  /**
   * For one model, which may be a rewritten one.
   *
   * @param options the codes of calibrated schemes. Where they come with a corrected bias, it takes
   *     the place of the layer's own, in the precision that this one is stored in; a layer without
   *     a bias gets one where its scheme adds it
   */
  public ModelEncoder(CoreMLModel model, CalibratedOptions options) {
    this.model = model;
    this.format = model.format();
    this.options = options;
    for (WeightTensor tensor : model.weightTensors()) {
      tensors.put(tensor.identity(), tensor);
    }
    this.sizes =
        new PlanSizes(
            format,
            tensors.values(),
            new PlanSizes.Rules(
                this::requireLegal, this::smallest, this::bias, format::addableBias));
  }

  /**
   * The bytes that {@link #encode} would make, without making them. Plans that differ in little
   * from the one before cost little.
   *
   * @throws UsageException as {@link #encode}
   */
  public ByteSize encodedSize(QuantizationPlan plan) {
    return sizes.of(plan);
  }

  /**
   * The files in which every weight tensor is stored as the plan says.
   *
   * @throws UsageException when the plan names a weight tensor that the model does not have, that
   *     is updatable, or that cannot be stored so
   * @throws BadInputException when a weight tensor's own values cannot be stored so
   */
  public ModelFiles encode(QuantizationPlan plan) {
    Map<WeightTensor, Scheme> resolved = resolve(plan);
    requireStorable(resolved);
    Map<WeightTensor, StoredWeights> stored = new LinkedHashMap<>();
    resolved.forEach((tensor, scheme) -> stored.put(tensor, stored(tensor, scheme)));
    correctedBiases(resolved)
        .forEach(
            (bias, values) ->
                stored.put(
                    bias,
                    new StoredWeights.OtherFloats(precision(bias, resolved.get(bias)), values)));
    return format.encode(stored);
  }

  /**
   * What a reader of the files would take the weights for: the decoded values of every weight
   * tensor whose values the plan changes, by identity.
   *
   * @throws UsageException as {@link #encode}
   */
  public Map<String, Tensor> decoded(QuantizationPlan plan) {
    Map<WeightTensor, Scheme> resolved = resolve(plan);
    Map<String, Tensor> values = new TreeMap<>();
    resolved.forEach(
        (tensor, scheme) -> {
          if (scheme instanceof Scheme.Compression quantization) {
            values.put(tensor.identity(), weights(tensor, quantization).weights().dequantize());
          } else if (scheme instanceof Scheme.HalfPrecision) {
            values.put(tensor.identity(), halved(tensor.values()));
          }
        });
    correctedBiases(resolved)
        .forEach(
            (bias, corrected) ->
                values.put(
                    bias.identity(),
                    precision(bias, resolved.get(bias)) == StoredWeights.Precision.FLOAT16
                        ? halved(corrected)
                        : corrected));
    return values;
  }

  /** The fitted codes of a weight tensor, by its identity; packed, however the scheme has them. */
  public CalibratedWeights calibrated(String identity, Scheme.Compression scheme) {
    return fitted(identity, scheme);
  }

  /** What a search chooses from for a weight tensor, by its identity: what holds its values. */
  public List<Scheme> options(String identity) {
    return format.options(tensors.get(identity)).stream()
        .filter(scheme -> unstorable(identity, scheme).isEmpty())
        .toList();
  }

  /** The same where what is downloaded is to be small. */
  public List<Scheme> downloadOptions(String identity) {
    return format.downloadOptions(tensors.get(identity)).stream()
        .filter(scheme -> unstorable(identity, scheme).isEmpty())
        .toList();
  }

  /**
   * What the arrays of a weight tensor deflate to, as they lie in the files, under a scheme or its
   * fallback: bytes.
   */
  public long deflatedBytes(String identity, Scheme scheme) {
    WeightTensor tensor = tensors.get(identity);
    return smallest(tensor, scheme)
        .map(own -> DownloadSize.of(arrays(tensor, own)))
        // Stored as given, in a form that nobody makes again: such arrays hardly deflate.
        .orElseGet(() -> tensor.storedBytes().bytes());
  }

  /** The arrays of a weight tensor, and of the bias that comes along, one behind the other. */
  private byte[] arrays(WeightTensor tensor, Scheme scheme) {
    byte[] own = format.storedArrays(tensor, stored(tensor, scheme));
    Map<WeightTensor, Tensor> added = new LinkedHashMap<>();
    if (scheme instanceof Scheme.Compression codes && codes.addsBias()) {
      added.putAll(correctedBiases(Map.of(tensor, scheme)));
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(own);
    added.forEach(
        (bias, values) ->
            all.writeBytes(
                format.storedArrays(
                    bias, new StoredWeights.OtherFloats(precision(bias, null), values))));
    return all.toByteArray();
  }

  /**
   * Why a scheme cannot hold a weight tensor: its own values, or those that come along, such as a
   * bias into half precision. Empty where it can.
   *
   * @param identity of the weight tensor
   */
  public Optional<Unstorable> unstorable(String identity, Scheme scheme) {
    // Itself first: codes are also made where the fallback takes their place.
    Optional<Unstorable> itself = unstorable(tensors.get(identity), scheme);
    if (itself.isPresent() || scheme instanceof Scheme.Compression) {
      // Codes bring nothing along: that is for floats that share a precision.
      return itself;
    }
    TreeMap<String, Scheme> alone = new TreeMap<>(Map.of(identity, scheme));
    return unstorable(resolve(new QuantizationPlan(alone))).stream().findFirst();
  }

  private Optional<Unstorable> unstorable(WeightTensor tensor, Scheme scheme) {
    return limits
        .refusal(tensor, scheme)
        .map(reason -> new Unstorable(tensor.identity(), tensor.layer().path(), scheme, reason));
  }

  private List<Unstorable> unstorable(Map<WeightTensor, Scheme> resolved) {
    List<Unstorable> found = new ArrayList<>();
    resolved.forEach((tensor, scheme) -> unstorable(tensor, scheme).ifPresent(found::add));
    return found;
  }

  /**
   * Refuses a plan whose schemes cannot hold the values of the weight tensors.
   *
   * @throws UsageException as {@link #encode}
   * @throws BadInputException naming each weight tensor, its layer and a value
   */
  public void requireStorable(QuantizationPlan plan) {
    requireStorable(resolve(plan));
  }

  private void requireStorable(Map<WeightTensor, Scheme> resolved) {
    List<Unstorable> found = unstorable(resolved);
    if (!found.isEmpty()) {
      throw new BadInputException(
          model.name()
              + ": "
              + found.stream().map(Unstorable::toString).collect(Collectors.joining("\n"))
              + "\nMaybe leave the layer's weights in full precision: "
              + found.stream()
                  .map(each -> "--keep " + leavable(each, resolved) + "=full")
                  .distinct()
                  .collect(Collectors.joining(" "))
              + ".");
    }
  }

  /** What is to be kept: the tensor itself, or that of its layer that takes it along. */
  private static String leavable(Unstorable found, Map<WeightTensor, Scheme> resolved) {
    return resolved.keySet().stream()
        .filter(tensor -> tensor.layer().path().equals(found.layer()))
        .filter(tensor -> !tensor.isVector())
        .map(WeightTensor::identity)
        .filter(identity -> found.scheme() instanceof Scheme.HalfPrecision)
        .findFirst()
        .orElse(found.tensor());
  }

  /** The tables of least error of some weight tensors that were found so far, by identity. */
  public Map<String, OptimalTableSet> knownTables(Collection<String> identities) {
    Map<String, OptimalTableSet> known = new TreeMap<>();
    for (String identity : identities) {
      Optional.ofNullable(quantizers.get(identity))
          .flatMap(TensorQuantizer::knownTables)
          .ifPresent(tables -> known.put(identity, tables));
    }
    return known;
  }

  /** The bytes that a weight tensor takes under a scheme, or under its fallback if that is less. */
  public long storedBytes(String identity, Scheme scheme) {
    WeightTensor tensor = tensors.get(identity);
    return smallest(tensor, scheme)
        .map(smaller -> format.storedBytes(tensor, smaller))
        .orElse(tensor.storedBytes().bytes());
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

  /**
   * Why a weight tensor may not be stored in a scheme that others may be stored in, as the rest of
   * a sentence; empty where it may.
   */
  public Optional<String> refusal(String identity, Scheme scheme) {
    return format.refusal(tensors.get(identity), scheme);
  }

  /** The codes of a calibrated scheme; where there are none, that is said in the format's names. */
  private CalibratedWeights fitted(String identity, Scheme.Compression scheme) {
    if (options == CalibratedOptions.NONE) {
      throw CalibratedOptions.missing(identity, spelled(scheme), spelled(scheme.plain()));
    }
    return options.get(identity, scheme.packed());
  }

  /** A scheme as people of the model's format write it. */
  public String spelled(Scheme scheme) {
    return format.spelled(scheme);
  }

  /** The values of a weight tensor, by its identity. */
  public Tensor values(String identity) {
    return tensors.get(identity).values();
  }

  /** The number of values of a weight tensor, by its identity. */
  public long elementCount(String identity) {
    return tensors.get(identity).elementCount();
  }

  /**
   * Refuses a plan that {@link #encode} would refuse, before any work.
   *
   * @throws UsageException as {@link #encode}
   */
  public void requireLegal(QuantizationPlan plan) {
    List<String> problems = new ArrayList<>();
    plan.schemes().values().forEach(format::requireLegal);
    plan.schemes()
        .forEach(
            (identity, scheme) -> {
              WeightTensor tensor = tensors.get(identity);
              if (tensor == null) {
                problems.add("there is no weight tensor '" + identity + "'.");
              } else if (tensor.updatable()) {
                problems.add("weight tensor '" + identity + "' is updatable and is left alone.");
              } else {
                format
                    .refusal(tensor, scheme)
                    .ifPresent(
                        reason ->
                            problems.add(
                                "weight tensor '"
                                    + identity
                                    + "' cannot be stored as "
                                    + format.spelled(scheme)
                                    + ": "
                                    + reason
                                    + "."));
              }
            });
    if (!problems.isEmpty()) {
      throw new UsageException(
          model.name()
              + ": "
              + String.join("\n", problems)
              + "\nMaybe list the weight tensors with quantsweep inspect.");
    }
  }

  private StoredWeights stored(WeightTensor tensor, Scheme scheme) {
    if (scheme instanceof Scheme.Compression quantization) {
      return new StoredWeights.Codes(
          weights(tensor, quantization).weights(),
          Optional.of(scheme).filter(StoredWeights::isPlain));
    }
    return new StoredWeights.OwnFloats(
        scheme instanceof Scheme.HalfPrecision
            ? StoredWeights.Precision.FLOAT16
            : StoredWeights.Precision.FLOAT32);
  }

  private CalibratedWeights weights(WeightTensor tensor, Scheme.Compression scheme) {
    CalibratedWeights packed =
        scheme.calibrated()
            ? fitted(tensor.identity(), scheme)
            : new CalibratedWeights(quantizer(tensor).quantize(scheme.packed()), Optional.empty());
    return !scheme.equals(scheme.packed()) && packed.weights() instanceof CodedWeights codes
        ? new CalibratedWeights(codes.bytewise(), packed.bias())
        : packed;
  }

  private TensorQuantizer quantizer(WeightTensor tensor) {
    return quantizers.computeIfAbsent(tensor.identity(), identity -> format.quantizer(tensor));
  }

  /** The biases of calibrated layers that stay in floats. */
  private Map<WeightTensor, Tensor> correctedBiases(Map<WeightTensor, Scheme> resolved) {
    Map<WeightTensor, Tensor> corrected = new LinkedHashMap<>();
    biases(resolved)
        .forEach(
            (bias, tensor) ->
                corrected.put(bias, corrected(bias, tensor, resolved).reshape(bias.shape())));
    return corrected;
  }

  /** What a bias becomes; its own values where none were found, or none that it can hold. */
  private Tensor corrected(
      WeightTensor bias, WeightTensor tensor, Map<WeightTensor, Scheme> resolved) {
    return fitted(tensor.identity(), (Scheme.Compression) resolved.get(tensor))
        .bias()
        .filter(values -> holds(precision(bias, resolved.get(bias)), values))
        .orElseGet(bias::values);
  }

  /** The biases that calibrated weight tensors may correct, each with the last of these. */
  private Map<WeightTensor, WeightTensor> biases(Map<WeightTensor, Scheme> resolved) {
    Map<WeightTensor, WeightTensor> biases = new LinkedHashMap<>();
    resolved.forEach(
        (tensor, scheme) -> {
          if (scheme instanceof Scheme.Compression compression && compression.calibrated()) {
            (compression.addsBias() ? format.addableBias(tensor) : bias(tensor))
                .filter(bias -> !(resolved.get(bias) instanceof Scheme.Compression))
                .filter(bias -> !bias.storage().isQuantized())
                .ifPresent(bias -> biases.put(bias, tensor));
          }
        });
    return biases;
  }

  private Optional<WeightTensor> bias(WeightTensor tensor) {
    return ownBiases.computeIfAbsent(
        tensor.identity(), missing -> format.linearUse(tensor).flatMap(LinearUse::bias));
  }

  private static boolean holds(StoredWeights.Precision precision, Tensor values) {
    for (float value : values.sharedArray()) {
      if (!Float.isFinite(value)
          || (precision == StoredWeights.Precision.FLOAT16 && !HalfPrecisionCodec.holds(value))) {
        return false;
      }
    }
    return true;
  }

  private static Tensor halved(Tensor values) {
    return Tensor.wrap(
        values.shape(), HalfPrecisionCodec.decode(HalfPrecisionCodec.encode(values.sharedArray())));
  }

  /** The scheme of every weight tensor whose stored form changes or is named. */
  private Map<WeightTensor, Scheme> resolve(QuantizationPlan plan) {
    requireLegal(plan);
    Map<WeightTensor, Scheme> resolved = new LinkedHashMap<>();
    plan.schemes()
        .forEach(
            (identity, scheme) -> {
              WeightTensor tensor = tensors.get(identity);
              smallest(tensor, scheme).ifPresent(smaller -> resolved.put(tensor, smaller));
            });
    return format.completed(resolved);
  }

  /** The scheme, or the fallback where that takes less than codes; empty for as stored. */
  private Optional<Scheme> smallest(WeightTensor tensor, Scheme scheme) {
    if (!(scheme instanceof Scheme.Compression)) {
      return Optional.of(scheme);
    }
    Optional<Scheme> fallback = format.fallback(tensor);
    long least =
        fallback
            .map(smaller -> format.storedBytes(tensor, smaller))
            .orElse(tensor.storedBytes().bytes());
    return format.storedBytes(tensor, scheme) > least ? fallback : Optional.of(scheme);
  }

  /** The precision of a tensor's floats: as planned, or else as stored. */
  private static StoredWeights.Precision precision(WeightTensor tensor, Scheme planned) {
    boolean half =
        planned == null
            ? tensor.storage() instanceof WeightStorage.Float16
            : planned instanceof Scheme.HalfPrecision;
    return half ? StoredWeights.Precision.FLOAT16 : StoredWeights.Precision.FLOAT32;
  }
}
