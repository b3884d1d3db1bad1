package org.quantsweep.coreml.file;

import org.quantsweep.digest.ByteSize;

/**
 * How much of an unknown file is read before it is refused.
 *
 * @param fileSize largest file; protobuf itself ends at 2 GiB
 * @param messageDepth how deep messages may lie in each other, protobuf's own recursion limit
 * @param pipelineDepth how deep pipelines may lie in each other
 */
public record ReaderLimits(ByteSize fileSize, int messageDepth, int pipelineDepth) {
  /** The limits used when none are named: 2 GiB, 100 messages, 16 pipelines. */
  public static final ReaderLimits DEFAULT =
      new ReaderLimits(new ByteSize(Integer.MAX_VALUE), 100, 16);

  /** Checks the ranges. */
  public ReaderLimits {
    if (fileSize.bytes() > Integer.MAX_VALUE || messageDepth < 1 || pipelineDepth < 1) {
      throw new IllegalArgumentException(
          "reader limits ("
              + fileSize
              + ", "
              + messageDepth
              + ", "
              + pipelineDepth
              + ") must be at most 2 GiB and at least 1.");
    }
  }
}
