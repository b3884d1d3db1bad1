package org.quantsweep.registry;

import java.io.Serializable;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;

/**
 * One version of a published model.
 *
 * @param name what it is published under
 * @param version 1 or more, counting up; a registry that others write to may leave gaps
 * @param digest the model's digest; a lone file's SHA-256
 * @param size the bytes of the model's files together
 * @param location where the model's file or folder lies, as a path or URI for people and tools
 */
public record PublishedVersion(
    ModelName name, int version, Sha256Digest digest, ByteSize size, String location)
    implements Serializable {
  /** Checks the number. */
  public PublishedVersion {
    if (version < 1) {
      throw new IllegalArgumentException("version (" + version + ") must be at least 1.");
    }
  }
}
