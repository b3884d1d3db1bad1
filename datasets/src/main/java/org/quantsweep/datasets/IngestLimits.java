package org.quantsweep.datasets;

import java.io.Serializable;
import java.util.Objects;
import org.quantsweep.datasets.picture.PictureLimits;
import org.quantsweep.digest.ByteSize;

/**
 * How large a sample may be to be read.
 *
 * @param picture for pictures
 * @param arrays the largest {@code .npy} or {@code .npz}, encoded and decompressed
 */
public record IngestLimits(PictureLimits picture, ByteSize arrays) implements Serializable {
  /** The default limits on pictures, and 1 GiB for arrays. */
  public static final IngestLimits DEFAULT =
      new IngestLimits(PictureLimits.DEFAULT, new ByteSize(1L << 30));

  /** Refuses null parts. */
  public IngestLimits {
    Objects.requireNonNull(picture, "picture");
    Objects.requireNonNull(arrays, "arrays");
  }
}
