package org.quantsweep.coreml.mlprogram;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import org.quantsweep.UsageException;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.ComputeUnit;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Deployment;
import org.quantsweep.coreml.FileSizes;
import org.quantsweep.coreml.Findings;
import org.quantsweep.coreml.FunctionSummary;
import org.quantsweep.coreml.Guardrail;
import org.quantsweep.coreml.LinearUse;
import org.quantsweep.coreml.ModelCuts;
import org.quantsweep.coreml.ModelFormat;
import org.quantsweep.coreml.Rewrite;
import org.quantsweep.coreml.StoredWeights;
import org.quantsweep.coreml.WeightStorage;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.quantize.FloatType;
import org.quantsweep.quantize.ProgramQuantizer;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.quantize.TensorQuantizer;
import org.quantsweep.tensor.Tensor;

/**
 * ML Programs in packages. What shares a constant in the files, in several functions, is one weight
 * tensor, and stays shared.
 */
public final class ProgramFormat implements ModelFormat {
  /** How a problem ends where a program names a file of constants that is not there. */
  public static final String NO_FILE = "there is no such file.";

  private static final String EXTENSION = ".mlpackage";
  private static final String STAGE =
      "an ML Program cannot be compressed within its pipeline.\n"
          + "Maybe compress it first, and put the compressed one into the pipeline.";
  private static final String TOO_EARLY =
      "an ML Program for iOS 15 cannot be compressed: iOS 16, macOS 13 are the first that load"
          + " compressed constants.\nMaybe write --deployment-target iOS16, which raises what the"
          + " model needs.";
  private static final String LONE =
      "an ML Program in a file of its own has no place for compressed constants.\n"
          + "Maybe save it as a package (.mlpackage) with coremltools.";

  private final Contents contents;
  private final Opset limit;
  private final ComputeUnit unit;
  private final ProgramWeights uses;
  private final Map<WeightTensor, ProgramWeight> weights = new LinkedHashMap<>();
  private final Map<WeightTensor, ProgramQuantizer> quantizers = new ConcurrentHashMap<>();
  private final Map<String, Optional<String>> raises = new ConcurrentHashMap<>();
  private PackageEncoder encoder;

  /** By the identity of the weights; null until it is asked for. */
  private Map<String, AddableBias> addable;

  private ProgramFormat(Contents contents, List<ProgramWeight> weights, ProgramWeights uses) {
    this(contents, weights, uses, new Limits(Opset.IOS26, ComputeUnit.CPU));
  }

  /**
   * What weight tensors may become.
   *
   * @param latest the latest opset that they may need
   * @param unit what the model is to run on
   */
  private record Limits(Opset latest, ComputeUnit unit) {}

  private ProgramFormat(
      Contents contents, List<ProgramWeight> weights, ProgramWeights uses, Limits limits) {
    this.contents = contents;
    this.uses = uses;
    this.limit = limits.latest();
    this.unit = limits.unit();
    weights.forEach(weight -> this.weights.put(weight.tensor(), weight));
  }

  /** What the functions have now. */
  private Opset ownOpset() {
    Opset own = Opset.IOS15;
    for (ProgramFunction function : contents.program().functions().values()) {
      own = function.opset().isAtLeast(own) ? function.opset() : own;
    }
    return own;
  }

  @Override
  public ModelFormat forDeployment(Deployment place) {
    Opset own = ownOpset();
    Opset latest =
        place
            .target()
            .map(target -> Opset.ofRelease(target.ios()))
            .orElse(Optional.of(own))
            .orElse(Opset.IOS15);
    if (place.target().isPresent() && (place.target().get().ios() < 15 || !latest.isAtLeast(own))) {
      throw new UsageException(
          "an ML Program of opset "
              + own
              + " loads on "
              + own.system()
              + " and later, not on "
              + place.target().get()
              + ".\nMaybe write --deployment-target "
              + own.shortSystem()
              + ", or convert the model again for an earlier system.");
    }
    return new ProgramFormat(
        contents, List.copyOf(weights.values()), uses, new Limits(latest, place.unit()));
  }

  @Override
  public Map<String, SortedMap<String, String>> layerSettings() {
    return ProgramLayers.of(contents.program(), "").settings();
  }

  @Override
  public List<Guardrail> guardrails() {
    return ProgramGuardrails.of(unit, limit);
  }

  /**
   * What a model's files held.
   *
   * @param message of the model
   * @param defaults of optional inputs, by function and input
   * @param files as given
   * @param beside those beside the message's own file, by their path there
   * @param isStage whether it is a part of a pipeline, whose files these are
   */
  public record Contents(
      Model message,
      Program program,
      Map<String, Map<String, Float>> defaults,
      ModelFiles files,
      Map<String, FileContent> beside,
      boolean isStage) {
    /** Copies the maps. */
    public Contents {
      defaults = Map.copyOf(defaults);
      beside = Map.copyOf(beside);
    }
  }

