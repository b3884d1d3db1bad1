package org.quantsweep.coreml.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quantsweep.coreml.Networks.array;
import static org.quantsweep.coreml.Networks.float16;
import static org.quantsweep.coreml.Networks.float32;
import static org.quantsweep.coreml.Networks.linear;
import static org.quantsweep.coreml.Networks.lookUpTable;
import static org.quantsweep.coreml.Networks.raw;
import static org.quantsweep.coreml.Networks.relu;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Networks;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.neuralnetwork.ModelWriter;
import org.quantsweep.proto.coreml.ActivationParams;
import org.quantsweep.proto.coreml.ActivationTanh;
import org.quantsweep.proto.coreml.ArrayFeatureType;
import org.quantsweep.proto.coreml.BatchnormLayerParams;
import org.quantsweep.proto.coreml.CeilLayerParams;
import org.quantsweep.proto.coreml.ConvolutionLayerParams;
import org.quantsweep.proto.coreml.DictionaryFeatureType;
import org.quantsweep.proto.coreml.DoubleFeatureType;
import org.quantsweep.proto.coreml.EmbeddingLayerParams;
import org.quantsweep.proto.coreml.FeatureDescription;
import org.quantsweep.proto.coreml.FeatureType;
import org.quantsweep.proto.coreml.ImageFeatureType;
import org.quantsweep.proto.coreml.InnerProductLayerParams;
import org.quantsweep.proto.coreml.Int64Vector;
import org.quantsweep.proto.coreml.LSTMWeightParams;
import org.quantsweep.proto.coreml.LoadConstantLayerParams;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkImageScaler;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkMultiArrayShapeMapping;
import org.quantsweep.proto.coreml.NeuralNetworkPreprocessing;
import org.quantsweep.proto.coreml.QuantizationParams;
import org.quantsweep.proto.coreml.ScaleLayerParams;
import org.quantsweep.proto.coreml.StringFeatureType;
import org.quantsweep.proto.coreml.StringVector;
import org.quantsweep.proto.coreml.Tensor;
import org.quantsweep.proto.coreml.UniDirectionalLSTMLayerParams;
import org.quantsweep.proto.coreml.WeightParams;

/**
 * The cases that Apple's open validator was tried on, under its names for them: what it refuses is
 * refused here, and what it lets through and is wrong all the same is refused or warned of.
 */
class ValidatorCasesTest {
  /**
   * @param problems every problem, in order; empty when the model reads
   * @param warnings every warning, in order
   */
  record Case(
      String name,
      Supplier<Model.Builder> base,
      Consumer<Model.Builder> change,
      List<String> problems,
      List<String> warnings) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final class Table {
    private final List<Case> cases = new ArrayList<>();
    private Supplier<Model.Builder> base = Networks::convolution;

    void reads(String name, Consumer<Model.Builder> change) {
      cases.add(new Case(name, base, change, List.of(), List.of()));
    }

    void warns(String name, Consumer<Model.Builder> change, String... warnings) {
      cases.add(new Case(name, base, change, List.of(), List.of(warnings)));
    }

    void refuses(String name, Consumer<Model.Builder> change, String... problems) {
      cases.add(new Case(name, base, change, List.of(problems), List.of()));
    }
  }

  private static Consumer<Model.Builder> weights(WeightParams.Builder weights) {
    return model -> conv(model).setWeights(weights);
  }

  private static Consumer<Model.Builder> bias(
      WeightParams.Builder weights, WeightParams.Builder bias) {
    return model -> conv(model).setWeights(weights).setHasBias(true).setBias(bias);
  }

  private static NeuralNetworkLayer.Builder layer(Model.Builder model, int index) {
    return model.getNeuralNetworkBuilder().getLayersBuilder(index);
  }

  private static ConvolutionLayerParams.Builder conv(Model.Builder model) {
    return layer(model, 0).getConvolutionBuilder();
  }

  private static InnerProductLayerParams.Builder product(Model.Builder model) {
    return layer(model, 0).getInnerProductBuilder();
  }

  private static FeatureDescription.Builder input(Model.Builder model) {
    return model.getDescriptionBuilder().getInputBuilder(0);
  }

  private static FeatureDescription.Builder output(Model.Builder model) {
    return model.getDescriptionBuilder().getOutputBuilder(0);
  }

  private static void exact(Model.Builder model) {
    model.setSpecificationVersion(4);
    model
        .getNeuralNetworkBuilder()
        .setArrayInputShapeMapping(NeuralNetworkMultiArrayShapeMapping.EXACT_ARRAY_MAPPING);
    model.getDescriptionBuilder().setInput(0, array("x", 1, 3, 5, 5));
    model.getDescriptionBuilder().setOutput(0, array("y", 1, 4, 3, 3));
  }

  private static WeightParams.Builder int8(int scales, int biases) {
    return linear(8, scales, biases, 0)
        .clearRawValue()
        .setInt8RawValue(ByteString.copyFrom(new byte[40]));
  }

  static List<Case> cases() {
    Table table = new Table();
    quantizedConvolution(table);
    biases(table);
    counts(table);
    innerProducts(table);
    others(table);
    versions(table);
    topology(table);
    exactTopology(table);
    classifiers(table);
    return table.cases;
  }

