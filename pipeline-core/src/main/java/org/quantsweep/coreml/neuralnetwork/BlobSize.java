package org.quantsweep.coreml.neuralnetwork;

/** The size of one blob; each length at least 0, or {@link #UNKNOWN}. */
record BlobSize(long channels, long height, long width) {
  static final long UNKNOWN = -1;

  BlobSize withChannels(long other) {
    return new BlobSize(other, height, width);
  }

  BlobSize withoutPlane() {
    return new BlobSize(channels, UNKNOWN, UNKNOWN);
  }

  boolean isVector() {
    return channels != UNKNOWN && height == 1 && width == 1;
  }
}
