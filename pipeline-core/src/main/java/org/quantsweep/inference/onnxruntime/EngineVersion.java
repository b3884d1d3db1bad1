package org.quantsweep.inference.onnxruntime;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of ONNX Runtime that the build pins; telling it loads no native library. */
final class EngineVersion {
  /** For example {@code 1.28.0}. */
  static final String PINNED = pinned();

  private EngineVersion() {}

  private static String pinned() {
    Properties properties = new Properties();
    try (InputStream file = EngineVersion.class.getResourceAsStream("onnxruntime.properties")) {
      properties.load(file);
    } catch (IOException e) {
      throw new UncheckedIOException("the engine's version cannot be read.", e);
    }
    return properties.getProperty("version");
  }
}
