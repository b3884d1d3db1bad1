package org.quantsweep.coreml;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.quantsweep.UsageException;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.quantize.TensorQuantizer;

/**
 * The format that one model is stored in: what its weight tensors may be stored as, how large that
 * is, and the files that come out. It holds what the model's files held. Immutable and safe for
 * several threads.
 *
 * <p>Two formats implement it; others are not foreseen, and a test of the architecture says so.
 */
public interface ModelFormat {
  /**
   * A name for this model's files.
   *
   * @param stem for example {@code selected}
   * @return for example {@code selected.mlmodel}
   */
  String fileName(String stem);

  /** What the model's functions say beyond what every format has; empty where it has none. */
  default List<FunctionSummary> functions() {
    return List.of();
  }

  /**
   * What layers are told besides their types, their blobs and their weights, by the layers' paths:
   * the names of settings with their values as short texts, which are the same only for the same
   * values. For comparing two models.
   */
  Map<String, SortedMap<String, String>> layerSettings();

  /**
   * The constants of a function that half precision cannot hold where the function wants it to: a
   * sentence for each. Reads every such constant.
   */
  default List<String> halfOverflows(String function) {
    return List.of();
  }

  /**
   * Why no weight tensor of this format can be stored otherwise, in the form of a message with its
   * cure; empty where some can.
   */
  default Optional<String> compressionRefusal() {
    return Optional.empty();
  }

  /**
   * The same model for a place where it is to run: what cannot be loaded there is refused, and what
   * is reported to do badly there is not offered.
   *
   * @throws UsageException when the model itself cannot be loaded there
   */
  ModelFormat forDeployment(Deployment deployment);

  /** What is not offered, though it is legal, and why. */
  default List<Guardrail> guardrails() {
    return List.of();
  }

  /** A scheme as people of this format write it; {@link Scheme#parse} reads it. */
  default String spelled(Scheme scheme) {
    return scheme.toString();
  }

  /** Every scheme that needs no plugin, in a fixed order: the uniform family is one of each. */
  List<Scheme> uniformSchemes();

  /**
   * The schemes that a search chooses from for a weight tensor: floats first, then ascending in
   * width; each fitted scheme behind its plain form.
   */
  List<Scheme> options(WeightTensor tensor);

  /**
   * The schemes that a search chooses from where what is downloaded is to be small: some of them
   * take more bytes on disk and fewer once deflated.
   */
  default List<Scheme> downloadOptions(WeightTensor tensor) {
    return options(tensor);
  }

  /** Whether a weight tensor may be stored as codes at all. */
  default boolean isQuantizable(WeightTensor tensor) {
    return options(tensor).stream().anyMatch(Scheme.Compression.class::isInstance);
  }

  /**
   * Why no weight tensor of this format may be stored in a scheme, in the form of a message with
   * its cure; empty where some may.
   */
  Optional<String> refusal(Scheme scheme);

  /**
   * Refuses a scheme that no weight tensor of this format may be stored in.
   *
   * @throws UsageException naming why, and another one
   */
  default void requireLegal(Scheme scheme) {
    refusal(scheme)
        .ifPresent(
            problem -> {
              throw new UsageException(problem);
            });
  }

  /**
   * Why this weight tensor may not be stored in a scheme that others may be stored in, as the rest
   * of a sentence; empty where it may.
   */
  Optional<String> refusal(WeightTensor tensor, Scheme scheme);

  /**
   * What a weight tensor is stored in where a scheme would take more bytes than that; empty for as
   * stored.
   */
  Optional<Scheme> fallback(WeightTensor tensor);

  /** The precision of a weight tensor's plain floats, where nothing else is asked for. */
  default StoredWeights.Precision ownFloats(WeightTensor tensor) {
    return StoredWeights.Precision.FLOAT32;
  }

