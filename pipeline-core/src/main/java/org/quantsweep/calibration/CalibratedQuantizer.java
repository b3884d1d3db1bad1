package org.quantsweep.calibration;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.LinearUse;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.linalg.Matrices;
import org.quantsweep.quantize.CalibratedWeights;
import org.quantsweep.quantize.Grouping;
import org.quantsweep.quantize.LookUpTableWeights;
import org.quantsweep.quantize.Method;
import org.quantsweep.quantize.NetworkQuantizer;
import org.quantsweep.quantize.ProgramQuantizer;
import org.quantsweep.quantize.QuantizedWeights;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.quantize.TensorQuantizer;
import org.quantsweep.tensor.Tensor;

/**
 * Fits the codes of one weight tensor to what its layer is fed with. With second moments H = E[x
 * x^T] of the layer's inputs, an error D of the weights costs trace(D H D^T) at the layer's output.
 * So ranges and tables are fitted with weights diag(H); columns are then rounded one by one, the
 * error of each fed into those not yet rounded through the Cholesky factor of H^-1 (Frantar et al.,
 * GPTQ, arXiv 2210.17323; Hassibi and Stork, 1993), in the one of some shares of each range that
 * this suits best ({@link CarriedRanges}). Then single codes are changed as long as that helps
 * (Behdin et al., QuantEase, arXiv 2309.01885), several at once where that helps more ({@link
 * PanelSearch}), and scales, biases or tables are fitted to the codes by least squares in the
 * metric of H, a few times in turn. At last the bias takes over (W - Q) E[x]; where the layer's
 * output is clipped, the mean is that of the places whose output passes. What the bias can take
 * over does not count as an error before.
 *
 * <p>Never worse, by the layer's own output error, than the plain codes of the same scheme.
 */
public final class CalibratedQuantizer implements AutoCloseable {
  /** Of the damping, each time tenfold. */
  private static final int MOST_RAISES = 4;

  /** How much a place counts for the bias whose output is clipped; a channel may have no other. */
  private static final double CLIPPED_SHARE = 0.005;

  private final WeightTensor tensor;
  private final LayerInputs inputs;
  private final InputMoments moments;
  private final CalibrationSettings settings;
  private final Optional<Tensor> bias;

  /** Whether the bias is one that the layer does not have as given. */
  private final boolean addsBias;

  private final TensorQuantizer plain;
  private final float[] values;

  /** What H is multiplied with, so that float32 holds it whatever the inputs are; a power of 4. */
  private final double unit;

  private final List<Group> groups = new ArrayList<>();
  private NetworkFitter networkFitter;
  private ProgramFitter programFitter;

  /** What the rows of one group share. */
  private static final class Group {
    /** E[x^2] without the part of the mean that is left to the bias. */
    private final double[] squares;

    /** Along the diagonal of H, without damping; none where only the diagonal is known. */
    private final List<Block> blocks;

    private final RowMetric metric;

    Group(double[] squares, List<Block> blocks, RowMetric metric) {
      this.squares = squares;
      this.blocks = blocks;
      this.metric = metric;
    }
  }

  /** Some consecutive columns, and their part of H. */
  private static final class Block {
    private final int start;
    private final int length;
    private final double[] second;

    Block(int start, int length, double[] second) {
      this.start = start;
      this.length = length;
      this.second = second;
    }

    int length() {
      return length;
    }
  }

  /**
   * Prepares the fitting of all schemes.
   *
   * @param tensor one that {@link #isCalibratable}
   * @param moments of its layer's inputs
   * @throws NotCalibratableException when these cannot be used
   */
  public CalibratedQuantizer(
      CoreMLModel model, WeightTensor tensor, InputMoments moments, CalibrationSettings settings) {
    this(model, tensor, model.format().quantizer(tensor), moments, settings);
  }

  /**
   * Prepares the fitting of all schemes.
   *
   * @param tensor one that {@link #isCalibratable}
   * @param plain makes the tensor's plain codes
   * @param moments of its layer's inputs
   * @throws NotCalibratableException when these cannot be used
   */
  public CalibratedQuantizer(
      CoreMLModel model,
      WeightTensor tensor,
      TensorQuantizer plain,
      InputMoments moments,
      CalibrationSettings settings) {
    this(model, tensor, plain, moments, settings, false);
  }