  private static void quantizedConvolution(Table t) {
    String w = "'conv/weights'";
    t.reads("q01_lut4_16_control", weights(lookUpTable(4, 16, 54)));
    for (int entries : new int[] {15, 17, 256}) {
      t.refuses(
          "q02_to_q04_lut4_" + entries + "_entries",
          weights(lookUpTable(4, entries, 54)),
          "look-up table of "
              + w
              + " has "
              + entries
              + " entries, but 4 bits need 16 (2^numberOfBits).");
    }
    t.refuses(
        "q05_lut4_no_entries",
        weights(lookUpTable(4, 0, 54)),
        "look-up table of " + w + " has 0 entries, but 4 bits need 16 (2^numberOfBits).");
    t.refuses(
        "q06_lut_bits0_1_entry",
        weights(lookUpTable(0, 1, 54)),
        w + " is quantized to 0 bits, but numberOfBits must be in [1, 8].");
    t.reads("q07_lut_bits1_2_control", weights(lookUpTable(1, 2, 14)));
    t.reads("q08_lut_bits3_8", weights(lookUpTable(3, 8, 41)));
    t.refuses(
        "q09_lut_bits9_512",
        weights(lookUpTable(9, 512, 122)),
        w + " is quantized to 9 bits, but numberOfBits must be in [1, 8].");
    t.reads("q10_lin8_scale1_bias1_control", weights(linear(8, 1, 1, 108)));
    t.reads("q11_lin8_scale4_bias4_control", weights(linear(8, 4, 4, 108)));
    t.reads("q12_lin8_scale4_nobias", weights(linear(8, 4, 0, 108)));
    t.refuses(
        "q13_lin8_scale2_bias2",
        weights(linear(8, 2, 2, 108)),
        w + " has 2 scales, but needs 1 or 4 (one per output channel).");
    t.refuses(
        "q14_lin8_scale3_nobias_is_kernelChannels",
        weights(linear(8, 3, 0, 108)),
        w + " has 3 scales, but needs 1 or 4 (one per output channel).");
    t.refuses(
        "q15_lin8_scale0",
        weights(linear(8, 0, 0, 108)),
        w + " has 0 scales, but needs 1 or 4 (one per output channel).");
    t.refuses(
        "q16_lin8_scale4_bias1",
        weights(linear(8, 4, 1, 108)),
        w + " has 1 quantization biases, but needs none or as many as scales (4).");
    t.refuses(
        "q17_lin8_scale1_bias4",
        weights(linear(8, 1, 4, 108)),
        w + " has 4 quantization biases, but needs none or as many as scales (1).");
    for (int bytes : new int[] {122, 108}) {
      t.refuses(
          "q18_q19_lin9_" + bytes + "_bytes",
          weights(linear(9, 1, 1, bytes)),
          w + " is quantized to 9 bits, but numberOfBits must be in [1, 8].");
    }
    t.refuses(
        "q20_lin_bits0",
        weights(linear(0, 1, 1, 108)),
        w + " is quantized to 0 bits, but numberOfBits must be in [1, 8].");
    t.refuses(
        "q21_lin16",
        weights(linear(16, 1, 1, 216)),
        w + " is quantized to 16 bits, but numberOfBits must be in [1, 8].");
    t.refuses(
        "q22_no_quantization_type",
        weights(raw(108).setQuantization(QuantizationParams.newBuilder().setNumberOfBits(8))),
        w + " is quantized neither linearly nor with a look-up table.");
    t.refuses(
        "q23_lin8_one_byte_short",
        weights(linear(8, 1, 1, 107)),
        w + " has 107 bytes, but 108 codes of 8 bits need 108.");
    t.warns(
        "q24_lin8_one_byte_long",
        weights(linear(8, 1, 1, 109)),
        w + " has 109 bytes, but only the first 108 hold its 108 codes of 8 bits.");
    t.refuses(
        "q25_lut4_one_byte_short",
        weights(lookUpTable(4, 16, 53)),
        w + " has 53 bytes, but 108 codes of 4 bits need 54.");
    t.warns(
        "q26_lut4_stored_one_byte_each",
        weights(lookUpTable(4, 16, 108)),
        w + " has 108 bytes, but only the first 54 hold its 108 codes of 4 bits.");
    t.refuses(
        "q27_rawValue_without_quantization",
        weights(raw(108)),
        w + " has raw bytes, but no quantization that says what they mean.");
    t.refuses(
        "q28_quantization_without_rawValue",
        weights(linear(8, 1, 1, 0)),
        w + " has a quantization, but no raw bytes.");
    t.refuses(
        "q29_quantized_and_floatValue",
        weights(linear(8, 1, 1, 108).mergeFrom(float32(108).build())),
        w + " holds values in several forms at once: floatValue, rawValue.");
    t.warns(
        "q30_floatValue_with_quantization_message",
        weights(linear(8, 1, 1, 0).mergeFrom(float32(108).build())),
        w + " holds float32 values, so its quantization means nothing.");
    t.warns(
        "q31_scale_nan",
        model -> {
          conv(model).setWeights(linear(8, 4, 4, 108));
          conv(model)
              .getWeightsBuilder()
              .getQuantizationBuilder()
              .getLinearQuantizationBuilder()
              .setScale(2, Float.NaN);
        },
        "scales of " + w + " hold a value that is not finite (NaN, the first at 2).");
    t.reads(
        "q32_scale_zero",
        model -> {
          conv(model).setWeights(linear(8, 4, 4, 108));
          conv(model)
              .getWeightsBuilder()
              .getQuantizationBuilder()
              .getLinearQuantizationBuilder()
              .setScale(2, 0);
        });
    t.warns(
        "q33_lut_inf",
        model -> {
          conv(model).setWeights(lookUpTable(4, 16, 54));
          conv(model)
              .getWeightsBuilder()
              .getQuantizationBuilder()
              .getLookupTableQuantizationBuilder()
              .setFloatValue(5, Float.POSITIVE_INFINITY);
        },
        "look-up table of " + w + " holds an entry that is not finite (Infinity, the first at 5).");
    t.refuses(
        "q35_conv_int8RawValue",
        weights(int8(1, 0)),
        w + " is stored as int8RawValue, but only innerProduct and batchedMatmul take that.");
  }

