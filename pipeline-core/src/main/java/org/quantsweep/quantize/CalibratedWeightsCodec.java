package org.quantsweep.quantize;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.quantsweep.BadInputException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Fitted codes as a file. Equal codes give equal bytes, and a file that is read gives its own bytes
 * again. All numbers are big-endian:
 *
 * <pre>
 * int32   magic number, "QSCW"
 * uint8   version, 1
 * uint8   number of bits, 1 to 8
 * shape   of the weight tensor: uint8 rank, int32 for each length
 * bytes   codes in row-major order, packed from the most significant bit, zeros behind the last
 * uint8   0 for linear, 1 for a look-up table
 *   linear: int32 groups, channels, runs and run length of {@link Channels}; then float32 scales
 *           and as many biases, those of weights without any being zeros
 *   table:  2^bits float32 entries
 * uint8   1 when a corrected bias follows: its shape, then float32 values
 * </pre>
 *
 * <p>The forms of ML Programs have version 2, and between version and bias what {@link
 * ProgramWeightsCodec} writes.
 *
 * <p>Files are read from folders that people hand on: nothing in them is trusted, no number is
 * allocated for that the file is too short to hold.
 */
public final class CalibratedWeightsCodec {
  private static final int MAGIC = 0x51534357;
  private static final int VERSION = 1;
  private static final int LARGEST_RANK = 8;
  private static final int LINEAR = 0;
  private static final int LOOK_UP_TABLE = 1;

  private CalibratedWeightsCodec() {}

  /** The bytes of the file. */
  public static byte[] encode(CalibratedWeights calibrated) {
    QuantizedWeights weights = calibrated.weights();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(MAGIC);
      if (weights instanceof LinearWeights || weights instanceof LookUpTableWeights) {
        out.writeByte(VERSION);
        network(out, (CodedWeights) weights);
      } else {
        out.writeByte(ProgramWeightsCodec.VERSION);
        ProgramWeightsCodec.write(out, weights);
      }
      out.writeBoolean(calibrated.bias().isPresent());
      if (calibrated.bias().isPresent()) {
        write(out, calibrated.bias().get().shape());
        write(out, calibrated.bias().get().sharedArray());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("an array in memory cannot be written.", e);
    }
    return bytes.toByteArray();
  }

  private static void network(DataOutputStream out, CodedWeights weights) throws IOException {
    out.writeByte(weights.bits().bits());
    write(out, weights.shape());
    out.write(CodePacker.packMostSignificantFirst(weights.sharedCodes(), weights.bits()));
    if (weights instanceof LinearWeights linear) {
      out.writeByte(LINEAR);
      Channels channels = linear.channels();
      out.writeInt(channels.groups());
      out.writeInt(channels.count());
      out.writeInt(channels.runs());
      out.writeInt(channels.runLength());
      float[] biases = linear.biases();
      write(out, linear.scales());
      write(out, biases.length == 0 ? new float[channels.count()] : biases);
    } else {
      out.writeByte(LOOK_UP_TABLE);
      write(out, ((LookUpTableWeights) weights).table());
    }
  }

