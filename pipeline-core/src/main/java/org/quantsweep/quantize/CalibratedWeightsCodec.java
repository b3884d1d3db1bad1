package org.quantsweep.quantize;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.quantsweep.BadInputException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Fitted codes as a file: the same codes always give the same bytes. A magic number, a version, the
 * shape, the packed codes, then scales and biases or a table, then the corrected bias.
 */
public final class CalibratedWeightsCodec {
  private static final int MAGIC = 0x51534357;
  private static final int VERSION = 1;
  private static final int LARGEST_RANK = 8;

  private CalibratedWeightsCodec() {}

  /** The bytes of the file. */
  public static byte[] encode(CalibratedWeights calibrated) {
    QuantizedWeights weights = calibrated.weights();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(MAGIC);
      out.writeByte(VERSION);
      out.writeByte(weights.bits().bits());
      write(out, weights.shape());
      out.write(CodePacker.packMostSignificantFirst(weights.sharedCodes(), weights.bits()));
      if (weights instanceof LinearWeights linear) {
        out.writeByte(0);
        Channels channels = linear.channels();
        out.writeInt(channels.groups());
        out.writeInt(channels.count());
        out.writeInt(channels.runs());
        out.writeInt(channels.runLength());
        write(out, linear.scales());
        write(out, linear.biases());
      } else {
        out.writeByte(1);
        write(out, ((LookUpTableWeights) weights).table());
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

  /**
   * Reads a file.
   *
   * @param name for messages
   * @throws BadInputException when it is no such file, or damaged
   */
  public static CalibratedWeights decode(byte[] bytes, String name) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      if (in.readInt() != MAGIC) {
        throw damaged(name, "it does not begin as fitted codes do", null);
      }
      int version = in.readUnsignedByte();
      if (version != VERSION) {
        throw damaged(name, "its version (" + version + ") is not " + VERSION, null);
      }
      NumberOfBits bits = new NumberOfBits(in.readUnsignedByte());
      Shape shape = shape(in, bytes.length);
      int count = Math.toIntExact(shape.elementCount());
      byte[] packed = new byte[Math.toIntExact(bits.packedBytes(count))];
      in.readFully(packed);
      byte[] codes = CodePacker.unpackMostSignificantFirst(packed, bits, count);
      QuantizedWeights weights;
      if (in.readUnsignedByte() == 0) {
        Channels channels = new Channels(in.readInt(), in.readInt(), in.readInt(), in.readInt());
        long covered = (long) channels.count() * channels.runs() * channels.runLength();
        if (channels.groups() < 1
            || channels.count() % channels.groups() != 0
            || covered != count) {
          throw damaged(name, "its channels do not cover its codes", null);
        }
        float[] scales = floats(in, channels.count());
        weights =
            new LinearWeights(shape, bits, codes, channels, scales, floats(in, channels.count()));
      } else {
        weights = new LookUpTableWeights(shape, bits, codes, floats(in, bits.codes()));
      }
      Optional<Tensor> bias = Optional.empty();
      if (in.readBoolean()) {
        Shape biasShape = shape(in, bytes.length);
        bias =
            Optional.of(
                Tensor.wrap(biasShape, floats(in, Math.toIntExact(biasShape.elementCount()))));
      }
      if (in.available() > 0) {
        throw damaged(name, in.available() + " bytes follow behind its end", null);
      }
      return new CalibratedWeights(weights, bias);
    } catch (IOException | IllegalArgumentException | ArithmeticException e) {
      throw damaged(name, "it ends too early or holds impossible numbers", e);
    }
  }

  private static void write(DataOutputStream out, Shape shape) throws IOException {
    out.writeByte(shape.rank());
    for (int length : shape.lengths()) {
      out.writeInt(length);
    }
  }

  private static void write(DataOutputStream out, float[] values) throws IOException {
    for (float value : values) {
      out.writeFloat(value);
    }
  }

  /** A shape whose codes fit into the file at one bit each. */
  private static Shape shape(DataInputStream in, int fileLength) throws IOException {
    int rank = in.readUnsignedByte();
    if (rank > LARGEST_RANK) {
      throw new IllegalArgumentException("rank " + rank);
    }
    int[] lengths = new int[rank];
    long count = 1;
    for (int axis = 0; axis < rank; axis++) {
      lengths[axis] = in.readInt();
      count = Math.multiplyExact(count, (long) lengths[axis]);
      if (lengths[axis] < 1 || count > 8L * fileLength) {
        throw new IllegalArgumentException("length " + lengths[axis]);
      }
    }
    return Shape.of(lengths);
  }

  private static float[] floats(DataInputStream in, int count) throws IOException {
    if (count > in.available() / 4) {
      throw new IllegalArgumentException(count + " numbers");
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = in.readFloat();
    }
    return values;
  }

  private static BadInputException damaged(String name, String reason, Exception cause) {
    String message =
        name
            + ": these fitted codes cannot be read: "
            + reason
            + ".\nMaybe derive them again from the calibration samples.";
    return cause == null ? new BadInputException(message) : new BadInputException(message, cause);
  }
}