  private static void biases(Table t) {
    String b = "'conv/bias'";
    String mixed = " as float32, but one layer takes only one of the two.";
    t.reads("b01_f16_weights_f16_bias_control", bias(float16(216), float16(8)));
    t.refuses(
        "b02_f16_weights_f32_bias",
        bias(float16(216), float32(4)),
        "'conv/weights' is stored as float16 and " + b + mixed);
    t.refuses(
        "b03_f32_weights_f16_bias",
        bias(float32(108), float16(8)),
        b + " is stored as float16 and 'conv/weights'" + mixed);
    t.reads("b04_lin8_weights_f16_bias", bias(linear(8, 1, 1, 108), float16(8)));
    t.reads("b05_lin8_bias_scale1", bias(linear(8, 1, 1, 108), linear(8, 1, 1, 4)));
    t.refuses(
        "b06_lin8_bias_scale4",
        bias(linear(8, 1, 1, 108), linear(8, 4, 4, 4)),
        b + " has 4 scales, but needs 1.");
    t.reads("b07_lut4_bias", bias(linear(8, 1, 1, 108), lookUpTable(4, 16, 2)));
    t.reads("b08_f32_weights_lin8_bias", bias(float32(108), linear(8, 1, 1, 4)));
    t.refuses(
        "b09_hasBias_without_bias",
        model -> conv(model).setHasBias(true),
        b + " is missing: its layer needs it.");
    t.warns(
        "b10_bias_without_hasBias",
        model -> conv(model).setBias(float32(4)),
        "layer 'conv' holds 18 bytes of weights that it does not use.");
    t.refuses(
        "b11_bias_one_short",
        bias(float32(108), float32(3)),
        b + " has 3 values, but the layer's parameters ask for 4.");
  }

  private static void counts(Table t) {
    String w = "'conv/weights'";
    t.refuses(
        "w01_f32_one_short",
        weights(float32(107)),
        w + " has 107 values, but the layer's parameters ask for 108.");
    t.refuses(
        "w02_f32_one_long",
        weights(float32(109)),
        w + " has 109 values, but the layer's parameters ask for 108.");
    t.warns(
        "w03_f16_odd_byte_more",
        weights(float16(217)),
        w + " has an odd byte after its float16 values (217 bytes).");
    t.refuses(
        "w04_f16_odd_byte_less",
        weights(float16(215)),
        w + " has 107 values, but the layer's parameters ask for 108.");
    t.refuses(
        "w05_f32_and_f16",
        weights(float32(108).mergeFrom(float16(216).build())),
        w + " holds values in several forms at once: floatValue, float16Value.");
    t.refuses(
        "w06_no_weights",
        model -> conv(model).clearWeights(),
        w + " is missing: its layer needs it.");
    t.warns(
        "w07_f32_nan",
        weights(float32(108).setFloatValue(7, Float.NaN)),
        w + " holds a value that is not finite (NaN, the first at 7).");
    t.warns(
        "w07_f16_infinity",
        weights(
            WeightParams.newBuilder()
                .setFloat16Value(
                    ByteString.copyFrom(new byte[214])
                        .concat(ByteString.copyFrom(new byte[] {0, (byte) 0xfc})))),
        w + " holds a value that is not finite (-Infinity, the first at 107).");
    t.reads("w08_weights_isUpdatable_model_not", weights(float32(108).setIsUpdatable(true)));
    t.refuses(
        "w09_updatable_model_quantized",
        model -> {
          model.setIsUpdatable(true).setSpecificationVersion(4);
          layer(model, 0).setIsUpdatable(true);
          conv(model).setWeights(linear(8, 1, 1, 108));
        },
        w + " is quantized, but its layer is updatable: only float weights train.");
  }

  private static void innerProducts(Table t) {
    String w = "'ip/weights'";
    t.base = Networks::innerProduct;
    t.reads("i01_ip_control", model -> {});
    t.reads("i02_ip_lin8_scale5_control", model -> product(model).setWeights(linear(8, 5, 5, 40)));
    t.refuses(
        "i03_ip_lut4_15",
        model -> product(model).setWeights(lookUpTable(4, 15, 20)),
        "look-up table of " + w + " has 15 entries, but 4 bits need 16 (2^numberOfBits).");
    t.refuses(
        "i04_ip_lin8_scale8_is_inputChannels",
        model -> product(model).setWeights(linear(8, 8, 8, 40)),
        w + " has 8 scales, but needs 1 or 5 (one per output channel).");
    t.refuses(
        "i05_ip_lin9",
        model -> product(model).setWeights(linear(9, 1, 1, 45)),
        w + " is quantized to 9 bits, but numberOfBits must be in [1, 8].");
    t.refuses(
        "i06_ip_f32_one_short",
        model -> product(model).setWeights(float32(39)),
        w + " has 39 values, but the layer's parameters ask for 40.");
    t.refuses(
        "i06b_ip_int8Dynamic_rank5",
        model -> product(model).setInt8DynamicQuantize(true).setWeights(int8(1, 0)),
        "layer 'ip' (innerProduct) came with specification version 4 (iOS 13), but array inputs"
            + " use RANK5_ARRAY_MAPPING: such layers need EXACT_ARRAY_MAPPING.");
    Consumer<Model.Builder> exact =
        model ->
            model
                .setSpecificationVersion(5)
                .getNeuralNetworkBuilder()
                .setArrayInputShapeMapping(NeuralNetworkMultiArrayShapeMapping.EXACT_ARRAY_MAPPING);
    t.reads(
        "i07_ip_int8Dynamic_exact_version5",
        exact.andThen(model -> product(model).setInt8DynamicQuantize(true).setWeights(int8(1, 0))));
    t.reads(
        "i08_ip_int8Dynamic_exact_version3",
        exact.andThen(
            model -> {
              model.setSpecificationVersion(3);
              product(model).setInt8DynamicQuantize(true).setWeights(int8(1, 0));
            }));
    t.warns(
        "i09_ip_int8RawValue_flag_off",
        exact.andThen(model -> product(model).setWeights(int8(1, 0))),
        w + " is stored as int8, but its layer does not set int8DynamicQuantize.");
    t.refuses(
        "i10_ip_int8Dynamic_with_bias",
        exact.andThen(model -> product(model).setInt8DynamicQuantize(true).setWeights(int8(1, 1))),
        w
            + " has int8 weights with 8 bits, 1 scales and 1 biases, but int8DynamicQuantize needs"
            + " 8 bits, 1 scale and no bias.");
    t.refuses(
        "i11_ip_int8Dynamic_5_scales",
        exact.andThen(model -> product(model).setInt8DynamicQuantize(true).setWeights(int8(5, 0))),
        w
            + " has int8 weights with 8 bits, 5 scales and 0 biases, but int8DynamicQuantize needs"
            + " 8 bits, 1 scale and no bias.");
    t.refuses(
        "ip_int8Dynamic_with_float_weights",
        exact.andThen(model -> product(model).setInt8DynamicQuantize(true)),
        w + " has no int8RawValue with a quantization, but its layer sets int8DynamicQuantize.");
    t.refuses(
        "i12_ip_no_weights",
        model -> product(model).clearWeights(),
        w + " is missing: its layer needs it.");
    t.refuses(
        "i13_ip_rawValue_without_quantization",
        model -> product(model).setWeights(raw(40)),
        w + " has raw bytes, but no quantization that says what they mean.");
    t.refuses(
        "i14_ip_hasBias_without_bias",
        model -> product(model).setHasBias(true),
        "'ip/bias' is missing: its layer needs it.");
  }

