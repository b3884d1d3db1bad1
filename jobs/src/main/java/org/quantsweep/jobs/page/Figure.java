package org.quantsweep.jobs.page;

import java.util.Locale;
import org.quantsweep.digest.ByteSize;

/**
 * A number of the page. It stands in plain English form; the page's script writes it anew in the
 * reader's locale.
 *
 * @param kind {@code bytes}, {@code count}, {@code percent}, {@code seconds} or {@code text}
 * @param value for the script
 * @param text where no script runs
 */
public record Figure(String kind, String value, String text) {
  static Figure bytes(long bytes) {
    return new Figure("bytes", Long.toString(bytes), new ByteSize(bytes).toString());
  }

  static Figure count(long count) {
    return new Figure("count", Long.toString(count), String.format(Locale.ROOT, "%,d", count));
  }

  /** A share, rounded towards zero: 7,999 of 8,000 are not 100 %. */
  static Figure percent(double share) {
    return new Figure(
        "percent",
        Double.toString(share),
        String.format(Locale.ROOT, "%.2f%%", Math.floor(share * 1e4 + 1e-6) / 1e2));
  }

  static Figure seconds(double seconds) {
    return new Figure(
        "seconds", Double.toString(seconds), String.format(Locale.ROOT, "%,.1f s", seconds));
  }

  static Figure text(String text) {
    return new Figure("text", text, text);
  }
}
