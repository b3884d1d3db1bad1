package org.quantsweep.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.proto.coreml.ArrayFeatureType;
import org.quantsweep.proto.coreml.FeatureDescription;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkClassifier;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleContent;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SamplePreparation;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.ShardId;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Everything for a sweep that takes a moment: a classifier of two products with drawn weights, and
 * drawn arrays. A sample of the path {@link #UNREADABLE} cannot be prepared.
 */
public final class TinySweep {
  /** The path of samples that cannot be prepared. */
  public static final String UNREADABLE = "unreadable";

  private static final int INPUTS = 12;
  private static final int HIDDEN = 24;
  private static final int LABELS = 5;

  private TinySweep() {}

  /** A classifier; the same for the same seed. */
  public static ModelFiles model(long seed) {
    Random random = new Random(seed);
    Model.Builder model = Model.newBuilder().setSpecificationVersion(1);
    ArrayFeatureType.Builder array =
        ArrayFeatureType.newBuilder()
            .addShape(INPUTS)
            .setDataType(ArrayFeatureType.ArrayDataType.FLOAT32);
    FeatureDescription.Builder input = FeatureDescription.newBuilder().setName("x");
    input.getTypeBuilder().setMultiArrayType(array);
    FeatureDescription.Builder label = FeatureDescription.newBuilder().setName("label");
    label.getTypeBuilder().getStringTypeBuilder();
    FeatureDescription.Builder probabilities = FeatureDescription.newBuilder().setName("p");
    probabilities.getTypeBuilder().getDictionaryTypeBuilder().getStringKeyTypeBuilder();
    model
        .getDescriptionBuilder()
        .addInput(input)
        .addOutput(label)
        .addOutput(probabilities)
        .setPredictedFeatureName("label")
        .setPredictedProbabilitiesName("p");
    NeuralNetworkLayer.Builder relu = layer("relu", "h", "r");
    relu.getActivationBuilder().getReLUBuilder();
    NeuralNetworkLayer.Builder softmax = layer("softmax", "z", "p");
    softmax.getSoftmaxBuilder();
    NeuralNetworkClassifier.Builder network = model.getNeuralNetworkClassifierBuilder();
    network
        .addLayers(product("one", "x", "h", INPUTS, HIDDEN, random))
        .addLayers(relu)
        .addLayers(product("two", "r", "z", HIDDEN, LABELS, random))
        .addLayers(softmax);
    for (int i = 0; i < LABELS; i++) {
      network.getStringClassLabelsBuilder().addVector("label " + i);
    }
    return ModelFiles.lone(model.build().toByteArray());
  }

  /** Arrays; the same for the same name. */
  public static SampleSource samples(String name, int count) {
    TreeMap<Sha256Digest, Sample> samples = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      Random random = new Random(name.hashCode() * 31L + i);
      float[] values = new float[INPUTS];
      for (int k = 0; k < INPUTS; k++) {
        values[k] = (float) random.nextGaussian();
      }
      TreeMap<String, Tensor> arrays = new TreeMap<>();
      arrays.put("x", Tensor.wrap(Shape.of(INPUTS), values));
      Sha256Digest digest = Sha256Digest.ofText(name + " " + i);
      samples.put(
          digest, new Sample(digest, name + "/" + i, new SampleContent.NamedArrays(arrays), ""));
    }
    return new Drawn(samples, Map.of(), List.of());
  }

  /** The same samples and one that cannot be prepared. */
  public static SampleSource withUnreadable(SampleSource source) {
    return withUnreadable(source, 1);
  }

  /** The same samples and copies of one that cannot be prepared. */
  public static SampleSource withUnreadable(SampleSource source, int copies) {
    TreeMap<Sha256Digest, Sample> samples = new TreeMap<>();
    for (int shard = 0; shard < source.index().shards(); shard++) {
      source.read(new ShardId(shard)).forEach(sample -> samples.put(sample.digest(), sample));
    }
    Sha256Digest digest = Sha256Digest.ofText(UNREADABLE);
    samples.put(
        digest, new Sample(digest, UNREADABLE, new SampleContent.NamedArrays(new TreeMap<>()), ""));
    return new Drawn(samples, Map.of(digest, copies), source.unreadable());
  }

  /** The same samples, and so many files beside them that could not be read. */
  public static SampleSource withDamaged(SampleSource source, int files) {
    List<String> damaged = new ArrayList<>();
    for (int i = 0; i < files; i++) {
      damaged.add("damaged " + i + ".npy: it ends early.");
    }
    Drawn drawn = (Drawn) source;
    return new Drawn(drawn.samples(), drawn.copies(), damaged);
  }

  /** Takes the arrays as they are. */
  public static SamplePreparation preparation() {
    return new AsTheyAre();
  }

  private static NeuralNetworkLayer.Builder layer(String name, String input, String output) {
    return NeuralNetworkLayer.newBuilder().setName(name).addInput(input).addOutput(output);
  }

  private static NeuralNetworkLayer.Builder product(
      String name, String input, String output, int inputs, int outputs, Random random) {
    NeuralNetworkLayer.Builder layer = layer(name, input, output);
    var product = layer.getInnerProductBuilder();
    product.setInputChannels(inputs).setOutputChannels(outputs).setHasBias(true);
    for (int i = 0; i < inputs * outputs; i++) {
      product
          .getWeightsBuilder()
          .addFloatValue((float) (random.nextGaussian() / Math.sqrt(inputs)));
    }
    for (int i = 0; i < outputs; i++) {
      product.getBiasBuilder().addFloatValue((float) (0.1 * random.nextGaussian()));
    }
    return layer;
  }

  private record AsTheyAre() implements SamplePreparation {
    @Override
    public SortedMap<String, Tensor> prepare(Sample sample, List<InputDescription> inputs)
        throws UnreadableSampleException {
      if (sample.path().equals(UNREADABLE)) {
        throw new UnreadableSampleException("there is no array.");
      }
      return ((SampleContent.NamedArrays) sample.content()).arrays();
    }

    @Override
    public Sha256Digest digest() {
      return Sha256Digest.ofText("as they are");
    }
  }

  private record Drawn(
      TreeMap<Sha256Digest, Sample> samples,
      Map<Sha256Digest, Integer> copies,
      List<String> unreadable)
      implements SampleSource {
    @Override
    public SampleIndex index() {
      TreeMap<Sha256Digest, Integer> counts = new TreeMap<>();
      samples.keySet().forEach(digest -> counts.put(digest, copies.getOrDefault(digest, 1)));
      return SampleIndex.of(counts);
    }

    @Override
    public List<Sample> read(ShardId shard) {
      SampleIndex index = index();
      List<Sample> own = new ArrayList<>();
      samples.forEach(
          (digest, sample) -> {
            if (index.shard(index.rank(digest)).equals(shard)) {
              own.add(sample);
            }
          });
      return own;
    }
  }
}