  private static void others(Table t) {
    t.base =
        () ->
            Networks.single(
                NeuralNetworkLayer.newBuilder()
                    .setName("last")
                    .setBatchnorm(
                        BatchnormLayerParams.newBuilder()
                            .setChannels(4)
                            .setGamma(float32(4))
                            .setBeta(float32(4))
                            .setMean(float32(4))
                            .setVariance(float32(4))),
                array("x", 4, 3, 3),
                array("y", 4, 3, 3));
    t.reads("o01_batchnorm_control", model -> {});
    t.refuses(
        "o02_batchnorm_one_short",
        model -> layer(model, 0).getBatchnormBuilder().setGamma(float32(3)),
        "'last/gamma' has 3 values, but the layer's parameters ask for 4.");
    t.reads(
        "o03_batchnorm_gamma_lin8_scale1",
        model -> layer(model, 0).getBatchnormBuilder().setGamma(linear(8, 1, 1, 4)));
    t.refuses(
        "o04_batchnorm_gamma_lin8_scale4",
        model -> layer(model, 0).getBatchnormBuilder().setGamma(linear(8, 4, 4, 4)),
        "'last/gamma' has 4 scales, but needs 1.");
    t.refuses(
        "o05_batchnorm_gamma_f16_rest_f32",
        model -> layer(model, 0).getBatchnormBuilder().setGamma(float16(8)),
        "'last/gamma' is stored as float16 and 'last/beta' as float32, but one layer takes only"
            + " one of the two.");
    t.refuses(
        "batchnorm_without_mean",
        model -> layer(model, 0).getBatchnormBuilder().clearMean(),
        "'last/mean' is missing: its layer needs it.");
    t.reads(
        "batchnorm_that_computes_its_mean",
        model ->
            layer(model, 0)
                .getBatchnormBuilder()
                .setInstanceNormalization(true)
                .setComputeMeanVar(true)
                .clearMean()
                .clearVariance());
    t.base =
        () ->
            Networks.single(
                NeuralNetworkLayer.newBuilder()
                    .setName("last")
                    .setScale(ScaleLayerParams.newBuilder().addShapeScale(4).setScale(float32(4))),
                array("x", 4, 3, 3),
                array("y", 4, 3, 3));
    t.reads("o07_scale_control", model -> {});
    t.reads(
        "o08_scale_lin8_scale1",
        model -> layer(model, 0).getScaleBuilder().setScale(linear(8, 1, 1, 4)));
    t.refuses(
        "o09_scale_lin8_scale4",
        model -> layer(model, 0).getScaleBuilder().setScale(linear(8, 4, 4, 4)),
        "'last/scale' has 4 scales, but needs 1.");
    t.reads(
        "scale_of_rank_3_lin8_scale4",
        model ->
            layer(model, 0)
                .getScaleBuilder()
                .addShapeScale(1)
                .addShapeScale(1)
                .setScale(linear(8, 4, 4, 4)));
    t.refuses(
        "scale_of_rank_2",
        model -> layer(model, 0).getScaleBuilder().addShapeScale(1),
        "layer 'last' (scale) has a shapeScale of rank 2, but it must have 1 or 3 lengths.");
    t.base = Networks::convolution;
    Consumer<Model.Builder> constant =
        model ->
            model
                .getNeuralNetworkBuilder()
                .addLayers(
                    NeuralNetworkLayer.newBuilder()
                        .setName("last")
                        .addOutput("k")
                        .setLoadConstant(
                            LoadConstantLayerParams.newBuilder()
                                .addShape(4)
                                .addShape(3)
                                .addShape(3)
                                .setData(float32(36))));
    t.reads("o10_loadConstant_control", constant);
    t.refuses(
        "o11_loadConstant_lut4_15",
        constant.andThen(
            model -> layer(model, 2).getLoadConstantBuilder().setData(lookUpTable(4, 15, 18))),
        "look-up table of 'last/data' has 15 entries, but 4 bits need 16 (2^numberOfBits).");
    t.reads(
        "o12_loadConstant_lin8_scale4",
        constant.andThen(
            model -> layer(model, 2).getLoadConstantBuilder().setData(linear(8, 4, 4, 36))));
    t.base =
        () ->
            Networks.single(
                NeuralNetworkLayer.newBuilder()
                    .setName("emb")
                    .setEmbedding(
                        EmbeddingLayerParams.newBuilder()
                            .setInputDim(10)
                            .setOutputChannels(4)
                            .setWeights(float32(40))),
                array("x", 1),
                array("y", 4));
    t.reads("o13_embedding_control", model -> {});
    t.reads(
        "o14_embedding_lin8_scale4",
        model -> layer(model, 0).getEmbeddingBuilder().setWeights(linear(8, 4, 4, 40)));
    t.refuses(
        "o15_embedding_lin8_scale10",
        model -> layer(model, 0).getEmbeddingBuilder().setWeights(linear(8, 10, 10, 40)),
        "'emb/weights' has 10 scales, but needs 1 or 4 (one per output channel).");
    lstm(t);
    t.base =
        () -> {
          Model.Builder model = Networks.convolution();
          conv(model).setIsDeconvolution(true);
          model.getDescriptionBuilder().setOutput(0, array("y", 4, 7, 7));
          return model;
        };
    t.reads("o20_deconv_control", model -> {});
    t.reads("o21_deconv_lin8_scale4_outputChannels", weights(linear(8, 4, 4, 108)));
    t.refuses(
        "o22_deconv_lin8_scale3_kernelChannels",
        weights(linear(8, 3, 3, 108)),
        "'conv/weights' has 3 scales, but needs 1 or 4 (one per output channel).");
    t.base = Networks::convolution;
  }

