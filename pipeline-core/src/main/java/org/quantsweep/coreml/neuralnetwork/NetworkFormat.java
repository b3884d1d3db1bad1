package org.quantsweep.coreml.neuralnetwork;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.Clipping;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Deployment;
import org.quantsweep.coreml.DetectionFilter;
import org.quantsweep.coreml.FileSizes;
import org.quantsweep.coreml.Layer;
import org.quantsweep.coreml.LinearUse;
import org.quantsweep.coreml.ModelFormat;
import org.quantsweep.coreml.Rewrite;
import org.quantsweep.coreml.StoredWeights;
import org.quantsweep.coreml.WeightStorage;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NonMaximumSuppression;
import org.quantsweep.quantize.NetworkQuantizer;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.quantize.TensorQuantizer;

/**
 * Models of one file whose weights lie in neural networks: networks, pipelines of them, and kinds
 * that have no weights here.
 *
 * <p>Floats of one layer share one precision, as Core ML demands: a half-precision convolution
 * takes its bias along. The specification version is raised to what the contents need: 2 for half
 * precision, 3 for codes, that of every pipeline around it included.
 */
public final class NetworkFormat implements ModelFormat {
  private static final String EXTENSION = ".mlmodel";
  private static final int HALF_PRECISION_VERSION = 2;
  private static final int QUANTIZED_VERSION = 3;

  private final Model message;

  /** Whether no layer lies in a pipeline, a branch or a loop. */
  private final boolean isOneNetwork;

  private final Map<String, WeightMessages> messages = new HashMap<>();
  private final Map<String, WeightPlace> places = new HashMap<>();
  private final Map<Layer, List<WeightTensor>> byLayer = new LinkedHashMap<>();

  /** By the identity of the weights, and by their own. */
  private final Map<String, AddableBias> addable = new HashMap<>();

  private final Map<String, AddableBias> addableBiases = new HashMap<>();

  private final Deployment deployment;

  /** Made when it is first asked for. */
  private BlobClipping clipping;

  private NetworkFormat(Model message, boolean isOneNetwork) {
    this.message = message;
    this.isOneNetwork = isOneNetwork;
    this.deployment = Deployment.DEFAULT;
  }

  private NetworkFormat(NetworkFormat same, Deployment deployment) {
    this.message = same.message;
    this.isOneNetwork = same.isOneNetwork;
    this.deployment = deployment;
    this.messages.putAll(same.messages);
    this.places.putAll(same.places);
    this.byLayer.putAll(same.byLayer);
    this.addable.putAll(same.addable);
    this.addableBiases.putAll(same.addableBiases);
  }

  @Override
  public ModelFormat forDeployment(Deployment place) {
    return new NetworkFormat(this, place);
  }

  /**
   * A model of a message that was checked.
   *
   * @param described what the message says about itself
   */
  public static CoreMLModel model(
      CoreMLModel.Source source,
      CoreMLModel.ModelInterface described,
      List<String> warnings,
      Model message) {
    List<NetworkLayers.Found> all = NetworkLayers.of(message);
    NetworkFormat format =
        new NetworkFormat(message, all.stream().allMatch(NetworkLayers.Found::isTopLevel));
    List<Layer> layers = new ArrayList<>();
    List<WeightTensor> tensors = new ArrayList<>();
    for (NetworkLayers.Found found : all) {
      layers.add(found.layer());
      for (WeightField field : LayerWeights.of(found.message())) {
        if (StoredValues.of(field.params()) != StoredValues.NONE) {
          WeightPlace place =
              new WeightPlace(found.message(), field, found.location().then(field.steps()));
          WeightTensor tensor = place.tensor(found.layer());
          format.add(tensor, place);
          tensors.add(tensor);
        }
      }
    }
    return new CoreMLModel(source, described, layers, tensors, warnings, format);
  }

  @Override
  public Map<String, SortedMap<String, String>> layerSettings() {
    Map<String, SortedMap<String, String>> settings = new TreeMap<>();
    NetworkLayers.of(message)
        .forEach(found -> settings.put(found.layer().path(), LayerSettings.of(found.message())));
    return settings;
  }

  private void add(WeightTensor tensor, WeightPlace place) {
    places.put(tensor.identity(), place);
    messages.put(tensor.identity(), new WeightMessages(tensor, place));
    byLayer.computeIfAbsent(tensor.layer(), layer -> new ArrayList<>()).add(tensor);
    if (isOneNetwork && !message.getIsUpdatable() && !tensor.updatable()) {
      AddableBias.of(tensor, place)
          .ifPresent(
              bias -> {
                addable.put(tensor.identity(), bias);
                addableBiases.put(bias.tensor().identity(), bias);
              });
    }
  }

  /**
   * The message of a model of this format, as it was read, unknown fields included.
   *
   * @throws IllegalArgumentException when the model has another format
   */
  public static Model message(CoreMLModel model) {
    return of(model).message;
  }

