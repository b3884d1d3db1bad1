package org.quantsweep.jobs.files;

import java.net.URI;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * This machine's files at addresses {@code elsewhere:/x}: not this machine's, as far as commands
 * can see. The tests' {@code core-site.xml} names it.
 */
public final class ElsewhereFileSystem extends RawLocalFileSystem {
  private static final URI ROOT = URI.create("elsewhere:///");

  @Override
  public String getScheme() {
    return ROOT.getScheme();
  }

  @Override
  public URI getUri() {
    return ROOT;
  }
}