  private static void lstm(Table t) {
    t.base =
        () -> {
          ActivationParams tanh =
              ActivationParams.newBuilder().setTanh(ActivationTanh.getDefaultInstance()).build();
          LSTMWeightParams.Builder weights = LSTMWeightParams.newBuilder();
          weights.setInputGateWeightMatrix(float32(6)).setForgetGateWeightMatrix(float32(6));
          weights.setBlockInputWeightMatrix(float32(6)).setOutputGateWeightMatrix(float32(6));
          weights.setInputGateRecursionMatrix(float32(4)).setForgetGateRecursionMatrix(float32(4));
          weights.setBlockInputRecursionMatrix(float32(4)).setOutputGateRecursionMatrix(float32(4));
          Model.Builder model =
              Networks.single(
                  NeuralNetworkLayer.newBuilder()
                      .setName("lstm")
                      .setUniDirectionalLSTM(
                          UniDirectionalLSTMLayerParams.newBuilder()
                              .setInputVectorSize(3)
                              .setOutputVectorSize(2)
                              .addActivations(tanh)
                              .addActivations(tanh)
                              .addActivations(tanh)
                              .setWeightParams(weights)),
                  array("x", 3),
                  array("y", 2));
          layer(model, 0).addOutput("h").addOutput("c");
          return model;
        };
    t.reads("o16_lstm_control", model -> {});
    t.reads(
        "o17_lstm_lin8_scale2",
        model ->
            layer(model, 0)
                .getUniDirectionalLSTMBuilder()
                .getWeightParamsBuilder()
                .setInputGateWeightMatrix(linear(8, 2, 2, 6)));
    t.refuses(
        "o18_lstm_lin8_scale3",
        model ->
            layer(model, 0)
                .getUniDirectionalLSTMBuilder()
                .getWeightParamsBuilder()
                .setInputGateWeightMatrix(linear(8, 3, 3, 6)),
        "'lstm/weightParams.inputGateWeightMatrix' has 3 scales, but needs 1 or 2 (one per output"
            + " channel).");
    t.refuses(
        "o19_lstm_lut4_15",
        model ->
            layer(model, 0)
                .getUniDirectionalLSTMBuilder()
                .getWeightParamsBuilder()
                .setInputGateWeightMatrix(lookUpTable(4, 15, 3)),
        "look-up table of 'lstm/weightParams.inputGateWeightMatrix' has 15 entries, but 4 bits"
            + " need 16 (2^numberOfBits).");
  }

  private static void versions(Table t) {
    for (int version : new int[] {1, 2, 3}) {
      t.reads(
          "v01_to_v03_lin8_version" + version,
          weights(linear(8, 1, 1, 108)).andThen(model -> model.setSpecificationVersion(version)));
    }
    t.reads(
        "v04_f16_version1",
        weights(float16(216)).andThen(model -> model.setSpecificationVersion(1)));
    t.refuses(
        "v07_version0",
        model -> model.setSpecificationVersion(0),
        "the model has no specificationVersion.");
    t.reads("v08_version10", model -> model.setSpecificationVersion(10));
    t.refuses(
        "v09_version11",
        model -> model.setSpecificationVersion(11),
        "the model has specificationVersion 11, but only versions up to 10 are known.");
    t.warns(
        "v10_version_negative",
        model -> model.setSpecificationVersion(-1),
        "the model has specificationVersion -1, which no version has.");
    Consumer<Model.Builder> ceil =
        model -> layer(model, 1).clearActivation().setCeil(CeilLayerParams.getDefaultInstance());
    t.refuses(
        "v11_ios13_layer_version1_rank5",
        ceil,
        "layer 'relu' (ceil) came with specification version 4 (iOS 13), but array inputs use"
            + " RANK5_ARRAY_MAPPING: such layers need EXACT_ARRAY_MAPPING.");
    t.reads(
        "v12_ios13_layer_version1_exact",
        ceil.andThen(ValidatorCasesTest::exact).andThen(model -> model.setSpecificationVersion(1)));
    t.refuses(
        "v13_float16_input_version4",
        model -> {
          model.setSpecificationVersion(4);
          input(model)
              .getTypeBuilder()
              .getMultiArrayTypeBuilder()
              .setDataType(ArrayFeatureType.ArrayDataType.FLOAT16);
        },
        "input 'x' has data type FLOAT16, which needs specificationVersion 7, but the model says"
            + " 4.");
    t.reads(
        "v14_enumerated_shapes_version1",
        model -> {
          model.setSpecificationVersion(1);
          input(model)
              .getTypeBuilder()
              .getMultiArrayTypeBuilder()
              .getEnumeratedShapesBuilder()
              .addShapes(ArrayFeatureType.Shape.newBuilder().addShape(3).addShape(9).addShape(9));
        });
  }

