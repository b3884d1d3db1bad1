package org.quantsweep.coreml;

import java.lang.ref.SoftReference;
import org.quantsweep.coreml.neuralnetwork.WeightField;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.proto.coreml.WeightParams;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * One set of weights of a layer, as it is stored in a model file. Immutable and safe for several
 * threads; decoded values are kept only while memory allows.
 */
public final class WeightTensor {
  private final String identity;
  private final Layer layer;
  private final WeightField field;
  private final Shape shape;
  private final WeightStorage storage;
  private final MessagePath location;

  private volatile SoftReference<Tensor> decoded = new SoftReference<>(null);

  WeightTensor(Layer layer, WeightField field, MessagePath location) {
    this.identity = layer.path() + "/" + field.name();
    this.layer = layer;
    this.field = field;
    this.shape = Shape.of(field.dimensions());
    this.storage = WeightStorage.of(field.params());
    this.location = location;
  }

  /**
   * Names it within its model, for plans, recipes and messages: {@code conv1/weights}, {@code
   * stage[0]/branch[3].if/conv1/weights}.
   */
  public String identity() {
    return identity;
  }

  /** The layer that it belongs to. */
  public Layer layer() {
    return layer;
  }

  /** The field of the layer that holds it, for example {@code weights}. */
  public String field() {
    return field.name();
  }

  /**
   * The shape in which its values are stored, row-major: {@code [C_out, C_in / groups, H, W]} for a
   * convolution, {@code [C_in, C_out / groups, H, W]} for a deconvolution, {@code [C_out, C_in]}
   * for an inner product, {@code [columns, rows]} for the column-major matrix of a batched product.
   */
  public Shape shape() {
    return shape;
  }

  /** The axis of {@link #shape()} along which channels, and so scales, lie. */
  public int channelAxis() {
    return field.channelAxis();
  }

  /**
   * How many scales a linear quantization may have besides 1; 0 where the format takes no quantized
   * weights. It differs from the length of the channel axis for a deconvolution with groups: there
   * it is that length times the groups, and axis 0 is cut into as many equal runs.
   */
  public int legalScales() {
    return Math.toIntExact(field.legalScales());
  }

  /** How it is stored now. */
  public WeightStorage storage() {
    return storage;
  }

  /**
   * Whether it is one number per channel or less: a bias, a slope, a statistic. Those stay in full
   * precision unless asked.
   */
  public boolean isVector() {
    return field.isVector();
  }

  /** Whether its layer is meant to be trained on the device. */
  public boolean updatable() {
    return layer.updatable();
  }

  /** The number of values. */
  public long elementCount() {
    return shape.elementCount();
  }

  /** The bytes that it takes in the file. */
  public ByteSize storedBytes() {
    return new ByteSize(field.params().getSerializedSize());
  }

  /** The message as stored. */
  public WeightParams params() {
    return field.params();
  }

  /** Where it lies in the model's message. */
  public MessagePath location() {
    return location;
  }

  /** The values in float32, decoded where they are stored in another form. */
  public Tensor values() {
    Tensor values = decoded.get();
    if (values == null) {
      values = Tensor.wrap(shape, WeightDecoder.decode(field.params(), shape, channelAxis()));
      decoded = new SoftReference<>(values);
    }
    return values;
  }

  /** Its identity. */
  @Override
  public String toString() {
    return identity;
  }
}
