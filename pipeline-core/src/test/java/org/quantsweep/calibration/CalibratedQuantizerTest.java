package org.quantsweep.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.Tapped;
import org.quantsweep.inference.TappedPredictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.proto.coreml.ActivationParams;
import org.quantsweep.proto.coreml.ActivationReLU;
import org.quantsweep.proto.coreml.ArrayFeatureType;
import org.quantsweep.proto.coreml.BorderAmounts;
import org.quantsweep.proto.coreml.ConvolutionLayerParams;
import org.quantsweep.proto.coreml.FeatureDescription;
import org.quantsweep.proto.coreml.FeatureType;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.SamePadding;
import org.quantsweep.proto.coreml.ValidPadding;
import org.quantsweep.proto.coreml.WeightParams;
import org.quantsweep.quantize.CalibratedWeights;
import org.quantsweep.quantize.CalibratedWeightsCodec;
import org.quantsweep.quantize.LinearWeights;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.quantize.TensorQuantizer;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

class CalibratedQuantizerTest {
  private static final CalibrationSettings ALL_PLACES =
      new CalibrationSettings(100_000, 0.01, 2304, 0, 3, 0);
  private static final CalibrationSettings ONLY_FEEDBACK =
      new CalibrationSettings(100_000, 0.01, 2304, 0, 0, 0);
  private static final int HEIGHT = 7;
  private static final int WIDTH = 6;

  /** What a convolution is: its kind, kernel, stride, dilation, groups and padding. */
  private record Kind(
      boolean spreads, int kernel, int stride, int dilation, int groups, boolean same) {}