  private static void topology(Table t) {
    t.refuses(
        "t01_layer_without_input",
        model -> layer(model, 0).clearInput(),
        "layer 'conv' (convolution) has 0 inputs, but takes 1 to 2.");
    t.refuses(
        "t01b_relu_without_input",
        model -> layer(model, 1).clearInput(),
        "layer 'relu' (activation) has 0 inputs, but takes 1.");
    t.refuses(
        "t02_layer_input_empty_string",
        model -> layer(model, 1).setInput(0, ""),
        "layer 'relu' (activation) reads blob '', which neither an input nor an earlier layer"
            + " gives.");
    t.refuses(
        "t03_layer_input_unknown",
        model -> layer(model, 1).setInput(0, "nope"),
        "layer 'relu' (activation) reads blob 'nope', which neither an input nor an earlier layer"
            + " gives.");
    t.refuses(
        "t04_two_layers_same_output",
        model -> model.getNeuralNetworkBuilder().addLayers(relu("relu2", "c", "y")),
        "layer 'relu2' (activation) writes blob 'y', which layer 'relu' already gives: only copy"
            + " layers may write again.");
    t.refuses(
        "t05_layer_writes_its_own_input",
        model -> {
          layer(model, 1).setOutput(0, "c");
          output(model).setName("c");
        },
        "layer 'relu' (activation) writes blob 'c', which layer 'conv' already gives: only copy"
            + " layers may write again.");
    t.reads("t06_duplicated_layer_names", model -> layer(model, 1).setName("conv"));
    t.reads("t07_layer_name_empty", model -> layer(model, 0).setName(""));
    t.refuses(
        "t08_description_output_twice",
        model -> model.getDescriptionBuilder().addOutput(array("y", 4, 3, 3)),
        "output 'y' is described more than once.");
    t.warns(
        "t09_description_input_twice",
        model -> model.getDescriptionBuilder().addInput(array("x", 3, 5, 5)),
        "input 'x' is described more than once.");
    t.refuses(
        "t10_description_output_not_produced",
        model -> output(model).setName("nope"),
        "output 'nope' is not given by any layer.");
    t.warns(
        "t11_description_output_wrong_shape",
        model -> model.getDescriptionBuilder().setOutput(0, array("y", 7, 3, 3)),
        "output 'y' is described with shape [7, 3, 3], but the layers give 4 channels of 3 x 3.");
    t.refuses(
        "t12_output_is_the_input",
        model -> output(model).setName("x"),
        "output 'x' is not given by any layer.");
    t.refuses(
        "t13_no_layers",
        model -> model.getNeuralNetworkBuilder().clearLayers(),
        "the network has no layers.");
    t.refuses(
        "t14_no_outputs",
        model -> model.getDescriptionBuilder().clearOutput(),
        "the model has no outputs.");
    t.refuses(
        "t15_no_inputs",
        model -> {
          model.setSpecificationVersion(4).getDescriptionBuilder().clearInput();
          layer(model, 0)
              .clearInput()
              .clearConvolution()
              .setLoadConstant(
                  LoadConstantLayerParams.newBuilder()
                      .addShape(4)
                      .addShape(3)
                      .addShape(3)
                      .setData(float32(36)));
        },
        "the model has no inputs, which needs specificationVersion 9, but it says 4.");
    t.refuses(
        "t16_layer_type_unset",
        model -> layer(model, 1).clearActivation(),
        "layer 'relu' has no layer type, or one that is newer than specification version 10.");
    t.refuses(
        "t17_layers_not_in_order",
        model -> {
          NeuralNetworkLayer first = layer(model, 0).build();
          model.getNeuralNetworkBuilder().removeLayers(0).addLayers(first);
        },
        "layer 'relu' (activation) reads blob 'c', which neither an input nor an earlier layer"
            + " gives.");
    t.refuses(
        "t18_input_channels_not_kernelChannels",
        model -> model.getDescriptionBuilder().setInput(0, array("x", 5, 5, 5)),
        "layer 'conv' (convolution) takes 3 channels, but its input 'x' has 5.");
    t.refuses(
        "t19_input_smaller_than_kernel",
        model -> model.getDescriptionBuilder().setInput(0, array("x", 3, 2, 5)),
        "layer 'conv' (convolution) has a kernel of 3 along the height, but its padded input has"
            + " only 2.");
    t.refuses(
        "t20_input_rank2",
        model -> model.getDescriptionBuilder().setInput(0, array("x", 3, 5)),
        "input 'x' has rank 2, but under RANK5_ARRAY_MAPPING it must be 1 ([C]) or 3 ([C, H,"
            + " W]).");
    t.refuses(
        "t21_conv_without_padding_type",
        model -> conv(model).clearValid(),
        "layer 'conv' (convolution) sets no padding type.");
    t.reads(
        "t22_dead_layer",
        model -> model.getNeuralNetworkBuilder().addLayers(relu("dead", "c", "d")));
    t.refuses(
        "t23_stride_zero",
        model -> conv(model).setStride(0, 0),
        "layer 'conv' (convolution) has stride [0, 1], but it must be at least 1.");
    t.refuses(
        "t24_groups_do_not_divide",
        model -> conv(model).setNGroups(3),
        "layer 'conv' (convolution) has 4 output channels, which 3 groups do not divide.");
    t.refuses(
        "t25_output_type_double",
        model ->
            output(model)
                .setType(
                    FeatureType.newBuilder().setDoubleType(DoubleFeatureType.getDefaultInstance())),
        "output 'y' is neither a picture nor an array.");
    t.refuses(
        "t26_image_input_0x0",
        model ->
            input(model)
                .setType(
                    FeatureType.newBuilder()
                        .setImageType(
                            ImageFeatureType.newBuilder()
                                .setColorSpace(ImageFeatureType.ColorSpace.RGB))),
        "input 'x' is a picture of 0 x 0 pixels: both sides must be in [1, 1048576].");
    t.refuses(
        "t27_image_colorspace_invalid",
        model ->
            input(model)
                .setType(
                    FeatureType.newBuilder()
                        .setImageType(ImageFeatureType.newBuilder().setWidth(5).setHeight(5))),
        "input 'x' is a picture without a colour space.");
    t.warns(
        "t28_preprocessing_unknown_feature",
        model ->
            model
                .getNeuralNetworkBuilder()
                .addPreprocessing(
                    NeuralNetworkPreprocessing.newBuilder()
                        .setFeatureName("nope")
                        .setScaler(NeuralNetworkImageScaler.newBuilder().setChannelScale(1))),
        "the network has preprocessing for 'nope', which is not an input.");
    t.refuses(
        "t29_conv_two_inputs",
        model -> layer(model, 0).addInput("x"),
        "layer 'conv' (convolution) came with specification version 4 (iOS 13), but array inputs"
            + " use RANK5_ARRAY_MAPPING: such layers need EXACT_ARRAY_MAPPING.");
    t.refuses(
        "t30_conv_no_output",
        model -> layer(model, 0).clearOutput(),
        "layer 'conv' (convolution) has 0 outputs, but gives 1.",
        "layer 'relu' (activation) reads blob 'c', which neither an input nor an earlier layer"
            + " gives.");
    t.refuses(
        "t31_kernelSize_says_5x5",
        model -> conv(model).setKernelSize(0, 5).setKernelSize(1, 5),
        "'conv/weights' has 108 values, but the layer's parameters ask for 300.");
    t.refuses(
        "t32_no_model_type",
        model -> model.clearNeuralNetwork(),
        "the model has no model type, or one that is newer than specification version 10.");
    t.refuses(
        "t33_only_input_optional",
        model -> input(model).getTypeBuilder().setIsOptional(true),
        "the model has only optional inputs, but needs one that is not.");
    t.refuses(
        "t34_input_datatype_invalid",
        model -> input(model).getTypeBuilder().getMultiArrayTypeBuilder().clearDataType(),
        "input 'x' has no data type: it must be DOUBLE, FLOAT32, FLOAT16, INT32 or INT8.");
    t.refuses(
        "t35_input_without_shape",
        model -> input(model).getTypeBuilder().getMultiArrayTypeBuilder().clearShape(),
        "input 'x' is an array without a shape.");
    t.refuses(
        "output_that_is_optional",
        model -> output(model).getTypeBuilder().setIsOptional(true),
        "output 'y' is optional, but outputs cannot be.");
    t.refuses(
        "absurd_number_of_weights",
        model -> conv(model).setOutputChannels(1L << 40),
        "'conv/weights' has shape [1099511627776, 3, 3, 3], but every length must be at least 1"
            + " and the product at most 2147483647.");
  }

