package org.quantsweep.coreml.neuralnetwork;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkLayer.LayerCase;

/**
 * All that the format says of one layer type, apart from what it computes: {@link LayerSpecs} holds
 * the table. Checks, weights and sizes are walked in the same way for every type, and ask here for
 * what differs. Immutable.
 */
final class LayerSpec {
  private final LayerCase type;
  private final int since;
  private final Predicate<NeuralNetworkLayer> newerUse;
  private final LayerArity arity;
  private final Function<NeuralNetworkLayer, Optional<LayerRanks>> ranks;
  private final WeightRule weights;
  private final WeightForms weightForms;
  private final Predicate<NeuralNetworkLayer> quantizesInput;
  private final ParameterRule parameters;
  private final SizeRule sizes;
  private final InnerNetworkRule innerNetworks;
  private final Predicate<String> linearFields;
  private final LinearField linear;
  private final Rewriting rewriting;
  private final boolean isTrainable;

  private LayerSpec(Builder builder) {
    this.type = builder.type;
    this.since = builder.since;
    this.newerUse = builder.newerUse;
    this.arity = builder.arity;
    this.ranks = builder.ranks;
    this.weights = builder.weights;
    this.weightForms = builder.weightForms;
    this.quantizesInput = builder.quantizesInput;
    this.parameters = builder.parameters;
    this.sizes = builder.sizes;
    this.innerNetworks = builder.innerNetworks;
    this.linearFields = builder.linearFields;
    this.linear = builder.linear;
    this.rewriting = builder.rewriting;
    this.isTrainable = builder.isTrainable;
  }

  /**
   * Begins the spec of a layer type with one input and one output, of any ranks, without weights,
   * rules for its parameters or a known size of its output.
   *
   * @param since the first specification version that has the type: 1 (iOS 11), 2 (11.2), 3 (12), 4
   *     (13) or 5 (14)
   */
  static Builder of(LayerCase type, int since) {
    return new Builder(type, since);
  }

  /** Specs of layer types of which only the arity is known. */
  static List<LayerSpec> plain(int since, LayerArity arity, LayerCase... types) {
    return List.of(types).stream().map(type -> of(type, since).arity(arity).build()).toList();
  }

  LayerCase type() {
    return type;
  }

  /** The type as the format calls it, for example {@code convolution}; empty for no type. */
  String name() {
    return LayerTypes.name(type);
  }

  /** The first specification version that has the type, 1 to 5. */
  int since() {
    return since;
  }

  /** Whether the layer, as it is set, came with specification version 4 (iOS 13) or later. */
  boolean isNewerThanIos12(NeuralNetworkLayer layer) {
    return since > 3 || newerUse.test(layer);
  }

  /** How many blobs it reads and writes. */
  LayerArity arity() {
    return arity;
  }

  /** The ranks of its first input and output; empty for layers without such a rule. */
  Optional<LayerRanks> ranks(NeuralNetworkLayer layer) {
    return ranks.apply(layer);
  }

  /** The weights of one layer, in a fixed order; empty for a layer without any. */
  List<WeightField> weights(NeuralNetworkLayer layer) {
    if (weights == WeightRule.NONE) {
      return List.of();
    }
    WeightFields fields = new WeightFields(layer);
    weights.collect(layer, fields);
    return fields.listed();
  }

  /** In which forms it takes weights. */
  WeightForms weightForms() {
    return weightForms;
  }

  /** Whether the layer quantizes its input at run time, and so wants its matrix as signed bytes. */
  boolean quantizesInput(NeuralNetworkLayer layer) {
    return quantizesInput.test(layer);
  }

  /** Checks all parameters but the weights. */
  void checkParameters(LayerFindings findings) {
    parameters.check(findings);
  }

  /** The size of the first output as far as it is sure. */
  Optional<BlobSize> outputSize(NeuralNetworkLayer layer, BlobSizes known) {
    return sizes.output(layer, known);
  }

  /** Checks the networks inside a layer, and where it stands among those around it. */
  void checkInnerNetworks(PlacedLayer layer, BlobScope scope, NetworkChecks checks) {
    innerNetworks.check(layer, scope, checks);
  }

