package org.quantsweep.jobs.page;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ScreenshotType;
import java.nio.file.Path;
import org.quantsweep.jobs.page.HeadlessChromium.Reader;

/** Takes the pictures of reports that the docs show; {@code benchmarks/report_pictures.sh}. */
final class ReportPictures {
  private static final int QUALITY = 60;

  private ReportPictures() {}

  /**
   * Takes them.
   *
   * @param arguments the page, the folder of the pictures, and the first part of their names
   */
  public static void main(String[] arguments) throws Exception {
    Path page = Path.of(arguments[0]);
    Path folder = Path.of(arguments[1]);
    String name = arguments[2];
    try (HeadlessChromium chromium = HeadlessChromium.start("the pictures")) {
      take(chromium, page, new Reader("en-US", 360, 1800, Reader.USUAL.scheme()), folder, name);
      take(chromium, page, new Reader("en-US", 1280, 1500, Reader.USUAL.scheme()), folder, name);
      take(
          chromium,
          page,
          new Reader("en-US", 2560, 1440, Reader.USUAL.scheme()).dark(),
          folder,
          name);
    }
  }

  private static void take(
      HeadlessChromium chromium, Path page, Reader reader, Path folder, String name) {
    String start = name + "-" + reader.width();
    try (OpenPage open = chromium.open(page, reader)) {
      open.showAll();
      open.page()
          .screenshot(
              new Page.ScreenshotOptions()
                  .setType(ScreenshotType.JPEG)
                  .setQuality(QUALITY)
                  .setPath(folder.resolve(start + ".jpg")));
      if (reader.width() == Reader.USUAL.width()) {
        Locator dense = open.at("dense");
        if (dense.count() > 0) {
          dense.screenshot(
              new Locator.ScreenshotOptions()
                  .setType(ScreenshotType.JPEG)
                  .setQuality(QUALITY)
                  .setPath(folder.resolve(name + "-outputs.jpg")));
        }
      }
    }
  }
}