  private static void exactTopology(Table t) {
    t.base =
        () -> {
          Model.Builder model = Networks.convolution();
          exact(model);
          return model;
        };
    t.reads("x00_exact_control", model -> {});
    t.refuses(
        "x01_exact_conv_without_input",
        model -> layer(model, 0).clearInput(),
        "layer 'conv' (convolution) has 0 inputs, but takes 1 to 2.");
    t.refuses(
        "x02_exact_layer_type_unset",
        model -> layer(model, 1).clearActivation(),
        "layer 'relu' has no layer type, or one that is newer than specification version 10.");
    t.warns(
        "x03_exact_conv_two_inputs",
        model -> layer(model, 0).addInput("x"),
        "layer 'conv' holds 435 bytes of weights that it does not use.");
    t.refuses(
        "x04_exact_input_channels_wrong",
        model -> model.getDescriptionBuilder().setInput(0, array("x", 1, 5, 5, 5)),
        "layer 'conv' (convolution) takes 3 channels, but its input 'x' has 5.");
    t.refuses(
        "x05_exact_input_smaller_than_kernel",
        model -> model.getDescriptionBuilder().setInput(0, array("x", 1, 3, 5, 2)),
        "layer 'conv' (convolution) has a kernel of 3 along the width, but its padded input has"
            + " only 2.");
    t.warns(
        "x06_exact_output_shape_wrong",
        model -> model.getDescriptionBuilder().setOutput(0, array("y", 1, 7, 3, 3)),
        "output 'y' is described with shape [1, 7, 3, 3], but the layers give 4 channels of 3 x"
            + " 3.");
    t.refuses(
        "x07_exact_input_rank2_no_tensors",
        model -> model.getDescriptionBuilder().setInput(0, array("x", 3, 5)),
        "layer 'conv' (convolution) has an input of rank 2, but takes at least 4.");
    Tensor rank4 = Tensor.newBuilder().setRank(4).build();
    t.reads(
        "x08_exact_tensor_ranks_control",
        model -> {
          layer(model, 0).addInputTensor(rank4).addOutputTensor(rank4);
          layer(model, 1).addInputTensor(rank4).addOutputTensor(rank4);
        });
    t.refuses(
        "x09_exact_tensor_rank_differs",
        model -> {
          layer(model, 0).addInputTensor(rank4).addOutputTensor(rank4);
          layer(model, 1).addInputTensor(Tensor.newBuilder().setRank(5)).addOutputTensor(rank4);
        },
        "layer 'relu' (activation) gives blob 'c' rank 5, but elsewhere it has rank 4.");
    t.refuses(
        "x10_exact_tensor_dims_not_rank",
        model ->
            layer(model, 0)
                .addInputTensor(Tensor.newBuilder().setRank(4).addDimValue(3))
                .addOutputTensor(rank4),
        "layer 'conv' (convolution) gives blob 'x' rank 4 and 1 lengths, but both must be the"
            + " same.");
    t.refuses(
        "x11_exact_stride_zero",
        model -> conv(model).setStride(1, 0),
        "layer 'conv' (convolution) has stride [1, 0], but it must be at least 1.");
    t.reads("x12_exact_version1", model -> model.setSpecificationVersion(1));
    t.reads(
        "x13_exact_lin8_version3",
        weights(linear(8, 1, 1, 108)).andThen(model -> model.setSpecificationVersion(3)));
  }

