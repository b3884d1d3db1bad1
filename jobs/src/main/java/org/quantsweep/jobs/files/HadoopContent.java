package org.quantsweep.jobs.files;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;

/** A file of any Hadoop file system; it opens itself wherever that is reached. */
public final class HadoopContent implements FileContent {
  private static final long serialVersionUID = 1L;

  private final URI file;
  private final Measured content;
  private final HadoopSettings settings;

  /** Of a file whose bytes are known. */
  public HadoopContent(Path file, Measured content, Configuration configuration) {
    this(file, content, new HadoopSettings(configuration));
  }

  /** The settings may be those of many files. */
  HadoopContent(Path file, Measured content, HadoopSettings settings) {
    this.file = file.toUri();
    this.content = content;
    this.settings = settings;
  }

  /** Where the file lies. */
  public URI location() {
    return file;
  }

  @Override
  public ByteSize size() {
    return content.size();
  }

  @Override
  public Sha256Digest digest() {
    return content.digest();
  }

  @Override
  public InputStream open() throws IOException {
    Path path = new Path(file);
    return FileContent.verified(
        RawFiles.at(path, settings.configuration()).open(path),
        path.getName(),
        content.size(),
        content.digest());
  }

  @Override
  public byte[] read(long position, int length) throws IOException {
    Path path = new Path(file);
    byte[] bytes = new byte[length];
    try (FSDataInputStream in = RawFiles.at(path, settings.configuration()).open(path)) {
      in.readFully(position, bytes);
    }
    return bytes;
  }

  @Override
  public String toString() {
    return file + " (" + content.digest().abbreviated() + ")";
  }
}