  /**
   * Reads a program's message. What is wrong with it is noted.
   *
   * @param beside the files of constants, by their path within the folder of the program's own file
   */
  public static Program read(
      org.quantsweep.proto.mil.Program message,
      Map<String, FileContent> beside,
      Findings findings) {
    Program program = ProgramMessages.read(message, new BlobFiles(beside), findings);
    if (findings.problemCount() == 0) {
      ProgramChecks.check(program, findings);
    }
    return program;
  }

  /**
   * A model of a program that was checked.
   *
   * @param functions what the functions want and answer
   */
  public static CoreMLModel model(
      CoreMLModel.Source source,
      CoreMLModel.Functions functions,
      List<String> warnings,
      Contents contents) {
    ProgramLayers layers = ProgramLayers.of(contents.program(), source.name());
    List<ProgramWeight> weights = layers.weights();
    return new CoreMLModel(
        source,
        functions,
        layers.layers(),
        weights.stream().map(ProgramWeight::tensor).toList(),
        warnings,
        new ProgramFormat(contents, weights, layers.uses()));
  }

  /**
   * The function of a model of this format that it is seen as.
   *
   * @throws IllegalArgumentException when the model has another format
   */
  public static ProgramFunction function(CoreMLModel model) {
    return of(model).contents.program().functions().get(model.function());
  }

  /** Which operations of a model of this format make and take its weight tensors. */
  public static ProgramWeights weights(CoreMLModel model) {
    return of(model).uses;
  }

  /**
   * The operation that would take a bias that it does not have.
   *
   * @param identity of the {@linkplain ModelFormat#addableBias bias}
   */
  public static Optional<Operation> takerOfAddedBias(CoreMLModel model, String identity) {
    return of(model).addable().values().stream()
        .filter(bias -> bias.weight().tensor().identity().equals(identity))
        .map(AddableBias::operation)
        .findFirst();
  }

  /** The value of an optional input of the function that is not given, everywhere. */
  public static float defaultValue(CoreMLModel model, String input) {
    return of(model)
        .contents
        .defaults()
        .getOrDefault(model.function(), Map.of())
        .getOrDefault(input, 0f);
  }

  private static ProgramFormat of(CoreMLModel model) {
    if (!(model.format() instanceof ProgramFormat format)) {
      throw new IllegalArgumentException(model.name() + ": this model is no ML Program.");
    }
    return format;
  }

  /** Whether a model has this format. */
  public static boolean isFormatOf(CoreMLModel model) {
    return model.format() instanceof ProgramFormat;
  }

  @Override
  public String fileName(String stem) {
    return contents.files().isLone() ? stem + ".mlmodel" : stem + EXTENSION;
  }

  @Override
  public List<FunctionSummary> functions() {
    List<FunctionSummary> summaries = new ArrayList<>();
    contents
        .program()
        .functions()
        .values()
        .forEach(
            function ->
                summaries.add(
                    ProgramSummaries.of(
                        function, contents.defaults().getOrDefault(function.name(), Map.of()))));
    return summaries;
  }

  @Override
  public List<String> halfOverflows(String function) {
    return HalfConstants.beyond(contents.program().functions().get(function));
  }

  @Override
  public Optional<String> compressionRefusal() {
    if (contents.isStage()) {
      return Optional.of(STAGE);
    }
    if (contents.files().isLone()) {
      return Optional.of(LONE);
    }
    return limit.isAtLeast(Opset.IOS16) ? Optional.empty() : Optional.of(TOO_EARLY);
  }

  @Override
  public String spelled(Scheme scheme) {
    return ProgramSchemes.spelled(scheme);
  }

  @Override
  public List<Scheme> uniformSchemes() {
    return ProgramSchemes.uniform().stream()
        .filter(scheme -> refusal(scheme).isEmpty() && isOffered(scheme))
        .toList();
  }

  private boolean isOffered(Scheme scheme) {
    return !ProgramGuardrails.leaveOut(scheme, unit, limit);
  }

  @Override
  public List<Scheme> options(WeightTensor tensor) {
    ProgramWeight weight = weight(tensor);
    // Convolutions never won by leaving weights out, at equal bytes.
    boolean sparse = !tensor.layer().type().startsWith("conv");
    List<Scheme> legal = new ArrayList<>();
    for (Scheme scheme : ProgramSchemes.options(sparse)) {
      if (isOffered(scheme)
          && ProgramSchemes.refusal(weight, scheme).isEmpty()
          && raiseProblem(weight, scheme).isEmpty()) {
        legal.add(scheme);
      }
    }
    return withBiases(tensor, ProgramSchemes.different(weight, legal));
  }