  /** What a model keeps of overlapping boxes; empty for a model that does something else. */
  public static Optional<DetectionFilter> detectionFilter(CoreMLModel model) {
    if (!(model.format() instanceof NetworkFormat format)
        || !format.message.hasNonMaximumSuppression()) {
      return Optional.empty();
    }
    NonMaximumSuppression message = format.message.getNonMaximumSuppression();
    return Optional.of(
        new DetectionFilter(
            message.getIouThreshold(),
            message.getConfidenceThreshold(),
            message.getPickTop().getPerClass(),
            message.getConfidenceInputFeatureName(),
            message.getCoordinatesInputFeatureName(),
            message.getConfidenceOutputFeatureName(),
            message.getCoordinatesOutputFeatureName(),
            message.hasInt64ClassLabels()
                ? message.getInt64ClassLabels().getVectorList().stream()
                    .map(String::valueOf)
                    .toList()
                : message.getStringClassLabels().getVectorList()));
  }

  /** Where a weight tensor lies in the message of a model of this format. */
  static WeightPlace place(CoreMLModel model, WeightTensor tensor) {
    return of(model).place(tensor);
  }

  private static NetworkFormat of(CoreMLModel model) {
    if (!(model.format() instanceof NetworkFormat format)) {
      throw new IllegalArgumentException(model.name() + ": this model is no neural network.");
    }
    return format;
  }

  @Override
  public String fileName(String stem) {
    return stem + EXTENSION;
  }

  @Override
  public List<Scheme> uniformSchemes() {
    return NetworkSchemes.uniform().stream().filter(scheme -> refusal(scheme).isEmpty()).toList();
  }

  @Override
  public List<Scheme> options(WeightTensor tensor) {
    List<Scheme> all =
        place(tensor).isQuantizable()
            ? NetworkSchemes.options()
            : List.of(new Scheme.FullPrecision(), new Scheme.HalfPrecision());
    return withBiases(
        tensor,
        all.stream()
            .filter(scheme -> NetworkSchemes.targetRefusal(scheme, deployment).isEmpty())
            .toList());
  }

  @Override
  public List<Scheme> downloadOptions(WeightTensor tensor) {
    List<Scheme> all = new ArrayList<>(options(tensor));
    if (isQuantizable(tensor)) {
      all.addAll(withBiases(tensor, NetworkSchemes.entropyOptions()));
    }
    return all;
  }

  @Override
  public byte[] storedArrays(WeightTensor tensor, StoredWeights weights) {
    if (weights instanceof StoredWeights.OtherFloats added
        && addableBiases.containsKey(tensor.identity())) {
      return AddableBias.message(added.values()).toByteArray();
    }
    return messages.get(tensor.identity()).message(weights).toByteArray();
  }

  @Override
  public Optional<String> refusal(Scheme scheme) {
    return NetworkSchemes.refusal(scheme)
        .or(() -> NetworkSchemes.targetRefusal(scheme, deployment));
  }

  @Override
  public Optional<String> refusal(WeightTensor tensor, Scheme scheme) {
    return scheme instanceof Scheme.Compression && !place(tensor).isQuantizable()
        ? Optional.of("the format has no codes there")
        : biasRefusal(tensor, scheme);
  }

  @Override
  public Optional<WeightTensor> addableBias(WeightTensor tensor) {
    return Optional.ofNullable(addable.get(tensor.identity())).map(AddableBias::tensor);
  }

  @Override
  public Optional<Scheme> fallback(WeightTensor tensor) {
    // Full precision is smaller than such codes, and closer.
    return Optional.of(new Scheme.FullPrecision());
  }

  @Override
  public Map<WeightTensor, Scheme> completed(Map<WeightTensor, Scheme> schemes) {
    Map<Layer, Scheme> precisions = new LinkedHashMap<>();
    schemes.forEach(
        (tensor, scheme) -> {
          if (!(scheme instanceof Scheme.Compression)) {
            // Half precision wins: a tensor was put into full precision only to save bytes.
            precisions.merge(
                tensor.layer(),
                scheme,
                (one, other) -> one instanceof Scheme.HalfPrecision ? one : other);
          }
        });
    Map<WeightTensor, Scheme> completed = new LinkedHashMap<>(schemes);
    precisions.forEach(
        (layer, wanted) -> {
          for (WeightTensor tensor : byLayer.get(layer)) {
            Optional<Scheme> floats = floats(tensor, schemes.get(tensor));
            if (floats.isPresent() && !wanted.equals(floats.get())) {
              completed.put(tensor, wanted);
            }
          }
        });
    return completed;
  }

  /** The precision of a tensor's floats, as planned or else as stored; empty for codes. */
  private static Optional<Scheme> floats(WeightTensor tensor, Scheme planned) {
    if (planned != null) {
      return planned instanceof Scheme.Compression ? Optional.empty() : Optional.of(planned);
    }
    if (tensor.storage().isQuantized()) {
      return Optional.empty();
    }
    return Optional.of(
        tensor.storage() instanceof WeightStorage.Float16
            ? new Scheme.HalfPrecision()
            : new Scheme.FullPrecision());
  }

  @Override
  public TensorQuantizer quantizer(WeightTensor tensor) {
    return new NetworkQuantizer(tensor.values(), tensor.channelAxis(), place(tensor).scales());
  }

