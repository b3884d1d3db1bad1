package org.quantsweep.jobs.registry;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.quantsweep.PublishingException;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;

/**
 * A file of a version in MLflow. Opening it brings it here first: what is read has the expected
 * size and digest. In another process it asks with that process's credentials.
 */
final class MlflowContent implements FileContent {
  private static final long serialVersionUID = 1L;

  private final String location;
  private final ArtifactPath path;
  private final Measured content;
  private final String title;
  private transient MlflowServer server;
  private transient FileContent copy;

  /**
   * Of a file on a server.
   *
   * @param location the registry's address
   * @param title what messages call the file
   */
  MlflowContent(
      String location, MlflowServer server, ArtifactPath path, Measured content, String title) {
    this.location = location;
    this.server = server;
    this.path = path;
    this.content = content;
    this.title = title;
  }

  @Override
  public ByteSize size() {
    return content.size();
  }

  @Override
  public Sha256Digest digest() {
    return content.digest();
  }

  /**
   * Opens a copy, which goes when the stream is closed.
   *
   * @throws PublishingException when the server does not have it, or another one
   */
  @Override
  public InputStream open() throws IOException {
    Path copy = Files.createTempFile("quantsweep", ".model");
    try {
      try (OutputStream out = Files.newOutputStream(copy)) {
        server().download(path, out, content.size().bytes());
      }
      try (InputStream in = Files.newInputStream(copy)) {
        if (!FileContent.measure(in).equals(content)) {
          throw new MlflowFailure(
              "the " + title + " is not what was published",
              "publish it again under another name, and look who wrote to MLflow's artifacts.");
        }
      }
      return new FilterInputStream(Files.newInputStream(copy)) {
        @Override
        public void close() throws IOException {
          super.close();
          Files.deleteIfExists(copy);
        }
      };
    } catch (IOException e) {
      Files.deleteIfExists(copy);
      throw MlflowModelRegistry.failed(location, "cannot be read", e);
    }
  }

  /** Brings the file here once, for all parts that this process reads. */
  @Override
  public byte[] read(long position, int length) throws IOException {
    return copy().read(position, length);
  }

  private synchronized FileContent copy() throws IOException {
    if (copy == null) {
      Path file = Files.createTempFile("quantsweep", ".model");
      file.toFile().deleteOnExit();
      try (InputStream in = open()) {
        Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
      }
      copy = FileContent.of(file, digest());
    }
    return copy;
  }

  private synchronized MlflowServer server() {
    if (server == null) {
      server =
          new MlflowServer(
              MlflowAddress.parse(location),
              MlflowCredentials.ofThisProcess(),
              MlflowServer.Limits.DEFAULT);
    }
    return server;
  }
}