  /**
   * Prepares the fitting of schemes that add a bias. What it takes over counts as an error for the
   * schemes without one, so the two have metrics, and so codes, of their own.
   *
   * @param tensor one that {@link #isCalibratable}, with an {@linkplain
   *     org.quantsweep.coreml.ModelFormat#addableBias addable bias}
   * @param plain makes the tensor's plain codes
   * @param moments of its layer's inputs
   * @throws NotCalibratableException when these cannot be used
   */
  public static CalibratedQuantizer withAddedBias(
      CoreMLModel model,
      WeightTensor tensor,
      TensorQuantizer plain,
      InputMoments moments,
      CalibrationSettings settings) {
    return new CalibratedQuantizer(model, tensor, plain, moments, settings, true);
  }

  private CalibratedQuantizer(
      CoreMLModel model,
      WeightTensor tensor,
      TensorQuantizer plain,
      InputMoments moments,
      CalibrationSettings settings,
      boolean addsBias) {
    if (addsBias && model.format().addableBias(tensor).isEmpty()) {
      throw new IllegalArgumentException(
          "the layer of weight tensor '" + tensor.identity() + "' gets no bias.");
    }
    this.tensor = tensor;
    this.addsBias = addsBias;
    this.moments = moments;
    this.settings = settings;
    LinearUse use =
        model
            .format()
            .linearUse(tensor)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "weight tensor '" + tensor.identity() + "' cannot be calibrated."));
    this.inputs = LayerInputs.of(tensor, use);
    if (moments.groups() != inputs.groups() || moments.order() != inputs.order()) {
      throw new IllegalArgumentException(
          "weight tensor '"
              + tensor.identity()
              + "' has "
              + inputs.groups()
              + " groups of "
              + inputs.order()
              + " inputs, but the moments are of "
              + moments.groups()
              + " groups of "
              + moments.order()
              + ".");
    }
    if (moments.count() == 0) {
      throw new NotCalibratableException(
          moments
              .failure()
              .map(reason -> "the engine looks into no calibration sample (" + reason + ")")
              .orElse("no calibration sample reaches its layer"));
    }
    if (!moments.isFinite()) {
      throw new NotCalibratableException(
          "the inputs of its layer on the calibration samples are not all finite numbers");
    }
    this.values = tensor.values().sharedArray();
    this.plain = plain;
    this.bias =
        (addsBias ? model.format().addableBias(tensor) : use.bias())
            .filter(own -> own.elementCount() == (long) inputs.groups() * inputs.rows())
            .map(WeightTensor::values);
    this.unit = unit();
    for (int group = 0; group < inputs.groups() && !inputs.isNamed(); group++) {
      groups.add(fed(group));
    }
  }

  /** Groups share it, because they may share a table. */
  private double unit() {
    double largest = 0;
    for (int group = 0; group < inputs.groups(); group++) {
      for (double square : moments.squares(group)) {
        largest = Math.max(largest, square);
      }
    }
    return largest > 0 ? Math.scalb(1.0, -Math.getExponent(largest) / 2 * 2) : 1;
  }

  /** Whether a weight tensor's layer has inputs that its weights can be fitted to. */
  public static boolean isCalibratable(CoreMLModel model, WeightTensor tensor) {
    return model.format().linearUse(tensor).isPresent();
  }

  /** The fitted codes of a calibrated scheme, and the corrected bias where the layer has one. */
  public CalibratedWeights quantize(Scheme.Compression scheme) {
    QuantizedWeights better = better(scheme);
    return new CalibratedWeights(better, corrected(better));
  }

  /**
   * The same, or other codes where these are better here.
   *
   * @param other codes of the scheme, such as those that were fitted without a bias
   */
  public CalibratedWeights quantize(Scheme.Compression scheme, QuantizedWeights other) {
    // Without trust in the mean a bias changes no metric, and so no codes.
    QuantizedWeights own = settings.meanTrust() == 0 ? other : better(scheme);
    QuantizedWeights better = outputError(own) <= outputError(other) ? own : other;
    return new CalibratedWeights(better, corrected(better));
  }

  private QuantizedWeights better(Scheme.Compression scheme) {
    if (scheme.addsBias() != addsBias) {
      throw new IllegalArgumentException(
          "scheme (" + scheme + ") is fitted " + (addsBias ? "with" : "without") + " a bias here.");
    }
    QuantizedWeights simple = plain.quantize(scheme.plain());
    QuantizedWeights fitted = fitted(scheme, simple);
    return outputError(fitted) <= outputError(simple) ? fitted : simple;
  }

  private QuantizedWeights fitted(Scheme.Compression scheme, QuantizedWeights simple) {
    if (plain instanceof ProgramQuantizer program) {
      return programFitter(program).fit(scheme, simple);
    }
    NetworkFitter fitter = networkFitter();
    Scheme.Quantization codes = (Scheme.Quantization) scheme;
    if (!codes.isLookUpTable()) {
      return fitter.linear((NetworkQuantizer) plain, codes.bits(), codes.grouping());
    }
    QuantizedWeights start =
        plain.quantize(
            new Scheme.Quantization(Method.Plain.LUT_KMEANS, codes.bits(), Grouping.WHOLE));
    return fitter.table((LookUpTableWeights) start);
  }

  private synchronized NetworkFitter networkFitter() {
    if (networkFitter == null) {
      networkFitter = new NetworkFitter(tensor.values(), inputs, this::metric, settings.rounds());
    }
    return networkFitter;
  }

  private synchronized ProgramFitter programFitter(ProgramQuantizer program) {
    if (programFitter == null) {
      programFitter =
          new ProgramFitter(
              tensor.values(),
              inputs,
              this::metric,
              program.type(),
              program.axes(),
              settings.rounds());
    }
    return programFitter;
  }

  private RowMetric metric(int group) {
    return group(group).metric;
  }

  /**
   * The squared error that codes cause at the layer's output, per place, summed over channels; less
   * what a corrected bias takes over.
   */
  public double outputError(QuantizedWeights weights) {
    return outputError(weights.dequantize());
  }

  /** The same for decoded values. */
  public double outputError(Tensor decoded) {
    int rows = inputs.rows();
    int columns = inputs.columns();
    double error = 0;
    double[] difference = new double[rows * columns];
    for (int group = 0; group < inputs.groups(); group++) {
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          int at = inputs.element(group, row, column);
          difference[row * columns + column] = (double) values[at] - decoded.get(at);
        }
      }
      Group own = group(group);
      if (own.blocks.isEmpty()) {
        for (int i = 0; i < difference.length; i++) {
          int column = i % columns;
          error += difference[i] * difference[i] * own.squares[column];
        }
      }
      for (Block block : own.blocks) {
        int length = block.length();
        double[] part = columns(difference, rows, block);
        double[] product = Matrices.product(part, block.second, rows, length, length);
        for (int i = 0; i < part.length; i++) {
          error += part[i] * product[i];
        }
      }
    }
    // Rounding may leave a tiny negative sum where the error is nothing.
    return Math.max(0, error);
  }

  /** The columns of a block, of all rows. */
  private double[] columns(double[] matrix, int rows, Block block) {
    int columns = inputs.columns();
    int length = block.length();
    if (length == columns) {
      return matrix;
    }
    double[] part = new double[rows * length];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(matrix, row * columns + block.start, part, row * length, length);
    }
    return part;
  }

  private Group group(int group) {
    return inputs.isNamed() ? named(group) : groups.get(group);
  }

  /** A row that is looked up counts as often as it was, and once where it never was. */
  private Group named(int group) {
    double share = Math.max(moments.squares(group)[0], 1.0 / Math.max(1, moments.count()));
    double[] importance = new double[inputs.columns()];
    Arrays.fill(importance, share);
    return new Group(importance, List.of(), new RowMetric(importance, List.of()));
  }

  private Group fed(int group) {
    int n = inputs.columns();
    double[] mean = moments.mean(group);
    // A bias can take over the mean's part; the calibration samples' mean is trusted so far.
    double trust = bias.isPresent() ? settings.meanTrust() : 0;
    double[] importance = moments.squares(group);
    double average = 0;
    for (int i = 0; i < n; i++) {
      importance[i] = Math.max(0, importance[i] - trust * mean[i] * mean[i]);
      average += importance[i] / n;
    }
    double damping = average > 0 ? settings.damping() * average : 1;
    double[] damped = new double[n];
    for (int i = 0; i < n; i++) {
      damped[i] = importance[i] + damping;
    }
    List<Block> blocks = new ArrayList<>();
    List<RowMetric.Part> parts = new ArrayList<>();
    // Blocks of one column are the diagonal: there is nothing that an error could be fed to.
    if (moments.block() > 1 || n == 1) {
      for (int start = 0; start < n; start += moments.block()) {
        Block block = block(group, start, trust);
        blocks.add(block);
        parts.add(part(block, damped, damping));
      }
    }
    return new Group(importance, blocks, new RowMetric(scaled(damped, unit), parts));
  }

  private Block block(int group, int start, double trust) {
    int n = Math.min(moments.block(), inputs.columns() - start);
    double[] mean = moments.mean(group);
    double[] second = moments.second(group, start);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        second[i * n + j] -= trust * mean[start + i] * mean[start + j];
      }
    }
    return new Block(start, n, second);
  }

  private static double[] scaled(double[] numbers, double factor) {
    double[] scaled = new double[numbers.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = numbers[i] * factor;
    }
    return scaled;
  }

  private RowMetric.Part part(Block block, double[] damped, double damping) {
    int n = block.length;
    int start = block.start;
    // Inputs that matter most are rounded first: their errors have the most columns to go to.
    int[] order =
        IntStream.range(0, n)
            .boxed()
            .sorted(
                (one, other) -> {
                  int by = Double.compare(damped[start + other], damped[start + one]);
                  return by != 0 ? by : Integer.compare(one, other);
                })
            .mapToInt(Integer::intValue)
            .toArray();
    double[] whole = block.second.clone();
    for (int i = 0; i < n; i++) {
      whole[i * n + i] += damping;
    }
    double[] feedback = feedback(whole, order, n, damping);
    return new RowMetric.Part(
        start, scaled(whole, unit), order, scaled(feedback, 1 / Math.sqrt(unit)));
  }

  /**
   * The feedback of a damped H. Where rounding has left that indefinite, its damping is raised a
   * few times, each time tenfold.
   *
   * @param whole H with its damping; takes what is added
   * @throws NotCalibratableException when that does not help
   */
  static double[] feedback(double[] whole, int[] order, int n, double damping) {
    double added = damping;
    for (int raised = 0; ; raised++) {
      try {
        return feedback(whole, order, n);
      } catch (ArithmeticException e) {
        if (raised == MOST_RAISES) {
          throw new NotCalibratableException(
              "the second moments of its layer's inputs have no Cholesky factor, even after their"
                  + " damping was raised "
                  + MOST_RAISES
                  + " times",
              e);
        }
      }
      for (int i = 0; i < n; i++) {
        whole[i * n + i] += 9 * added;
      }
      added *= 10;
    }
  }

  /**
   * The upper triangle U with H^-1 = U^T U, of the damped and reordered H: the inverse of R with H
   * = R R^T, which is the plain Cholesky factor seen from the other corner.
   */
  private static double[] feedback(double[] second, int[] order, int n) {
    double[] turned = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        turned[i * n + j] = second[order[n - 1 - i] * n + order[n - 1 - j]];
      }
    }
    double[] inverse = Matrices.inverseOfLower(Matrices.cholesky(turned, n), n);
    double[] upper = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = i; j < n; j++) {
        upper[i * n + j] = inverse[(n - 1 - i) * n + n - 1 - j];
      }
    }
    return upper;
  }

  /**
   * The mean input of those places whose output is not clipped away, and a little of the others.
   */
  private double[] seen(int channel, double[] mean) {
    double[] seen = moments.passingMean(channel);
    double share = moments.passingShare(channel) + CLIPPED_SHARE;
    for (int i = 0; i < seen.length; i++) {
      seen[i] = (seen[i] + CLIPPED_SHARE * mean[i]) / share;
    }
    return seen;
  }

  /** The bias that takes over what these weights miss; none where the layer has none. */
  Optional<Tensor> corrected(QuantizedWeights weights) {
    if (bias.isEmpty()) {
      return Optional.empty();
    }
    Tensor decoded = weights.dequantize();
    float[] sums = bias.get().toArray();
    for (int group = 0; group < inputs.groups(); group++) {
      double[] mean = moments.mean(group);
      for (int row = 0; row < inputs.rows(); row++) {
        int channel = group * inputs.rows() + row;
        double[] seen = moments.clipped() == 0 ? mean : seen(channel, mean);
        double correction = 0;
        for (int column = 0; column < mean.length; column++) {
          int at = inputs.element(group, row, column);
          correction += ((double) values[at] - decoded.get(at)) * seen[column];
        }
        sums[channel] = (float) (sums[channel] + correction);
      }
    }
    return Optional.of(Tensor.wrap(bias.get().shape(), sums));
  }

  @Override
  public void close() {
    groups.forEach(group -> group.metric.close());
  }
}
