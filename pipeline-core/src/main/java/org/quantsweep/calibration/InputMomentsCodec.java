package org.quantsweep.calibration;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.quantsweep.BadInputException;

/**
 * Input moments as bytes, every bit kept. All numbers are little-endian:
 *
 * <pre>
 * int32    magic number, the bytes "QSIM"
 * uint8    version, 4
 * int32    groups of channels
 * int32    length of x
 * int32    length of the blocks of x whose products were kept; the last may be shorter
 * int32    clipped channels: 0, or as many in each group
 * int64    how many places were seen
 * uint16   the length of the following text in bytes
 * UTF-8    why the first sample failed that the engine did not look into; empty where none did
 * float64  sums of x, {@code [groups, length]}
 * float64  sums of products: of each block of each group the upper triangle of x x^T, row by row
 *          from the diagonal, {@code length x (length + 1) / 2}
 * float64  of each clipped channel how many places pass, and the sums of their x
 * </pre>
 *
 * <p>Nothing that is read is trusted: no number is allocated for that the bytes are too short to
 * hold.
 */
public final class InputMomentsCodec {
  private static final int MAGIC = 0x4d495351;
  private static final int VERSION = 4;
  private static final int HEADER_BYTES = 31;

  private InputMomentsCodec() {}

  /** How many bytes moments take. */
  public static long encodedBytes(InputMoments moments) {
    return HEADER_BYTES
        + reason(moments).length
        + (long) Double.BYTES * moments.sharedSums().length
        + (long) Double.BYTES * moments.sharedProducts().length
        + (long) Double.BYTES * moments.sharedPassing().length;
  }

  private static byte[] reason(InputMoments moments) {
    return moments.failure().orElse("").getBytes(StandardCharsets.UTF_8);
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
    bytes.putInt(moments.clipped()).putLong(moments.count());
    byte[] reason = reason(moments);
    bytes.putShort((short) reason.length).put(reason);
    bytes
        .asDoubleBuffer()
        .put(moments.sharedSums())
        .put(moments.sharedProducts())
        .put(moments.sharedPassing());
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
    int clipped = bytes.getInt();
    require(
        clipped >= 0 && clipped % groups == 0,
        name,
        "their clipped channels ("
            + clipped
            + ") are not as many in each of "
            + groups
            + " groups");
    long count = bytes.getLong();
    require(count >= 0, name, "their number of places (" + count + ") is below 0");
    int reasonBytes = bytes.getShort() & 0xffff;
    require(
        reasonBytes <= bytes.remaining(),
        name,
        "the reason of a failure (" + reasonBytes + " bytes) does not end within them");
    byte[] reason = new byte[reasonBytes];
    bytes.get(reason);
    int numbers = bytes.remaining() / Double.BYTES;
    // The sums alone are compared first: then no product of what was read overflows.
    long sums = (long) groups * order;
    long products = sums <= numbers ? InputMoments.products(groups, order, block) : 0;
    long passing = clipped * (order + 1L);
    require(
        sums <= numbers
            && passing <= numbers
            && sums + products + passing == numbers
            && bytes.remaining() == numbers * Double.BYTES,
        name,
        "products of "
            + groups
            + " groups of "
            + order
            + " inputs in blocks of "
            + block
            + (clipped == 0 ? "" : " and sums of " + clipped + " clipped channels")
            + " do not take the "
            + bytes.remaining()
            + " bytes that are left");
    double[] x = new double[(int) sums];
    double[] xx = new double[(int) products];
    double[] own = new double[(int) passing];
    bytes.asDoubleBuffer().get(x).get(xx).get(own);
    InputMoments moments = new InputMoments(groups, order, block, count, x, xx, own);
    if (reasonBytes > 0) {
      moments.failed(new String(reason, StandardCharsets.UTF_8));
    }
    return moments;
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
