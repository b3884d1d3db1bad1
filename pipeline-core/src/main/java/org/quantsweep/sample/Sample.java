package org.quantsweep.sample;

import java.io.Serializable;
import java.util.Objects;
import org.quantsweep.digest.Sha256Digest;

/**
 * One sample as it was ingested: no model is needed to make it, and nothing is decoded yet.
 *
 * @param digest SHA-256 of the content (the original bytes, or the arrays in their stored form)
 * @param path where it came from, for messages; relative to the ingested folder
 * @param content a picture's bytes or arrays
 * @param label a label that came with it, or the empty text
 */
public record Sample(Sha256Digest digest, String path, SampleContent content, String label)
    implements Serializable {
  /** Refuses null parts. */
  public Sample {
    Objects.requireNonNull(digest, "digest");
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(content, "content");
    Objects.requireNonNull(label, "label");
  }
}