  private static void classifiers(Table t) {
    t.base =
        () -> {
          Model.Builder model =
              Networks.single(
                  NeuralNetworkLayer.newBuilder()
                      .setName("ip")
                      .setInnerProduct(
                          InnerProductLayerParams.newBuilder()
                              .setInputChannels(8)
                              .setOutputChannels(4)
                              .setWeights(float32(32))),
                  array("x", 8),
                  array("p", 4));
          NeuralNetworkLayer layer = layer(model, 0).build();
          model.clearNeuralNetwork();
          model
              .getNeuralNetworkClassifierBuilder()
              .addLayers(layer)
              .setStringClassLabels(
                  StringVector.newBuilder().addAllVector(List.of("a", "b", "c", "d")));
          model
              .getDescriptionBuilder()
              .clearOutput()
              .setPredictedFeatureName("label")
              .setPredictedProbabilitiesName("p")
              .addOutput(
                  FeatureDescription.newBuilder()
                      .setName("label")
                      .setType(
                          FeatureType.newBuilder()
                              .setStringType(StringFeatureType.getDefaultInstance())))
              .addOutput(
                  FeatureDescription.newBuilder()
                      .setName("p")
                      .setType(
                          FeatureType.newBuilder()
                              .setDictionaryType(
                                  DictionaryFeatureType.newBuilder()
                                      .setStringKeyType(StringFeatureType.getDefaultInstance()))));
          return model;
        };
    t.reads("c01_classifier_control", model -> {});
    t.refuses(
        "c02_classifier_3_labels_for_4",
        model ->
            model
                .getNeuralNetworkClassifierBuilder()
                .setStringClassLabels(
                    StringVector.newBuilder().addAllVector(List.of("a", "b", "c"))),
        "the classifier has 3 class labels, but its probabilities 'p' have 4 channels.");
    t.warns(
        "c03_classifier_duplicate_labels",
        model ->
            model
                .getNeuralNetworkClassifierBuilder()
                .setStringClassLabels(
                    StringVector.newBuilder().addAllVector(List.of("a", "b", "c", "a"))),
        "the model has class label 'a' more than once (at 0 and 3).");
    t.refuses(
        "c04_classifier_no_labels",
        model -> model.getNeuralNetworkClassifierBuilder().clearStringClassLabels(),
        "the model is a classifier without class labels.");
    t.refuses(
        "c05_classifier_probability_layer_unknown",
        model -> model.getNeuralNetworkClassifierBuilder().setLabelProbabilityLayerName("nope"),
        "the classifier takes its probabilities from blob 'nope' (labelProbabilityLayerName),"
            + " which no layer gives.");
    t.refuses(
        "c06_classifier_predictedFeatureName_unknown",
        model -> model.getDescriptionBuilder().setPredictedFeatureName("nope"),
        "the model names 'nope' as its predictedFeatureName, which is not an output.",
        "output 'label' is not given by any layer.");
    t.refuses(
        "c07_classifier_int_labels_string_output",
        model ->
            model
                .getNeuralNetworkClassifierBuilder()
                .setInt64ClassLabels(
                    Int64Vector.newBuilder().addAllVector(List.of(1L, 2L, 3L, 4L))),
        "the model names output 'label' as its predictedFeatureName, but that has type STRINGTYPE"
            + " where INT64TYPE is needed.");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void eachDefectIsNamed(Case defect) {
    Model.Builder model = defect.base().get();
    defect.change().accept(model);
    byte[] bytes = ModelWriter.toBytes(model.build());

    CoreMLModel read = null;
    String message = "";
    try {
      read = ModelReader.read(bytes, "test.mlmodel");
    } catch (BadInputException e) {
      message = e.getMessage();
    }

    assertThat(message).isEqualTo(expected(defect.problems()));
    if (read != null) {
      assertThat(read.warnings()).isEqualTo(defect.warnings());
      for (WeightTensor tensor : read.weightTensors()) {
        assertThat(tensor.values().size()).isEqualTo((int) tensor.elementCount());
      }
    }
  }

  private static String expected(List<String> problems) {
    String cure =
        "\nMaybe make the file again with the tool that wrote it, or ask whoever published it.";
    if (problems.isEmpty()) {
      return "";
    }
    if (problems.size() == 1) {
      return "test.mlmodel: " + problems.get(0) + cure;
    }
    return "test.mlmodel: the model has "
        + problems.size()
        + " problems:\n- "
        + String.join("\n- ", problems)
        + cure;
  }
}