  /**
   * How a weight field acts on the layer's first input, where it is one factor of a product or a
   * convolution with it: y = W x + b.
   *
   * @param weightField its name, for example {@code weights}
   */
  Optional<LinearField> linearField(String weightField) {
    return linearFields.test(weightField) ? Optional.of(linear) : Optional.empty();
  }

  /** Whether it may write a blob that another layer gives. */
  boolean mayWriteAgain() {
    return rewriting == Rewriting.OWN_OUTPUT;
  }

  /** Whether blobs may have another size after this layer than before it. */
  boolean mayChangeBlobs() {
    return rewriting != Rewriting.NEVER;
  }

  /** Whether it can be trained on the device. */
  boolean isTrainable() {
    return isTrainable;
  }

  private enum Rewriting {
    NEVER,
    OWN_OUTPUT,
    INSIDE
  }

  /** Gathers what differs from the plainest layer type. */
  static final class Builder {
    private final LayerCase type;
    private final int since;
    private Predicate<NeuralNetworkLayer> newerUse = layer -> false;
    private LayerArity arity = LayerArity.inputs(1, 1);
    private Function<NeuralNetworkLayer, Optional<LayerRanks>> ranks = layer -> Optional.empty();
    private WeightRule weights = WeightRule.NONE;
    private WeightForms weightForms = WeightForms.ANY_FLOAT;
    private Predicate<NeuralNetworkLayer> quantizesInput = layer -> false;
    private ParameterRule parameters = ParameterRule.NONE;
    private SizeRule sizes = SizeRule.UNKNOWN;
    private InnerNetworkRule innerNetworks = InnerNetworkRule.NONE;
    private Predicate<String> linearFields = field -> false;
    private LinearField linear;
    private Rewriting rewriting = Rewriting.NEVER;
    private boolean isTrainable;

    private Builder(LayerCase type, int since) {
      if (since < 1 || since > 5) {
        throw new IllegalArgumentException(
            type + " since specification version " + since + ", but it must be in [1, 5]");
      }
      this.type = type;
      this.since = since;
    }

    /** Which settings of an older layer type came with specification version 4 or later. */
    Builder newerWhen(Predicate<NeuralNetworkLayer> use) {
      this.newerUse = use;
      return this;
    }

    Builder arity(LayerArity range) {
      this.arity = range;
      return this;
    }

    Builder inputs(int least, int most) {
      return arity(LayerArity.inputs(least, most));
    }

    Builder ranks(LayerRanks range) {
      Optional<LayerRanks> always = Optional.of(range);
      this.ranks = layer -> always;
      return this;
    }

    /** Ranks that depend on a layer's settings. */
    Builder ranksOf(Function<NeuralNetworkLayer, Optional<LayerRanks>> rule) {
      this.ranks = rule;
      return this;
    }

    Builder weights(WeightRule rule) {
      this.weights = rule;
      return this;
    }

    Builder weightForms(WeightForms forms) {
      this.weightForms = forms;
      return this;
    }

    /** Takes signed bytes, and wants them where a layer quantizes its input at run time. */
    Builder int8When(Predicate<NeuralNetworkLayer> rule) {
      this.weightForms = WeightForms.ANY_FLOAT_OR_INT8;
      this.quantizesInput = rule;
      return this;
    }

    Builder parameters(ParameterRule rule) {
      this.parameters = rule;
      return this;
    }

    Builder sizes(SizeRule rule) {
      this.sizes = rule;
      return this;
    }

    Builder innerNetworks(InnerNetworkRule rule) {
      this.innerNetworks = rule;
      return this;
    }

    /** The fields that are one factor of a product or a convolution with the first input. */
    Builder linear(LinearField use, Predicate<String> fields) {
      this.linear = use;
      this.linearFields = fields;
      return this;
    }

    /** It may write a blob that another layer gives. */
    Builder writesAgain() {
      this.rewriting = Rewriting.OWN_OUTPUT;
      return this;
    }

    /** Layers inside it may write blobs of the network around it. */
    Builder writesInside() {
      this.rewriting = Rewriting.INSIDE;
      return this;
    }

    /** It can be trained on the device. */
    Builder trainable() {
      this.isTrainable = true;
      return this;
    }

    LayerSpec build() {
      return new LayerSpec(this);
    }
  }
}