  @Override
  public Optional<WeightTensor> addableBias(WeightTensor tensor) {
    return Optional.ofNullable(addable().get(tensor.identity()))
        .map(bias -> bias.weight().tensor());
  }

  private synchronized Map<String, AddableBias> addable() {
    if (addable == null) {
      addable = new LinkedHashMap<>();
      ProgramLinearUse linear = linearUses();
      for (ProgramWeight weight : weights.values()) {
        linear.addableBias(weight).ifPresent(bias -> addable.put(weight.tensor().identity(), bias));
      }
    }
    return addable;
  }

  @Override
  public List<Scheme> downloadOptions(WeightTensor tensor) {
    ProgramWeight weight = weight(tensor);
    List<Scheme> more = new ArrayList<>();
    for (Scheme scheme : ProgramSchemes.entropyOptions()) {
      if (refusal(scheme).isEmpty()
          && isOffered(scheme)
          && ProgramSchemes.refusal(weight, scheme).isEmpty()
          && raiseProblem(weight, scheme).isEmpty()) {
        more.add(scheme);
      }
    }
    List<Scheme> all = new ArrayList<>(options(tensor));
    all.addAll(withBiases(tensor, more));
    return all;
  }

  @Override
  public byte[] storedArrays(WeightTensor tensor, StoredWeights weights) {
    ProgramWeight weight = weight(tensor);
    return change(weight, weights)
        .orElseGet(() -> floats(weight, weight.type(), tensor.values(), Optional.empty()))
        .arrays()
        .all();
  }

  @Override
  public Optional<String> refusal(Scheme scheme) {
    Opset least = ProgramSchemes.least(scheme);
    return ProgramSchemes.refusal(scheme)
        .or(
            () ->
                limit.isAtLeast(least)
                    ? Optional.empty()
                    : Optional.of(
                        "scheme ("
                            + spelled(scheme)
                            + ") needs "
                            + least.system()
                            + ", but the model is to load on "
                            + limit.system()
                            + ".\nMaybe write --deployment-target "
                            + least.shortSystem()
                            + "."));
  }

  @Override
  public Optional<String> refusal(WeightTensor tensor, Scheme scheme) {
    ProgramWeight weight = weight(tensor);
    Optional<String> problem = ProgramSchemes.refusal(weight, scheme);
    if (problem.isEmpty()) {
      problem = raiseProblem(weight, scheme);
    }
    return problem.or(() -> biasRefusal(tensor, scheme));
  }

  /** Why the functions that make a weight tensor cannot have the opset that a scheme needs. */
  private Optional<String> raiseProblem(ProgramWeight weight, Scheme scheme) {
    Opset least = ProgramSchemes.least(weight, scheme);
    if (!limit.isAtLeast(least)) {
      return Optional.of("it needs " + least.system());
    }
    for (ProgramWeight.Maker maker : weight.makers()) {
      ProgramFunction function = contents.program().functions().get(maker.function());
      Optional<String> problem =
          raises.computeIfAbsent(
              function.name() + " " + least, missing -> OpsetRaise.problem(function, least));
      if (problem.isPresent()) {
        return Optional.of("it needs opset " + least + ", under which " + problem.get());
      }
    }
    return Optional.empty();
  }

  @Override
  public Optional<Scheme> fallback(WeightTensor tensor) {
    return weight(tensor).isPlain() ? Optional.of(new Scheme.FullPrecision()) : Optional.empty();
  }

  @Override
  public StoredWeights.Precision ownFloats(WeightTensor tensor) {
    return weight(tensor).type() == FloatType.HALF
        ? StoredWeights.Precision.FLOAT16
        : StoredWeights.Precision.FLOAT32;
  }

  @Override
  public Map<WeightTensor, Scheme> completed(Map<WeightTensor, Scheme> schemes) {
    return schemes;
  }

  @Override
  public TensorQuantizer quantizer(WeightTensor tensor) {
    return programQuantizer(tensor);
  }

  private ProgramQuantizer programQuantizer(WeightTensor tensor) {
    return quantizers.computeIfAbsent(
        tensor,
        missing -> {
          ProgramWeight weight = weight(tensor);
          return new ProgramQuantizer(tensor.values(), weight.type(), weight.axes());
        });
  }

  private ConstantForm form(WeightTensor tensor, Scheme scheme) {
    return ConstantForm.of(
        scheme, weight(tensor), sparsity -> programQuantizer(tensor).count(sparsity));
  }

  @Override
  public long storedBytes(WeightTensor tensor, Scheme scheme) {
    long own = encoder().storedBytes(weight(tensor), form(tensor, scheme));
    if (!(scheme instanceof Scheme.Compression codes) || !codes.addsBias()) {
      return own;
    }
    AddableBias bias = addable().get(tensor.identity());
    return own + encoder().storedBytes(bias);
  }