  @ParameterizedTest(
      name = "spreads {0}, kernel {1}, stride {2}, dilation {3}, groups {4}, same {5}")
  @CsvSource({
    "false, 3, 1, 1, 1, false",
    "false, 3, 2, 1, 1, true",
    "false, 3, 1, 2, 1, true",
    "false, 1, 1, 1, 2, false",
    "false, 3, 2, 1, 4, true",
    "true, 3, 1, 1, 1, false",
    "true, 3, 2, 1, 1, true",
    "true, 2, 2, 1, 2, false",
    "true, 3, 2, 2, 4, true"
  })
  void theMomentsExplainWhatTheEngineAnswers(
      boolean spreads, int kernel, int stride, int dilation, int groups, boolean same)
      throws Exception {
    Kind kind = new Kind(spreads, kernel, stride, dilation, groups, same);
    CoreMLModel model = model(kind, 4, 8, false);
    WeightTensor weights = model.weightTensors().get(0);
    double squares = 0;
    MomentsCollector collector = new MomentsCollector(model, List.of(weights), ALL_PLACES);
    try (TappedPredictor taps =
        InferenceEngines.onnxRuntime().openTapped(model, collector.boundaries())) {
      for (int sample = 0; sample < 3; sample++) {
        Tapped tapped = taps.run(Map.of("in", input(4, sample)));
        collector.add(Sha256Digest.ofText("sample " + sample), List.of(tapped.boundaries()));
        Tensor answer = ((OutputValue.Array) tapped.prediction().outputs().get("out")).values();
        for (float value : answer.sharedArray()) {
          squares += (double) value * value;
        }
      }
    }
    InputMoments moments = collector.moments().get(weights.identity());
    CalibratedQuantizer quantizer = new CalibratedQuantizer(model, weights, moments, ALL_PLACES);
    // With all weights 0 the error is the whole answer.
    Tensor zeros = Tensor.wrap(weights.shape(), new float[(int) weights.shape().elementCount()]);
    assertThat(quantizer.outputError(zeros) * moments.count())
        .isCloseTo(squares, withPercentage(0.001));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "linear:2+calibrated",
        "linear:4+calibrated",
        "linear:4@tensor+calibrated",
        "lut-kmeans:3+calibrated"
      })
  void fittedCodesAreCloserAndTheBiasTakesTheMean(String scheme) throws Exception {
    CoreMLModel model = model(new Kind(false, 3, 1, 1, 1, true), 4, 8, true);
    WeightTensor weights = model.weightTensors().get(0);
    InputMoments moments = moments(model, weights, CalibrationSettings.DEFAULT);
    CalibratedQuantizer quantizer =
        new CalibratedQuantizer(model, weights, moments, CalibrationSettings.DEFAULT);
    Scheme.Quantization calibrated = (Scheme.Quantization) Scheme.parse(scheme);
    CalibratedWeights fitted = quantizer.quantize(calibrated);
    TensorQuantizer plain = model.format().quantizer(weights);
    double before = quantizer.outputError(plain.quantize(calibrated.plain()));
    assertThat(quantizer.outputError(fitted.weights())).isLessThan(0.8 * before);

    Tensor decoded = fitted.weights().dequantize();
    Tensor bias = model.weightTensors().get(1).values();
    double[] mean = moments.mean(0);
    for (int row = 0; row < 8; row++) {
      double correction = 0;
      for (int column = 0; column < mean.length; column++) {
        int at = row * mean.length + column;
        correction += ((double) weights.values().get(at) - decoded.get(at)) * mean[column];
      }
      assertThat((double) fitted.bias().orElseThrow().get(row))
          .isCloseTo(bias.get(row) + correction, offset(1e-5));
    }
    CalibratedWeights read =
        CalibratedWeightsCodec.decode(CalibratedWeightsCodec.encode(fitted), "codes");
    assertThat(read.weights().dequantize()).isEqualTo(decoded);
    assertThat(read.bias()).isEqualTo(fitted.bias());
  }

  /**
   * The engine's answers tell what passes: as many numbers above 0, and in sum W (the sums of x) +
   * b (the places) of each channel.
   */
  @ParameterizedTest
  @CsvSource({"false, 1", "false, 4", "true, 1"})
  void theBiasTakesTheMeanOfWhatPassesAReLU(boolean spreads, int groups) throws Exception {
    Kind kind = new Kind(spreads, 3, 1, 1, groups, true);
    CoreMLModel model =
        ModelReader.read(withReLU(message(kind, 4, 8, true)).toByteArray(), "relu.mlmodel");
    WeightTensor weights = model.weightTensors().get(0);
    Tensor bias = model.weightTensors().get(1).values();
    double[] positive = new double[8];
    double[] sums = new double[8];
    MomentsCollector collector = new MomentsCollector(model, List.of(weights), ALL_PLACES);
    try (TappedPredictor taps =
        InferenceEngines.onnxRuntime().openTapped(model, collector.boundaries())) {
      for (int sample = 0; sample < 3; sample++) {
        Tapped tapped = taps.run(Map.of("in", input(4, sample)));
        collector.add(Sha256Digest.ofText("sample " + sample), List.of(tapped.boundaries()));
        Tensor answer = ((OutputValue.Array) tapped.prediction().outputs().get("out")).values();
        for (int i = 0; i < answer.size(); i++) {
          int channel = i / (answer.size() / 8);
          positive[channel] += answer.get(i) > 0 ? 1 : 0;
          sums[channel] += answer.get(i);
        }
      }
    }
    InputMoments moments = collector.moments().get(weights.identity());
    assertThat(moments.clipped()).isEqualTo(8);
    LayerInputs inputs = LayerInputs.of(weights, model.format().linearUse(weights).orElseThrow());
    CalibratedWeights fitted;
    try (CalibratedQuantizer quantizer =
        new CalibratedQuantizer(model, weights, moments, ALL_PLACES)) {
      fitted = quantizer.quantize((Scheme.Quantization) Scheme.parse("linear:2+calibrated"));
    }
    Tensor decoded = fitted.weights().dequantize();
    for (int channel = 0; channel < 8; channel++) {
      double share = moments.passingShare(channel);
      assertThat(share * moments.count()).isCloseTo(positive[channel], offset(1e-6));
      double[] passing = moments.passingMean(channel);
      double[] mean = moments.mean(channel / inputs.rows());
      double sum = share * bias.get(channel);
      double wanted = bias.get(channel);
      for (int i = 0; i < passing.length; i++) {
        int at = inputs.element(channel / inputs.rows(), channel % inputs.rows(), i);
        double weight = weights.values().get(at);
        sum += weight * passing[i];
        wanted += (weight - decoded.get(at)) * (passing[i] + 0.005 * mean[i]) / (share + 0.005);
      }
      assertThat(sum * moments.count()).isCloseTo(sums[channel], withPercentage(0.001));
      assertThat((double) fitted.bias().orElseThrow().get(channel)).isCloseTo(wanted, offset(1e-5));
    }
  }

  private static Model withReLU(Model.Builder message) {
    message.getNeuralNetworkBuilder().getLayersBuilder(0).setOutput(0, "y");
    message
        .getNeuralNetworkBuilder()
        .addLayers(
            NeuralNetworkLayer.newBuilder()
                .setName("relu")
                .addInput("y")
                .addOutput("out")
                .setActivation(
                    ActivationParams.newBuilder().setReLU(ActivationReLU.getDefaultInstance())));
    return message.build();
  }

  /**
   * Error feedback by its definition: after each rounding, the columns that are left move by the
   * inverse of what is left of H (Hassibi and Stork, 1993), inverted anew each time.
   */
  @Test
  void errorFeedbackIsThatOfTheDefinition() throws Exception {
    CoreMLModel model = model(new Kind(false, 2, 1, 1, 1, false), 4, 8, false);
    WeightTensor weights = model.weightTensors().get(0);
    InputMoments moments = moments(model, weights, ALL_PLACES);
    CalibratedQuantizer quantizer = new CalibratedQuantizer(model, weights, moments, ONLY_FEEDBACK);
    Scheme.Quantization scheme = (Scheme.Quantization) Scheme.parse("linear:3+calibrated");
    CalibratedWeights fitted = quantizer.quantize(scheme);
    float[] scales = ((LinearWeights) fitted.weights()).scales();
    float[] biases = ((LinearWeights) fitted.weights()).biases();
    int n = 16;
    double[] h = moments.second(0);
    double average = 0;
    for (int i = 0; i < n; i++) {
      average += h[i * n + i] / n;
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      order.add(i);
    }
    double[] diagonal = moments.squares(0);
    order.sort((a, b) -> Double.compare(diagonal[b], diagonal[a]));
    for (int i = 0; i < n; i++) {
      h[i * n + i] += 0.01 * average;
    }
    Tensor decoded = fitted.weights().dequantize();
    for (int row = 0; row < 8; row++) {
      double[] left = new double[n];
      for (int i = 0; i < n; i++) {
        left[i] = weights.values().get(row * n + i);
      }
      List<Integer> open = new ArrayList<>(order);
      while (!open.isEmpty()) {
        int column = open.get(0);
        double[][] inverse = inverse(h, n, open);
        long code = Math.round((left[column] - biases[row]) / scales[row]);
        double rounded = Math.max(0, Math.min(7, code)) * (double) scales[row] + biases[row];
        assertThat((double) decoded.get(row * n + column)).isCloseTo(rounded, offset(1e-6));
        double error = (left[column] - rounded) / inverse[0][0];
        for (int i = 0; i < open.size(); i++) {
          left[open.get(i)] -= error * inverse[0][i];
        }
        open.remove(0);
      }
    }
  }

  /** Ranges of the least error without feedback are the best after it by chance only. */
  @ParameterizedTest
  @ValueSource(strings = {"linear:3+calibrated", "linear:3@tensor+calibrated"})
  void rangesAreNoLongerThoseOfTheLeastErrorWithoutFeedback(String text) throws Exception {
    CoreMLModel model = model(new Kind(false, 2, 1, 1, 1, false), 4, 8, false);
    WeightTensor weights = model.weightTensors().get(0);
    InputMoments moments = moments(model, weights, ALL_PLACES);
    LinearWeights fitted;
    try (CalibratedQuantizer quantizer =
        new CalibratedQuantizer(model, weights, moments, ONLY_FEEDBACK)) {
      Scheme.Quantization scheme = (Scheme.Quantization) Scheme.parse(text);
      fitted = (LinearWeights) quantizer.quantize(scheme).weights();
    }
    double[] importance = moments.squares(0);
    double damping = 0.01 * Arrays.stream(importance).average().orElseThrow();
    int count = fitted.scales().length;
    int size = weights.values().size() / count;
    double[] own = new double[size];
    double[] counts = new double[size];
    int other = 0;
    for (int grid = 0; grid < count; grid++) {
      for (int i = 0; i < size; i++) {
        own[i] = weights.values().get(grid * size + i);
        counts[i] = importance[i % importance.length] + damping;
      }
      double share = fitted.scales()[grid] / RangeFit.fit(own, counts, 7).scale();
      double closest =
          CarriedRanges.SHARES.stream()
              .mapToDouble(each -> Math.abs(each - share))
              .min()
              .orElseThrow();
      assertThat(closest).isLessThan(1e-5);
      other += Math.abs(share - 1) > 0.01 ? 1 : 0;
    }
    assertThat(other).isGreaterThanOrEqualTo((count + 1) / 2);
  }

  /** A grouped or depthwise layer is as many small layers side by side. */
  @ParameterizedTest
  @CsvSource({"2, linear:3+calibrated", "4, linear:3+calibrated", "4, linear:5+calibrated"})
  void everyGroupIsFittedAsALayerOfItsOwn(int groups, String text) throws Exception {
    Kind kind = new Kind(false, 3, 1, 1, groups, true);
    CalibrationSettings settings = new CalibrationSettings(100_000, 0.01, 2304, 1, 0, 0);
    CoreMLModel whole = model(kind, 4, 8, true);
    WeightTensor weights = whole.weightTensors().get(0);
    InputMoments moments = moments(whole, weights, settings);
    Scheme.Quantization scheme = (Scheme.Quantization) Scheme.parse(text);
    CalibratedWeights fitted =
        new CalibratedQuantizer(whole, weights, moments, settings).quantize(scheme);
    Tensor decoded = fitted.weights().dequantize();
    Tensor plain = weights.values();
    int out = 8 / groups;
    int size = plain.size() / groups;
    int order = moments.order();
    int triangle = order * (order + 1) / 2;
    for (int group = 0; group < groups; group++) {
      Kind single = new Kind(false, 3, 1, 1, 1, true);
      Model.Builder message = message(single, 4 / groups, out, true);
      ConvolutionLayerParams.Builder conv =
          message.getNeuralNetworkBuilder().getLayersBuilder(0).getConvolutionBuilder();
      WeightParams.Builder own = WeightParams.newBuilder();
      for (int i = 0; i < size; i++) {
        own.addFloatValue(plain.get(group * size + i));
      }
      WeightParams all =
          message(kind, 4, 8, true)
              .getNeuralNetworkBuilder()
              .getLayers(0)
              .getConvolution()
              .getBias();
      conv.setWeights(own)
          .setBias(
              WeightParams.newBuilder()
                  .addAllFloatValue(
                      all.getFloatValueList().subList(group * out, (group + 1) * out)));
      CoreMLModel alone = ModelReader.read(message.build().toByteArray(), "group.mlmodel");
      InputMoments ownMoments =
          new InputMoments(
              1,
              order,
              order,
              moments.count(),
              Arrays.copyOfRange(moments.sharedSums(), group * order, (group + 1) * order),
              Arrays.copyOfRange(
                  moments.sharedProducts(), group * triangle, (group + 1) * triangle),
              new double[0]);
      CalibratedWeights expected =
          new CalibratedQuantizer(alone, alone.weightTensors().get(0), ownMoments, settings)
              .quantize(scheme);
      Tensor wanted = expected.weights().dequantize();
      for (int i = 0; i < size; i++) {
        assertThat(decoded.get(group * size + i)).isEqualTo(wanted.get(i));
      }
      for (int row = 0; row < out; row++) {
        assertThat(fitted.bias().orElseThrow().get(group * out + row))
            .isEqualTo(expected.bias().orElseThrow().get(row));
      }
    }
  }

  /** What is fitted in turn ends below the error feedback alone, whatever the codes are. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "linear:2+calibrated",
        "linear:4+calibrated",
        "linear:4@tensor+calibrated",
        "lut-kmeans:2+calibrated",
        "lut-kmeans:4+calibrated"
      })
  void codesAndGridsInTurnTakeErrorAway(String text) throws Exception {
    CoreMLModel model = model(new Kind(false, 3, 1, 1, 1, true), 4, 8, false);
    WeightTensor weights = model.weightTensors().get(0);
    InputMoments moments = moments(model, weights, ALL_PLACES);
    Scheme.Quantization scheme = (Scheme.Quantization) Scheme.parse(text);
    CalibratedQuantizer feedback = new CalibratedQuantizer(model, weights, moments, ONLY_FEEDBACK);
    CalibratedQuantizer turns = new CalibratedQuantizer(model, weights, moments, ALL_PLACES);
    double before = feedback.outputError(feedback.quantize(scheme).weights());
    double after = turns.outputError(turns.quantize(scheme).weights());
    assertThat(after).isLessThan(0.97 * before);
  }

  /** Codes do not depend on the unit of the inputs, however large or small that makes them. */
  @ParameterizedTest
  @ValueSource(ints = {75, -75, 1})
  void theUnitOfTheInputsDoesNotMatter(int exponent) throws Exception {
    CoreMLModel model = model(new Kind(false, 3, 1, 1, 2, true), 4, 8, false);
    WeightTensor weights = model.weightTensors().get(0);
    InputMoments moments = moments(model, weights, ALL_PLACES);
    double[] products = moments.sharedProducts().clone();
    Arrays.setAll(products, i -> Math.scalb(products[i], 2 * exponent));
    double[] sums = moments.sharedSums().clone();
    Arrays.setAll(sums, i -> Math.scalb(sums[i], exponent));
    InputMoments scaled =
        new InputMoments(
            2, moments.order(), moments.order(), moments.count(), sums, products, new double[0]);
    try (CalibratedQuantizer one = new CalibratedQuantizer(model, weights, moments, ALL_PLACES);
        CalibratedQuantizer other = new CalibratedQuantizer(model, weights, scaled, ALL_PLACES)) {
      for (String text : List.of("linear:3+calibrated", "lut-kmeans:3+calibrated")) {
        Scheme.Quantization scheme = (Scheme.Quantization) Scheme.parse(text);
        assertThat(other.quantize(scheme).weights().dequantize())
            .isEqualTo(one.quantize(scheme).weights().dequantize());
      }
    }
  }

  @Test
  void momentsOfShardsAddUp() throws Exception {
    CoreMLModel model = model(new Kind(false, 3, 1, 1, 1, true), 4, 8, false);
    WeightTensor weights = model.weightTensors().get(0);
    CalibrationSettings few = new CalibrationSettings(9, 0.01, 2304, 0.9, 3, 3);
    MomentsCollector all = new MomentsCollector(model, List.of(weights), few);
    InputMoments sum = null;
    try (TappedPredictor taps =
        InferenceEngines.onnxRuntime().openTapped(model, new TreeSet<>(List.of(0)))) {
      for (int sample = 0; sample < 5; sample++) {
        Tapped tapped = taps.run(Map.of("in", input(4, sample)));
        Sha256Digest digest = Sha256Digest.ofText("sample " + sample);
        all.add(digest, List.of(tapped.boundaries()));
        MomentsCollector one = new MomentsCollector(model, List.of(weights), few);
        one.add(digest, List.of(tapped.boundaries()));
        InputMoments own = one.moments().get(weights.identity());
        sum = sum == null ? own : sum.plus(own);
      }
    }
    InputMoments whole = all.moments().get(weights.identity());
    assertThat(whole.count()).isEqualTo(45).isEqualTo(sum.count());
    for (int i = 0; i < whole.order(); i++) {
      assertThat(sum.mean(0)[i]).isCloseTo(whole.mean(0)[i], offset(1e-9));
      assertThat(sum.second(0)[i]).isCloseTo(whole.second(0)[i], offset(1e-9));
    }
  }

  @Test
  void aboveTheLargestOrderBlocksAreKept() throws Exception {
    CoreMLModel model = model(new Kind(false, 3, 1, 1, 1, true), 4, 8, true);
    WeightTensor weights = model.weightTensors().get(0);
    CalibrationSettings small = new CalibrationSettings(64, 0.01, 35, 0.9, 3, 0);
    InputMoments moments = moments(model, weights, small);
    assertThat(moments.block()).isEqualTo(18);
    CalibratedQuantizer quantizer = new CalibratedQuantizer(model, weights, moments, small);
    Scheme.Quantization scheme = (Scheme.Quantization) Scheme.parse("linear:3+calibrated");
    TensorQuantizer plain = model.format().quantizer(weights);
    assertThat(quantizer.outputError(quantizer.quantize(scheme).weights()))
        .isLessThan(quantizer.outputError(plain.quantize(scheme.plain())));
  }

  /**
   * A whole matrix that is 0 outside of the blocks stands for the same: error feedback finds the
   * same codes. A search goes through other panels, and ends about as low.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "linear:2+calibrated",
        "linear:3@tensor+calibrated",
        "lut-kmeans:2+calibrated",
        "lut-kmeans:4+calibrated"
      })
  void blocksAreFittedAsAMatrixOfThemIs(String scheme) throws Exception {
    CoreMLModel model = model(new Kind(false, 3, 1, 1, 1, true), 4, 8, false);
    WeightTensor weights = model.weightTensors().get(0);
    CalibrationSettings small = new CalibrationSettings(64, 0.01, 20, 0, 3, 0);
    InputMoments blocks = moments(model, weights, small);
    int order = blocks.order();
    assertThat(blocks.block()).isEqualTo(18).isLessThan(order);
    InputMoments whole = moments(model, weights, CalibrationSettings.DEFAULT);
    double[] products = whole.sharedProducts().clone();
    int at = 0;
    for (int i = 0; i < order; i++) {
      for (int j = i; j < order; j++) {
        boolean inside = i / blocks.block() == j / blocks.block();
        products[at] = inside ? products[at] : 0;
        if (inside) {
          assertThat(blocks.second(0, i / 18 * 18)[i % 18 * 18 + j % 18] * blocks.count())
              .isCloseTo(products[at], withPercentage(1e-9));
        }
        at++;
      }
    }
    InputMoments sparse =
        new InputMoments(
            1, order, order, whole.count(), whole.sharedSums(), products, new double[0]);
    CalibrationSettings noSearch = new CalibrationSettings(64, 0.01, 20, 0, 0, 0);
    Scheme.Quantization calibrated = (Scheme.Quantization) Scheme.parse(scheme);
    Tensor fed =
        new CalibratedQuantizer(model, weights, blocks, noSearch)
            .quantize(calibrated)
            .weights()
            .dequantize();
    Tensor wanted =
        new CalibratedQuantizer(model, weights, sparse, noSearch)
            .quantize(calibrated)
            .weights()
            .dequantize();
    for (int i = 0; i < fed.size(); i++) {
      assertThat(fed.get(i)).isCloseTo(wanted.get(i), offset(1e-5f));
    }
    CalibratedQuantizer expected = new CalibratedQuantizer(model, weights, sparse, small);
    CalibratedQuantizer found = new CalibratedQuantizer(model, weights, blocks, small);
    Tensor decoded = found.quantize(calibrated).weights().dequantize();
    assertThat(found.outputError(decoded))
        .isCloseTo(expected.outputError(decoded), withPercentage(1e-6))
        .isCloseTo(
            expected.outputError(expected.quantize(calibrated).weights()), withPercentage(5));
    // What blocks know of the rest of H helps where all of it counts.
    CalibratedQuantizer all =
        new CalibratedQuantizer(model, weights, whole, CalibrationSettings.DEFAULT);
    TensorQuantizer plain = model.format().quantizer(weights);
    assertThat(all.outputError(decoded))
        .isLessThan(all.outputError(plain.quantize(calibrated.plain())));
  }

  @Test
  void blocksAreBounded() {
    CalibrationSettings settings = CalibrationSettings.DEFAULT;
    assertThat(settings.block(1, 1)).isEqualTo(1);
    assertThat(settings.block(1, 2304)).isEqualTo(2304);
    assertThat(settings.block(1, 2305)).isEqualTo(1153);
    assertThat(settings.block(1, 10_000)).isEqualTo(2000);
    assertThat(settings.block(1, 25_088)).isEqualTo(837);
    for (int order : new int[] {2305, 4609, 9217, 25_088, 100_000, 10_000_000}) {
      long matrix = 2304L * 2305 / 2;
      assertThat(InputMoments.products(1, order, settings.block(1, order)))
          .isLessThanOrEqualTo(Math.max(order, 4 * matrix + order));
    }
    // Of many matrices side by side the blocks are shorter: together they take no more.
    assertThat(settings.block(4, 2304)).isEqualTo(2304);
    assertThat(settings.block(8, 2304)).isEqualTo(1152);
    assertThat(settings.block(32, 2304)).isEqualTo(288);
    assertThat(settings.block(100_000, 100)).isEqualTo(2);
    CalibrationSettings diagonal = new CalibrationSettings(64, 0.01, 1, 1, 3, 0);
    assertThat(diagonal.block(1, 2)).isEqualTo(1);
  }

  private static InputMoments moments(
      CoreMLModel model, WeightTensor weights, CalibrationSettings settings) throws Exception {
    MomentsCollector collector = new MomentsCollector(model, List.of(weights), settings);
    try (TappedPredictor taps =
        InferenceEngines.onnxRuntime().openTapped(model, collector.boundaries())) {
      for (int sample = 0; sample < 20; sample++) {
        collector.add(
            Sha256Digest.ofText("sample " + sample),
            List.of(taps.run(Map.of("in", input(4, sample))).boundaries()));
      }
    }
    return collector.moments().get(weights.identity());
  }

  /** Smooth pictures: neighbours are alike, as those of real layers are. */
  private static Tensor input(int channels, long seed) {
    Random random = new Random(seed);
    float[] values = new float[channels * HEIGHT * WIDTH];
    float last = 0;
    for (int i = 0; i < values.length; i++) {
      last = 0.8f * last + (float) random.nextGaussian();
      values[i] = last + 0.5f;
    }
    return Tensor.wrap(Shape.of(channels, HEIGHT, WIDTH), values);
  }

  private static CoreMLModel model(Kind kind, int in, int out, boolean bias) throws Exception {
    byte[] bytes = message(kind, in, out, bias).build().toByteArray();
    CoreMLModel read = ModelReader.read(bytes, "conv.mlmodel");
    try (Predictor predictor = InferenceEngines.onnxRuntime().open(read)) {
      assertThat(predictor.inputs()).hasSize(1);
    }
    return read;
  }

  private static Model.Builder message(Kind kind, int in, int out, boolean bias) {
    Random random = new Random(8);
    int perGroup = kind.spreads() ? out / kind.groups() : in / kind.groups();
    int outer = kind.spreads() ? in : out;
    WeightParams.Builder weights = WeightParams.newBuilder();
    for (int i = 0; i < outer * perGroup * kind.kernel() * kind.kernel(); i++) {
      weights.addFloatValue((float) random.nextGaussian());
    }
    ConvolutionLayerParams.Builder conv =
        ConvolutionLayerParams.newBuilder()
            .setIsDeconvolution(kind.spreads())
            .setKernelChannels(kind.spreads() ? in : in / kind.groups())
            .setOutputChannels(out)
            .setNGroups(kind.groups())
            .addKernelSize(kind.kernel())
            .addKernelSize(kind.kernel())
            .addStride(kind.stride())
            .addStride(kind.stride())
            .addDilationFactor(kind.dilation())
            .addDilationFactor(kind.dilation())
            .setWeights(weights);
    if (kind.same()) {
      conv.setSame(SamePadding.getDefaultInstance());
    } else {
      BorderAmounts.EdgeSizes one =
          BorderAmounts.EdgeSizes.newBuilder().setStartEdgeSize(1).setEndEdgeSize(0).build();
      conv.setValid(
          ValidPadding.newBuilder()
              .setPaddingAmounts(
                  BorderAmounts.newBuilder().addBorderAmounts(one).addBorderAmounts(one)));
    }
    if (bias) {
      WeightParams.Builder values = WeightParams.newBuilder();
      for (int i = 0; i < out; i++) {
        values.addFloatValue((float) random.nextGaussian());
      }
      conv.setHasBias(true).setBias(values);
    }
    Model.Builder model = Model.newBuilder().setSpecificationVersion(3);
    model.getDescriptionBuilder().addInput(array("in", in, HEIGHT, WIDTH)).addOutput(array("out"));
    model
        .getNeuralNetworkBuilder()
        .addLayers(
            NeuralNetworkLayer.newBuilder()
                .setName("conv")
                .addInput("in")
                .addOutput("out")
                .setConvolution(conv));
    return model;
  }

  private static FeatureDescription array(String name, int... lengths) {
    ArrayFeatureType.Builder array =
        ArrayFeatureType.newBuilder().setDataType(ArrayFeatureType.ArrayDataType.FLOAT32);
    for (int length : lengths) {
      array.addShape(length);
    }
    return FeatureDescription.newBuilder()
        .setName(name)
        .setType(FeatureType.newBuilder().setMultiArrayType(array))
        .build();
  }

  /** The inverse of a part of a matrix, by Gauss and Jordan. */
  private static double[][] inverse(double[] matrix, int n, List<Integer> part) {
    int size = part.size();
    double[][] work = new double[size][2 * size];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        work[i][j] = matrix[part.get(i) * n + part.get(j)];
      }
      work[i][size + i] = 1;
    }
    for (int pivot = 0; pivot < size; pivot++) {
      double scale = work[pivot][pivot];
      for (int j = 0; j < 2 * size; j++) {
        work[pivot][j] /= scale;
      }
      for (int i = 0; i < size; i++) {
        double factor = work[i][pivot];
        for (int j = 0; i != pivot && j < 2 * size; j++) {
          work[i][j] -= factor * work[pivot][j];
        }
      }
    }
    double[][] inverse = new double[size][size];
    for (int i = 0; i < size; i++) {
      System.arraycopy(work[i], size, inverse[i], 0, size);
    }
    return inverse;
  }
}