  @Override
  public long storedBytes(WeightTensor tensor, Scheme scheme) {
    boolean adds = scheme instanceof Scheme.Compression codes && codes.addsBias();
    long own = messages.get(tensor.identity()).size(scheme);
    return adds ? own + addable.get(tensor.identity()).bytes() : own;
  }

  @Override
  public FileSizes sizes() {
    ChangedMessage root = new ChangedMessage(message);
    return new FileSizes() {
      @Override
      public void store(WeightTensor tensor, Optional<Scheme> scheme) {
        MessagePath location = place(tensor).location();
        scheme.ifPresentOrElse(
            wanted ->
                root.replace(
                    location, leastVersion(wanted), messages.get(tensor.identity()).size(wanted)),
            () -> root.restore(location));
      }

      @Override
      public void correct(WeightTensor tensor, boolean corrected) {
        // Floats take the same bytes whatever they are, unless they are added.
        AddableBias added = addableBiases.get(tensor.identity());
        if (added != null) {
          added.size(root, corrected);
        }
      }

      @Override
      public ByteSize size() {
        return new ByteSize(root.size());
      }
    };
  }

  private static int leastVersion(Scheme scheme) {
    return scheme instanceof Scheme.Compression
        ? QUANTIZED_VERSION
        : scheme instanceof Scheme.HalfPrecision ? HALF_PRECISION_VERSION : 0;
  }

  @Override
  public ModelFiles encode(Map<WeightTensor, StoredWeights> weights) {
    Model.Builder changed = message.toBuilder();
    // In the order of identities, so that nothing follows from the order of the plan.
    TreeMap<String, StoredWeights> sorted = new TreeMap<>();
    weights.forEach((tensor, stored) -> sorted.put(tensor.identity(), stored));
    sorted.forEach(
        (identity, stored) -> {
          AddableBias added = addableBiases.get(identity);
          if (added != null) {
            added.store(changed, ((StoredWeights.OtherFloats) stored).values());
            return;
          }
          MessagePath location = places.get(identity).location();
          location.set(changed, messages.get(identity).message(stored));
          raiseVersions(changed, location, leastVersion(stored));
        });
    return ModelFiles.lone(ModelWriter.toBytes(changed.build()));
  }

  private static int leastVersion(StoredWeights stored) {
    if (stored instanceof StoredWeights.Codes) {
      return QUANTIZED_VERSION;
    }
    StoredWeights.Precision precision =
        stored instanceof StoredWeights.OtherFloats floats
            ? floats.precision()
            : ((StoredWeights.OwnFloats) stored).precision();
    return precision == StoredWeights.Precision.FLOAT16 ? HALF_PRECISION_VERSION : 0;
  }

  private static void raiseVersions(Model.Builder root, MessagePath location, int version) {
    Message.Builder builder = root;
    raise(builder, version);
    for (FieldStep step : location.steps()) {
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

  @Override
  public Optional<LinearUse> linearUse(WeightTensor tensor) {
    WeightPlace place = place(tensor);
    // Stages, branches and loops do not run here, so nothing tells what their layers are fed with.
    if (!isOneNetwork || !place.isQuantizable() || tensor.isVector()) {
      return Optional.empty();
    }
    return LayerSpecs.of(place.layer())
        .linearField(tensor.field())
        .map(
            field ->
                new LinearUse(
                    form(field, place.layer()),
                    List.of(tensor.layer().inputs().get(0)),
                    byLayer.get(tensor.layer()).stream()
                        .filter(other -> other.field().equals(field.biasField()))
                        .findFirst(),
                    clipping(place.layer())));
  }

  private synchronized Clipping clipping(NeuralNetworkLayer layer) {
    if (clipping == null) {
      clipping = new BlobClipping(message);
    }
    return clipping.of(layer.getOutput(0));
  }

  private static LinearUse.Form form(LinearField field, NeuralNetworkLayer layer) {
    return switch (field.form()) {
      case CONVOLUTION ->
          new LinearUse.Form.Convolution(ConvolutionMessages.geometry(layer.getConvolution()));
      case PRODUCT -> new LinearUse.Form.Product();
    };
  }

  @Override
  public CoreMLModel rewrite(CoreMLModel model, Rewrite rewrite) {
    Optional<Model> changed =
        switch (rewrite) {
          case FOLD_BATCH_NORM -> BatchNormFolding.fold(message);
          case ADD_BIASES -> BiasAddition.add(message);
        };
    return changed
        .map(rewritten -> rewritten(model, rewritten).forDeployment(deployment))
        .orElse(model);
  }

  private static CoreMLModel rewritten(CoreMLModel model, Model rewritten) {
    ModelFiles files = ModelFiles.lone(ModelWriter.toBytes(rewritten));
    return model(
        new CoreMLModel.Source(model.name(), files.digest(), files.size()),
        model.described(),
        model.warnings(),
        rewritten);
  }

  private WeightPlace place(WeightTensor tensor) {
    return places.get(tensor.identity());
  }
}
