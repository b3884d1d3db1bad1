package org.quantsweep.datasets.picture;

import java.io.Serializable;

/**
 * How large a picture file may be; both are known before anything is decoded.
 *
 * @param bytes of the file
 * @param pixels width x height
 */
public record PictureLimits(long bytes, long pixels) implements Serializable {
  /** 64 MiB and 64 million pixels. */
  public static final PictureLimits DEFAULT = new PictureLimits(64L << 20, 64_000_000L);
}
