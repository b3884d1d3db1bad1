package org.quantsweep.calibration;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.quantsweep.BadInputException;

/**
 * Input moments as bytes, every bit kept. All numbers are little-endian:
 *
 * <pre>
 * int32    magic number, the bytes "QSIM"
 * uint8    version, 2
 * int32    groups of channels
 * int32    length of x
 * int32    length of the blocks of x whose products were kept; the last may be shorter
 * int64    how many places were seen
 * float64  sums of x, {@code [groups, length]}
 * float64  sums of products: of each block of each group the upper triangle of x x^T, row by row
 *          from the diagonal, {@code length x (length + 1) / 2}
 * </pre>
 *
 * <p>Nothing that is read is trusted: no number is allocated for that the bytes are too short to
 * hold.
 */
public final class InputMomentsCodec {
  private static final int MAGIC = 0x4d495351;
  private static final int VERSION = 2;
  private static final int HEADER_BYTES = 25;

  private InputMomentsCodec() {}

  /** How many bytes moments take. */
  public static long encodedBytes(InputMoments moments) {
    return HEADER_BYTES
        + (long) Double.BYTES * moments.sharedSums().length
        + (long) Double.BYTES * moments.sharedProducts().length;
  }

  /**
   * The bytes.
   *
   * @throws ArithmeticException when they are too many for an array
   */
  public static byte[] encode(InputMoments moments) {
    byte[] encoded = new byte[Math.toIntExact(encodedBytes(moments))];
    ByteBuffer bytes = buffer(encoded);
    bytes.putInt(MAGIC).put((byte) VERSION);
    bytes.putInt(moments.groups()).putInt(moments.order()).putInt(moments.block());
    bytes.putLong(moments.count());
    bytes.asDoubleBuffer().put(moments.sharedSums()).put(moments.sharedProducts());
    return encoded;
  }

  /**
   * Reads the bytes.
   *
   * @param name for messages
   * @throws BadInputException when they are no moments, or damaged
   */
  public static InputMoments decode(byte[] encoded, String name) {
    ByteBuffer bytes = buffer(encoded);
    require(
        encoded.length >= HEADER_BYTES,
        name,
        "they end after " + encoded.length + " bytes, within the first " + HEADER_BYTES);
    require(bytes.getInt() == MAGIC, name, "they do not begin as statistics do");
    int version = bytes.get() & 0xff;
    require(version == VERSION, name, "their version (" + version + ") is not " + VERSION);
    int groups = bytes.getInt();
    int order = bytes.getInt();
    int block = bytes.getInt();
    require(
        groups >= 1 && order >= 1,
        name,
        "their groups (" + groups + ") and inputs (" + order + ") are not at least 1");
    require(
        block >= 1 && block <= order,
        name,
        "their blocks (" + block + ") are not in [1, " + order + "]");
    long count = bytes.getLong();
    require(count >= 0, name, "their number of places (" + count + ") is below 0");
    int numbers = bytes.remaining() / Double.BYTES;
    // The sums alone are compared first: then no product of what was read overflows.
    long sums = (long) groups * order;
    long products = sums <= numbers ? InputMoments.products(groups, order, block) : 0;
    require(
        sums <= numbers
            && sums + products == numbers
            && bytes.remaining() == numbers * Double.BYTES,
        name,
        "products of "
            + groups
            + " groups of "
            + order
            + " inputs in blocks of "
            + block
            + " do not take the "
            + bytes.remaining()
            + " bytes that are left");
    double[] x = new double[(int) sums];
    double[] xx = new double[(int) products];
    bytes.asDoubleBuffer().get(x).get(xx);
    return new InputMoments(groups, order, block, count, x, xx);
  }

  private static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void require(boolean right, String name, String otherwise) {
    if (!right) {
      throw new BadInputException(
          name
              + ": these statistics of a layer's inputs cannot be read: "
              + otherwise
              + ".\nMaybe take their table away: they are gathered again.");
    }
  }
}
