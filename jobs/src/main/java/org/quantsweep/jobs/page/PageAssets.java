package org.quantsweep.jobs.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What every page holds: our style and scripts, and the charts' library.
 *
 * @param style CSS
 * @param charts JavaScript of ECharts
 * @param script our JavaScript, one scope
 */
public record PageAssets(String style, String charts, String script) {
  /** In the order in which they are read; each uses those before it. */
  private static final List<String> MODULES =
      List.of(
          "core",
          "table",
          "samples",
          "chart",
          "sizes",
          "threshold",
          "tensors",
          "graph",
          "disagreements",
          "dense",
          "run",
          "main");

  private static final String CHARTS =
      "/META-INF/resources/webjars/echarts/5.3.1/dist/echarts.common.min.js";

  static PageAssets load() {
    String script =
        MODULES.stream().map(name -> read(name + ".js")).collect(Collectors.joining("\n"));
    return new PageAssets(
        read("page.css"), read(CHARTS), "(() => {\n'use strict';\n" + script + "})();\n");
  }

  /** Nothing but what the page holds: no other script or style, no address. */
  String policy() {
    return "default-src 'none'; img-src data:; style-src "
        + hash(style)
        + "; script-src "
        + hash(charts)
        + ' '
        + hash(script)
        + "; base-uri 'none'; form-action 'none'";
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256.", e);
    }
  }

  private static String read(String name) {
    try (InputStream in = PageAssets.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " must be on the class path.");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
