package org.quantsweep.jobs.page;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.quantsweep.testing.PythonEnvironment;

/** A real Chromium without a window: the machine's, or Debian's by {@code tools/chromium.sh}. */
final class HeadlessChromium implements AutoCloseable {
  private static final int NONE = 69;
  private static final int LONGEST_MINUTES = 10;

  /** Without these it waits for services that it cannot reach. */
  private static final List<String> QUIET =
      List.of(
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync");

  private final Playwright playwright;
  private final Browser browser;

  private HeadlessChromium(Path executable) {
    // Its own browsers are never fetched, and its server speaks over pipes.
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(executable)
                    .setHeadless(true)
                    // Root, as in CI, has no sandbox. The pages are ours.
                    .setChromiumSandbox(false)
                    .setArgs(QUIET));
  }

  /**
   * Starts it. A machine of CI must have it.
   *
   * @param leftOut what is not tested without it
   * @throws org.opentest4j.TestAbortedException when this machine has no Chromium and no apt-get
   * @throws IllegalStateException when bringing it fails otherwise, for example without a network
   */
  static HeadlessChromium start(String leftOut) throws Exception {
    Path errors = Files.createTempFile("chromium", ".err");
    try {
      Process process =
          new ProcessBuilder("sh", PythonEnvironment.repository("tools/chromium.sh").toString())
              .redirectError(errors.toFile())
              .start();
      List<String> lines = process.inputReader().lines().toList();
      if (!process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IllegalStateException("tools/chromium.sh still ran after ten minutes");
      }
      String said = Files.readString(errors).stripTrailing();
      Assumptions.assumeTrue(
          process.exitValue() != NONE || System.getenv("CI") != null,
          () -> "left out: " + leftOut + ". " + said);
      if (process.exitValue() != 0) {
        throw new IllegalStateException(
            "tools/chromium.sh ended with exit status " + process.exitValue() + ":\n" + said);
      }
      return new HeadlessChromium(Path.of(lines.get(lines.size() - 1)));
    } finally {
      Files.delete(errors);
    }
  }

  /** The name of a reader's language, a width and a height in CSS pixels, and light or dark. */
  record Reader(String locale, int width, int height, ColorScheme scheme) {
    /** At a desk. */
    static final Reader USUAL = new Reader("en-US", 1280, 800, ColorScheme.LIGHT);

    Reader width(int other) {
      return new Reader(locale, other, height, scheme);
    }

    Reader dark() {
      return new Reader(locale, width, height, ColorScheme.DARK);
    }

    Reader locale(String other) {
      return new Reader(other, width, height, scheme);
    }
  }

  /** Opens a file, and waits until it is loaded. */
  OpenPage open(Path file, Reader reader) {
    return OpenPage.of(browser.newContext(context(reader)), file);
  }

  /** The same for a reader who allows no scripts. */
  OpenPage openWithoutScripts(Path file, Reader reader) {
    return OpenPage.of(browser.newContext(context(reader).setJavaScriptEnabled(false)), file);
  }

  private static Browser.NewContextOptions context(Reader reader) {
    return new Browser.NewContextOptions()
        .setLocale(reader.locale())
        .setViewportSize(reader.width(), reader.height())
        .setColorScheme(reader.scheme());
  }

  /** What drives it is of the same version as itself. */
  String version() {
    return browser.version();
  }

  @Override
  public void close() {
    playwright.close();
  }
}
