package org.quantsweep.report.picture;

import java.util.Optional;

/**
 * Makes files of pictures. The same picture gives the same bytes. Empty where this program has no
 * codecs.
 */
public interface PictureEncoder {
  /** Without codecs. */
  PictureEncoder NONE =
      new PictureEncoder() {
        @Override
        public Optional<byte[]> png(Pixels pixels) {
          return Optional.empty();
        }

        @Override
        public Optional<byte[]> jpeg(Pixels pixels) {
          return Optional.empty();
        }
      };

  /** Every pixel as it is. */
  Optional<byte[]> png(Pixels pixels);

  /** Smaller, for photographs. */
  Optional<byte[]> jpeg(Pixels pixels);
}
