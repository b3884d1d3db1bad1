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
import org.quantsweep.quantize.NumberOfBits;
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
 * GPTQ, arXiv 2210.17323; Hassibi and Stork, 1993). Then single codes are changed as long as that
 * helps (Behdin et al., QuantEase, arXiv 2309.01885), and scales, biases or tables are fitted to
 * the codes by least squares in the metric of H, a few times in turn. At last the bias takes over
 * (W - Q) E[x]. What the bias can take over does not count as an error before.
 *
 * <p>Never worse, by the layer's own output error, than the plain codes of the same scheme.
 */
public final class CalibratedQuantizer {
  /** Over the codes, of a round. */
  private static final int PASSES = 4;

  /** Of the damping, each time tenfold. */
  private static final int MOST_RAISES = 4;

  private final WeightTensor tensor;
  private final LayerInputs inputs;
  private final InputMoments moments;
  private final CalibrationSettings settings;
  private final Optional<Tensor> bias;
  private final TensorQuantizer plain;
  private final float[] values;
  private final List<Group> groups = new ArrayList<>();
  private WeightedTable tables;

  /** What the rows of one group share. */
  private static final class Group {
    /** E[x^2] without the part of the mean that is left to the bias. */
    private final double[] squares;

    private final double[] importance;

    /** Along the diagonal of H; none where only the diagonal is known. */
    private final List<Block> blocks;

    private final BlockMatrix damped;

    Group(double[] squares, double[] importance, int length, List<Block> blocks) {
      this.squares = squares;
      this.importance = importance;
      this.blocks = blocks;
      this.damped =
          blocks.isEmpty()
              ? BlockMatrix.NONE
              : new BlockMatrix(
                  length, squares.length, blocks.stream().map(block -> block.damped).toList());
    }
  }

  /** Some consecutive columns, and their part of H. */
  private static final class Block {
    private final int start;
    private final double[] second;
    private final double[] damped;
    private final int[] order;
    private final double[] feedback;

    Block(int start, double[] second, double[] damped, int[] order, double[] feedback) {
      this.start = start;
      this.second = second;
      this.damped = damped;
      this.order = order;
      this.feedback = feedback;
    }

    int length() {
      return order.length;
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
    this.tensor = tensor;
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
      throw new NotCalibratableException("no calibration sample reaches its layer");
    }
    if (!moments.isFinite()) {
      throw new NotCalibratableException(
          "the inputs of its layer on the calibration samples are not all finite numbers");
    }
    this.values = tensor.values().sharedArray();
    this.plain = plain;
    this.bias =
        use.bias()
            .filter(own -> own.elementCount() == (long) inputs.groups() * inputs.rows())
            .map(WeightTensor::values);
    for (int group = 0; group < inputs.groups() && !inputs.isNamed(); group++) {
      groups.add(fed(group));
    }
  }

  /** Whether a weight tensor's layer has inputs that its weights can be fitted to. */
  public static boolean isCalibratable(CoreMLModel model, WeightTensor tensor) {
    return model.format().linearUse(tensor).isPresent();
  }

  /** The fitted codes of a calibrated scheme, and the corrected bias where the layer has one. */
  public CalibratedWeights quantize(Scheme.Compression scheme) {
    QuantizedWeights simple = plain.quantize(scheme.plain());
    QuantizedWeights fitted =
        plain instanceof ProgramQuantizer program
            ? fitter(program).fit(scheme, simple)
            : network((Scheme.Quantization) scheme);
    QuantizedWeights better = outputError(fitted) <= outputError(simple) ? fitted : simple;
    return new CalibratedWeights(better, corrected(better));
  }

  private QuantizedWeights network(Scheme.Quantization scheme) {
    return scheme.isLookUpTable() ? table(scheme) : linear(scheme.bits(), scheme.grouping());
  }