  /**
   * Reads a file.
   *
   * @param name for messages
   * @throws BadInputException when it is no such file, or damaged
   */
  public static CalibratedWeights decode(byte[] bytes, String name) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      CalibratedWeights calibrated = read(in);
      require(in.available() == 0, in.available() + " bytes follow behind its end");
      return calibrated;
    } catch (EOFException e) {
      throw damaged(name, "it ends too early", e);
    } catch (DamagedException e) {
      throw damaged(name, e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("an array in memory cannot be read.", e);
    }
  }

  private static CalibratedWeights read(DataInputStream in) throws IOException {
    require(in.readInt() == MAGIC, "it does not begin as fitted codes do");
    int version = in.readUnsignedByte();
    require(
        version == VERSION || version == ProgramWeightsCodec.VERSION,
        "its version (" + version + ") is not " + VERSION + " or " + ProgramWeightsCodec.VERSION);
    QuantizedWeights weights = version == VERSION ? network(in) : ProgramWeightsCodec.read(in);
    int more = in.readUnsignedByte();
    require(more <= 1, "the mark of its bias (" + more + ") is neither 0 nor 1");
    if (more == 0) {
      return new CalibratedWeights(weights, Optional.empty());
    }
    Shape biasShape = shape(in, Float.SIZE, "biases");
    float[] bias = floats(in, Math.toIntExact(biasShape.elementCount()), "bias");
    return new CalibratedWeights(weights, Optional.of(Tensor.wrap(biasShape, bias)));
  }

  static NumberOfBits bits(DataInputStream in) throws IOException {
    int width = in.readUnsignedByte();
    require(width >= 1 && width <= 8, "its number of bits (" + width + ") is not in [1, 8]");
    return new NumberOfBits(width);
  }

  private static CodedWeights network(DataInputStream in) throws IOException {
    NumberOfBits bits = bits(in);
    Shape shape = shape(in, bits.bits(), "codes");
    byte[] codes = codes(in, bits, Math.toIntExact(shape.elementCount()));
    int form = in.readUnsignedByte();
    return switch (form) {
      case LINEAR -> linear(in, shape, bits, codes);
      case LOOK_UP_TABLE ->
          new LookUpTableWeights(shape, bits, codes, floats(in, bits.codes(), "table"));
      default ->
          throw new DamagedException("its form (" + form + ") is neither linear nor a table");
    };
  }

  static byte[] codes(DataInputStream in, NumberOfBits bits, int count) throws IOException {
    byte[] packed = new byte[Math.toIntExact(bits.packedBytes(count))];
    in.readFully(packed);
    int padding = (int) (8L * packed.length - (long) count * bits.bits());
    require(
        packed.length == 0 || (packed[packed.length - 1] & ((1 << padding) - 1)) == 0,
        "bits behind its last code are not zero");
    return CodePacker.unpackMostSignificantFirst(packed, bits, count);
  }

  private static LinearWeights linear(
      DataInputStream in, Shape shape, NumberOfBits bits, byte[] codes) throws IOException {
    Channels channels = new Channels(in.readInt(), in.readInt(), in.readInt(), in.readInt());
    require(isCutOf(shape, channels), "its channels are no cut of shape " + shape);
    float[] scales = floats(in, channels.count(), "scale");
    float[] biases = floats(in, channels.count(), "bias of a scale");
    return new LinearWeights(shape, bits, codes, channels, scales, biases);
  }

  /** Whether channels are the whole shape, or slices along one of its axes. */
  private static boolean isCutOf(Shape shape, Channels channels) {
    if (channels.equals(Channels.whole(shape))) {
      return true;
    }
    for (int axis = 0; axis < shape.rank(); axis++) {
      int outer = 1;
      for (int before = 0; before < axis; before++) {
        outer *= shape.length(before);
      }
      if (channels.groups() >= 1
          && outer % channels.groups() == 0
          && channels.equals(Channels.along(shape, axis, channels.groups()))) {
        return true;
      }
    }
    return false;
  }

  static void write(DataOutputStream out, Shape shape) throws IOException {
    out.writeByte(shape.rank());
    for (int length : shape.lengths()) {
      out.writeInt(length);
    }
  }

  static void write(DataOutputStream out, float[] values) throws IOException {
    for (float value : values) {
      out.writeFloat(value);
    }
  }

  /** A shape whose values fit into the rest of the file. */
  static Shape shape(DataInputStream in, int bitsOfEach, String what) throws IOException {
    int rank = in.readUnsignedByte();
    require(rank <= LARGEST_RANK, "rank " + rank + " is more than " + LARGEST_RANK);
    int[] lengths = new int[rank];
    long count = 1;
    for (int axis = 0; axis < rank; axis++) {
      lengths[axis] = in.readInt();
      require(lengths[axis] >= 1, "a length (" + lengths[axis] + ") is not at least 1");
      // Both factors are below 2^31 and 2^34: the product never overflows.
      count *= lengths[axis];
      require(
          count <= 8L * in.available() / bitsOfEach,
          "its " + what + " cannot lie in the " + in.available() + " bytes that are left");
    }
    return Shape.of(lengths);
  }

  static float[] floats(DataInputStream in, int count, String what) throws IOException {
    if (count > in.available() / Float.BYTES) {
      throw new EOFException();
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = in.readFloat();
      require(Float.isFinite(values[i]), "a " + what + " (" + values[i] + ") is not finite");
    }
    return values;
  }

  static void require(boolean right, String otherwise) throws DamagedException {
    if (!right) {
      throw new DamagedException(otherwise);
    }
  }

  private static BadInputException damaged(String name, String reason, Exception cause) {
    return new BadInputException(
        name
            + ": these fitted codes cannot be read: "
            + reason
            + ".\nMaybe derive them again from the calibration samples.",
        cause);
  }

  /** Says what is wrong, without the file's name. */
  static final class DamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedException(String reason) {
      super(reason);
    }
  }
}
