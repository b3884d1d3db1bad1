package org.quantsweep.report.bundle;

import java.util.List;

/**
 * The samples of a part, by rank: their order of content digests. Numbers stand in base64, little
 * endian.
 *
 * @param count how many ranks there are; copies of a sample share one
 * @param n the denominator, copies counted
 * @param answered which ranks the reference answers
 * @param copies of each rank, int32; null where each is there once
 * @param margins how far the reference's answer is from flipping, float32 by rank, NaN where it has
 *     no answer; null where the criterion knows none
 * @param classes the names of the reference's top classes; empty where the criterion has none
 * @param classOf the place in {@code classes} of each rank's, int32, -1 where there is none; null
 *     where {@code classes} is empty
 * @param paths by rank, of the first ranks; fewer than {@code count} where there are too many
 * @param labels that came with these; empty texts where none did
 */
public record SampleEvidence(
    int count,
    long n,
    Bits answered,
    String copies,
    String margins,
    List<String> classes,
    String classOf,
    List<String> paths,
    List<String> labels) {
  /** Copies the lists. */
  public SampleEvidence {
    classes = List.copyOf(classes);
    paths = List.copyOf(paths);
    labels = List.copyOf(labels);
  }
}