  private ProgramFitter fitter(ProgramQuantizer program) {
    List<RowMetric> metrics = new ArrayList<>();
    for (int group = 0; group < inputs.groups(); group++) {
      Group own = group(group);
      metrics.add(
          new RowMetric(
              own.importance,
              own.blocks.stream()
                  .map(
                      block ->
                          new RowMetric.Part(
                              block.start, block.damped, block.order, block.feedback))
                  .toList()));
    }
    return new ProgramFitter(
        tensor.values(), inputs, metrics::get, program.type(), settings.rounds());
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
    return new Group(importance, importance, 1, List.of());
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
    // Blocks of one column are the diagonal: there is nothing that an error could be fed to.
    if (moments.block() > 1 || n == 1) {
      for (int start = 0; start < n; start += moments.block()) {
        blocks.add(block(group, start, trust, damped, damping));
      }
    }
    return new Group(importance, damped, moments.block(), blocks);
  }

  private Block block(int group, int start, double trust, double[] damped, double damping) {
    int n = Math.min(moments.block(), inputs.columns() - start);
    double[] mean = moments.mean(group);
    double[] second = moments.second(group, start);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        second[i * n + j] -= trust * mean[start + i] * mean[start + j];
      }
    }
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
    double[] whole = second.clone();
    for (int i = 0; i < n; i++) {
      whole[i * n + i] += damping;
    }
    return new Block(start, second, whole, order, feedback(whole, order, n, damping));
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

  private QuantizedWeights linear(NumberOfBits bits, Grouping grouping) {
    int largestCode = bits.codes() - 1;
    NetworkQuantizer own = (NetworkQuantizer) plain;
    boolean whole = grouping.equals(Grouping.WHOLE) || own.channelCount() == 1;
    byte[] codes = new byte[values.length];
    int channels = whole ? 1 : inputs.groups() * inputs.rows();
    float[] scales = new float[channels];
    float[] biases = new float[channels];
    if (whole) {
      Grid.Even grid = RangeFit.fit(all(), allImportance(), largestCode);
      List<CodedRow> rows = rounded(grid);
      for (int round = 0; round < settings.rounds() && descend(rows, grid); round++) {
        grid = GridRefit.even(rows, grid);
        follow(rows, grid);
      }
      write(rows, 0, codes);
      scales[0] = grid.scale();
      biases[0] = grid.bias();
    } else {
      for (int channel = 0; channel < channels; channel++) {
        Group group = group(channel / inputs.rows());
        double[] weights = weights(channel);
        Grid.Even grid = RangeFit.fit(weights, group.importance, largestCode);
        List<CodedRow> row = List.of(rounded(weights, group, grid));
        for (int round = 0; round < settings.rounds() && descend(row, grid); round++) {
          grid = GridRefit.even(row, grid);
          follow(row, grid);
        }
        write(row, channel, codes);
        scales[channel] = grid.scale();
        biases[channel] = grid.bias();
      }
    }
    return own.linear(bits, whole ? Grouping.WHOLE : Grouping.PER_CHANNEL, codes, scales, biases);
  }

  private QuantizedWeights table(Scheme.Quantization scheme) {
    LookUpTableWeights start =
        (LookUpTableWeights)
            plain.quantize(
                new Scheme.Quantization(Method.Plain.LUT_KMEANS, scheme.bits(), Grouping.WHOLE));
    float[] table = tables().fit(start.table());
    List<CodedRow> rows = rounded(new Grid.Table(table));
    for (int round = 0;
        round < settings.rounds() && descend(rows, new Grid.Table(table));
        round++) {
      double[] entries = GridRefit.table(rows, new Grid.Table(table), table.length);
      int[] ranks = GridRefit.ranks(entries);
      for (int i = 0; i < table.length; i++) {
        table[ranks[i]] = (float) entries[i];
      }
      for (CodedRow row : rows) {
        row.follow(new Grid.Table(table), ranks);
      }
    }
    byte[] codes = new byte[values.length];
    write(rows, 0, codes);
    return new LookUpTableWeights(tensor.shape(), scheme.bits(), codes, table);
  }

  /** False where there is nothing to gain by another grid. */
  private static boolean descend(List<CodedRow> rows, Grid grid) {
    boolean any = false;
    for (CodedRow row : rows) {
      any |= row.descend(grid, PASSES);
    }
    return any;
  }

  private static void follow(List<CodedRow> rows, Grid grid) {
    for (CodedRow row : rows) {
      row.follow(grid);
    }
  }

  /** Every row of every group, rounded. */
  private List<CodedRow> rounded(Grid grid) {
    List<CodedRow> rows = new ArrayList<>();
    for (int channel = 0; channel < inputs.groups() * inputs.rows(); channel++) {
      rows.add(rounded(weights(channel), group(channel / inputs.rows()), grid));
    }
    return rows;
  }

  private double[] weights(int channel) {
    double[] row = new double[inputs.columns()];
    for (int column = 0; column < row.length; column++) {
      row[column] =
          values[inputs.element(channel / inputs.rows(), channel % inputs.rows(), column)];
    }
    return row;
  }

  private void write(List<CodedRow> rows, int firstChannel, byte[] codes) {
    for (int at = 0; at < rows.size(); at++) {
      int channel = firstChannel + at;
      for (int column = 0; column < inputs.columns(); column++) {
        codes[inputs.element(channel / inputs.rows(), channel % inputs.rows(), column)] =
            (byte) rows.get(at).code(column);
      }
    }
  }

  /** Rounds one row column by column. */
  private static CodedRow rounded(double[] row, Group group, Grid grid) {
    int[] codes = new int[row.length];
    for (int column = 0; column < row.length && group.blocks.isEmpty(); column++) {
      codes[column] = grid.code(row[column]);
    }
    for (Block block : group.blocks) {
      round(row, block, grid, codes);
    }
    return new CodedRow(row, codes, group.damped, grid);
  }

  private static void round(double[] row, Block block, Grid grid, int[] codes) {
    int n = block.length();
    double[] left = new double[n];
    for (int i = 0; i < n; i++) {
      left[i] = row[block.start + block.order[i]];
    }
    double[] upper = block.feedback;
    for (int i = 0; i < n; i++) {
      int code = grid.code(left[i]);
      codes[block.start + block.order[i]] = code;
      double error = (left[i] - grid.value(code)) / upper[i * n + i];
      int start = i * n;
      for (int j = i + 1; j < n; j++) {
        left[j] -= error * upper[start + j];
      }
    }
  }

  private Optional<Tensor> corrected(QuantizedWeights weights) {
    if (bias.isEmpty()) {
      return Optional.empty();
    }
    Tensor decoded = weights.dequantize();
    float[] sums = bias.get().toArray();
    for (int group = 0; group < inputs.groups(); group++) {
      double[] mean = moments.mean(group);
      for (int row = 0; row < inputs.rows(); row++) {
        double correction = 0;
        for (int column = 0; column < mean.length; column++) {
          int at = inputs.element(group, row, column);
          correction += ((double) values[at] - decoded.get(at)) * mean[column];
        }
        int channel = group * inputs.rows() + row;
        sums[channel] = (float) (sums[channel] + correction);
      }
    }
    return Optional.of(Tensor.wrap(bias.get().shape(), sums));
  }

  private synchronized WeightedTable tables() {
    if (tables == null) {
      tables = new WeightedTable(values, allImportance());
    }
    return tables;
  }

  private double[] all() {
    double[] all = new double[values.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = values[i];
    }
    return all;
  }

  private double[] allImportance() {
    double[] importance = new double[values.length];
    for (int group = 0; group < inputs.groups(); group++) {
      double[] own = group(group).importance;
      for (int row = 0; row < inputs.rows(); row++) {
        for (int column = 0; column < inputs.columns(); column++) {
          importance[inputs.element(group, row, column)] = own[column];
        }
      }
    }
    return importance;
  }
}