  /**
   * A plan with what the format demands besides: where the floats of one layer share one precision,
   * those that the plan leaves out are added. What is added to a layer follows from that layer's
   * own schemes.
   *
   * @param schemes legal ones, by weight tensor, in the order of the plan
   */
  Map<WeightTensor, Scheme> completed(Map<WeightTensor, Scheme> schemes);

  /** Makes the codes of a weight tensor: what shares a scale is the format's rule. */
  TensorQuantizer quantizer(WeightTensor tensor);

  /** The bytes that a weight tensor takes in a scheme. */
  long storedBytes(WeightTensor tensor, Scheme scheme);

  /** The arrays of a weight tensor as they lie in the files, one behind the other. */
  byte[] storedArrays(WeightTensor tensor, StoredWeights weights);

  /** The bytes of the files as weight tensors are stored otherwise, without making them. */
  FileSizes sizes();

  /**
   * The bytes of the files in which some weight tensors are stored in schemes.
   *
   * @param schemes legal and {@link #completed}; other weight tensors stay as stored
   * @param corrected weight tensors that get other values and keep their form
   */
  default ByteSize encodedSize(Map<WeightTensor, Scheme> schemes, Set<WeightTensor> corrected) {
    FileSizes sizes = sizes();
    schemes.forEach((tensor, scheme) -> sizes.store(tensor, Optional.of(scheme)));
    corrected.forEach(tensor -> sizes.correct(tensor, true));
    return sizes.size();
  }

  /**
   * The files in which some weight tensors are stored otherwise; the same for equal weights.
   *
   * @param weights of those that change; others stay as stored
   */
  ModelFiles encode(Map<WeightTensor, StoredWeights> weights);

  /**
   * How a weight tensor's layer multiplies its input with it; empty where it does something else
   * with it, or takes its input from no value of the model.
   */
  Optional<LinearUse> linearUse(WeightTensor tensor);

  /**
   * A bias that the layer of a weight tensor does not have and could have: of zeros, one for each
   * output channel. It is none of the model's weight tensors and lies in no file until {@link
   * #encode} is given values for it. Empty where the layer has a bias, or cannot have one.
   */
  default Optional<WeightTensor> addableBias(WeightTensor tensor) {
    return Optional.empty();
  }

  /**
   * Schemes, and behind each fitted one the same with a bias where the layer could get one.
   *
   * @param schemes of this weight tensor
   */
  default List<Scheme> withBiases(WeightTensor tensor, List<Scheme> schemes) {
    if (schemes.stream().allMatch(StoredWeights::isPlain) || addableBias(tensor).isEmpty()) {
      return schemes;
    }
    List<Scheme> all = new ArrayList<>();
    for (Scheme scheme : schemes) {
      all.add(scheme);
      if (scheme instanceof Scheme.Compression codes && codes.calibrated()) {
        all.add(codes.fittedWithBias());
      }
    }
    return all;
  }

  /**
   * Why the layer of a weight tensor gets no bias where a scheme adds one, as the rest of a
   * sentence; empty where it gets one, or the scheme adds none.
   */
  default Optional<String> biasRefusal(WeightTensor tensor, Scheme scheme) {
    if (!(scheme instanceof Scheme.Compression codes)
        || !codes.addsBias()
        || addableBias(tensor).isPresent()) {
      return Optional.empty();
    }
    boolean own = linearUse(tensor).flatMap(LinearUse::bias).isPresent();
    return Optional.of(
        own
            ? "its layer has a bias, which "
                + spelled(codes.fitted())
                + " corrects at no further bytes"
            : "its layer cannot get a bias");
  }

  /**
   * Where a model of this format can be cut, seen as the function that it is seen as.
   *
   * @param model the one of this format
   */
  default ModelCuts cuts(CoreMLModel model) {
    return new LayerCuts(model);
  }

  /**
   * The model after a rewrite.
   *
   * @param model the one of this format
   * @return the model given when there is nothing to do
   */
  CoreMLModel rewrite(CoreMLModel model, Rewrite rewrite);
}