  @Override
  public FileSizes sizes() {
    return new ProgramSizes();
  }

  /** Sizes of this package; its encoder is made once something changes. */
  private final class ProgramSizes implements FileSizes {
    private final Map<WeightTensor, Scheme> stored = new HashMap<>();
    private final Set<WeightTensor> corrected = new HashSet<>();
    private PackageSizes sizes;

    @Override
    public void store(WeightTensor tensor, Optional<Scheme> scheme) {
      scheme
          .filter(wanted -> !ProgramSchemes.isAsStored(weight(tensor), wanted))
          .ifPresentOrElse(own -> stored.put(tensor, own), () -> stored.remove(tensor));
      change(tensor);
    }

    @Override
    public void correct(WeightTensor tensor, boolean wanted) {
      if (wanted ? corrected.add(tensor) : corrected.remove(tensor)) {
        change(tensor);
      }
    }

    private void change(WeightTensor tensor) {
      Scheme scheme = stored.get(tensor);
      boolean other = corrected.contains(tensor);
      ConstantForm form = scheme == null ? null : form(tensor, scheme);
      if (form == null && other) {
        boolean half = tensor.storage() instanceof WeightStorage.Float16;
        FloatType type = weight(tensor).type();
        form = new ConstantForm.Floats(half ? FloatType.HALF : type, type);
      }
      if (sizes != null || form != null) {
        sizes = sizes == null ? new PackageSizes(encoder()) : sizes;
        Optional<Scheme> source =
            other ? Optional.empty() : Optional.ofNullable(scheme).filter(StoredWeights::isPlain);
        sizes.change(tensor, form, source);
      }
    }

    @Override
    public ByteSize size() {
      return stored.isEmpty() && corrected.isEmpty() ? contents.files().size() : sizes.size();
    }
  }

  @Override
  public ModelFiles encode(Map<WeightTensor, StoredWeights> stored) {
    Map<WeightTensor, PackageEncoder.Change> changes = new LinkedHashMap<>();
    stored.forEach(
        (tensor, weights) ->
            change(weight(tensor), weights).ifPresent(change -> changes.put(tensor, change)));
    return changes.isEmpty() ? contents.files() : encoder().encode(changes);
  }

  private static Optional<PackageEncoder.Change> change(
      ProgramWeight weight, StoredWeights stored) {
    if (stored instanceof StoredWeights.Codes codes) {
      return Optional.of(
          new PackageEncoder.Change(
              ConstantForm.of(codes.weights()),
              ConstantContents.of(codes.weights()),
              codes.source()));
    }
    if (stored instanceof StoredWeights.OtherFloats floats) {
      FloatType type =
          floats.precision() == StoredWeights.Precision.FLOAT16 ? FloatType.HALF : weight.type();
      return Optional.of(floats(weight, type, floats.values(), Optional.empty()));
    }
    boolean half =
        ((StoredWeights.OwnFloats) stored).precision() == StoredWeights.Precision.FLOAT16;
    FloatType type = half ? FloatType.HALF : weight.type();
    return weight.isPlain() && type == weight.type()
        ? Optional.empty()
        : Optional.of(
            floats(
                weight,
                type,
                weight.tensor().values(),
                Optional.of(half ? new Scheme.HalfPrecision() : new Scheme.FullPrecision())));
  }

  private static PackageEncoder.Change floats(
      ProgramWeight weight, FloatType stored, Tensor values, Optional<Scheme> source) {
    return new PackageEncoder.Change(
        new ConstantForm.Floats(stored, weight.type()),
        ConstantContents.of(values, stored),
        source);
  }

  private ProgramWeight weight(WeightTensor tensor) {
    ProgramWeight own = weights.get(tensor);
    return own != null
        ? own
        : addable().values().stream()
            .map(AddableBias::weight)
            .filter(bias -> bias.tensor().equals(tensor))
            .findFirst()
            .orElse(null);
  }

  private synchronized PackageEncoder encoder() {
    if (encoder == null) {
      encoder =
          new PackageEncoder(
              contents.message(),
              contents.program(),
              contents.beside(),
              List.copyOf(weights.values()),
              List.copyOf(addable().values()));
    }
    return encoder;
  }

  @Override
  public Optional<LinearUse> linearUse(WeightTensor tensor) {
    return linearUses().of(tensor);
  }

  private ProgramLinearUse linearUses() {
    List<ProgramFunction> functions = List.copyOf(contents.program().functions().values());
    return new ProgramLinearUse(uses, new ValueClipping(functions));
  }

  @Override
  public ModelCuts cuts(CoreMLModel model) {
    return new ProgramCuts(function(model), uses);
  }

  @Override
  public CoreMLModel rewrite(CoreMLModel model, Rewrite rewrite) {
    return model;
  }
}
