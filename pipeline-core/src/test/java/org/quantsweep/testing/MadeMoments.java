package org.quantsweep.testing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.quantsweep.calibration.InputMoments;
import org.quantsweep.calibration.InputMomentsCodec;

/** Moments of one input that was seen once, whose sum is any number. */
public final class MadeMoments {
  /** Where the sums of x begin in the bytes of moments without a failure. */
  private static final int SUMS = 31;

  private MadeMoments() {}

  /** So many, drawn so that the order of adding shows in the last bits. */
  public static List<InputMoments> drawn(int count) {
    Random random = new Random(count);
    List<InputMoments> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(of(random.nextDouble() * Math.pow(10, random.nextInt(17))));
    }
    return all;
  }

  /** Of a sum. */
  public static InputMoments of(double sum) {
    ByteBuffer bytes = ByteBuffer.allocate(SUMS + 2 * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(0x4d495351).put((byte) 4).putInt(1).putInt(1).putInt(1);
    bytes.putInt(0).putLong(1).putShort((short) 0);
    bytes.putDouble(sum).putDouble(sum * sum);
    return InputMomentsCodec.decode(bytes.array(), "made");
  }

  /** The sum, whose last bits tell in which order it was added up. */
  public static double sum(InputMoments moments) {
    return ByteBuffer.wrap(InputMomentsCodec.encode(moments))
        .order(ByteOrder.LITTLE_ENDIAN)
        .getDouble(SUMS);
  }
}
