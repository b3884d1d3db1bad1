package org.quantsweep.coreml;

import java.lang.ref.SoftReference;
import java.util.function.Supplier;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * One set of weights of a layer, as it is stored in a model file. Immutable and safe for several
 * threads; decoded values are kept only while memory allows.
 */
public final class WeightTensor {
  private final String identity;
  private final Layer layer;
  private final Place place;
  private final Stored stored;

  private volatile SoftReference<Tensor> decoded = new SoftReference<>(null);

  /** What weights are to their layer. */
  public enum Role {
    /** They multiply the layer's input, or are its data. */
    MATRIX,
    /**
     * One number for each channel or less: a bias, a slope, a statistic. Those stay in full
     * precision unless asked.
     */
    VECTOR
  }

  /**
   * Where weights lie in their layer.
   *
   * @param field of the layer, for example {@code weights}
   * @param shape in which the values are stored, row-major
   * @param channelAxis the axis of the shape along which channels, and so scales, lie
   */
  public record Place(String field, Shape shape, int channelAxis, Role role) {}

  /**
   * How weights are stored.
   *
   * @param bytes that they take in the file
   * @param decoder gives the values in float32, in the shape of the place; called more than once
   */
  public record Stored(WeightStorage storage, ByteSize bytes, Supplier<Tensor> decoder) {}

  /** The weights of a layer, named after it and the field. */
  public WeightTensor(Layer layer, Place place, Stored stored) {
    this(layer.path() + "/" + place.field(), layer, place, stored);
  }

  /** The weights of a layer, under a name of their own. */
  public WeightTensor(String identity, Layer layer, Place place, Stored stored) {
    this.identity = identity;
    this.layer = layer;
    this.place = place;
    this.stored = stored;
  }

  /**
   * Names it within its model, for plans, recipes and messages: {@code conv1/weights}, {@code
   * stage[0]/branch[3].if/conv1/weights}; of a program, the name of the constant.
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
    return place.field();
  }

  /**
   * The shape in which its values are stored, row-major: {@code [C_out, C_in / groups, H, W]} for a
   * convolution, {@code [C_in, C_out / groups, H, W]} for a deconvolution, {@code [C_out, C_in]}
   * for an inner product, {@code [columns, rows]} for the column-major matrix of a batched product.
   */
  public Shape shape() {
    return place.shape();
  }

  /** The axis of {@link #shape()} along which channels, and so scales, lie. */
  public int channelAxis() {
    return place.channelAxis();
  }

  /** How it is stored now. */
  public WeightStorage storage() {
    return stored.storage();
  }

  /**
   * Whether it is one number per channel or less: a bias, a slope, a statistic. Those stay in full
   * precision unless asked.
   */
  public boolean isVector() {
    return place.role() == Role.VECTOR;
  }

  /** Whether its layer is meant to be trained on the device. */
  public boolean updatable() {
    return layer.updatable();
  }

  /** The number of values. */
  public long elementCount() {
    return shape().elementCount();
  }

  /** The bytes that it takes in the file. */
  public ByteSize storedBytes() {
    return stored.bytes();
  }

  /** The values in float32, decoded where they are stored in another form. */
  public Tensor values() {
    Tensor values = decoded.get();
    if (values == null) {
      values = stored.decoder().get();
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
