package org.quantsweep.quantize;

import java.io.Serializable;
import java.util.Locale;
import java.util.regex.Pattern;
import org.quantsweep.UsageException;

/** How weights become codes. */
public sealed interface Method extends Serializable {
  /** The name as it is written in a scheme, before the number of bits. */
  String text();

  /** Whether codes point into a table. */
  boolean isLookUpTable();

  /** What shares a scale or a table where a scheme's text does not say it. */
  default Grouping usualGrouping() {
    return isLookUpTable() ? Grouping.WHOLE : Grouping.PER_CHANNEL;
  }

  /** Methods of which there is one. */
  enum Plain implements Method {
    /** w = code x scale + bias, the bias being the smallest weight. */
    LINEAR,
    /** The same with zero in the middle of the codes. */
    LINEAR_SYMMETRIC,
    /** A table of equal steps from the smallest to the largest weight. */
    LUT_LINEAR,
    /** The table of all values that occur, which must be few enough. */
    LUT_UNIQUE,
    /** The table of least squared error. */
    LUT_KMEANS;

    @Override
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public boolean isLookUpTable() {
      return this == LUT_LINEAR || this == LUT_UNIQUE || this == LUT_KMEANS;
    }
  }

  /** A table that a user's {@link LookUpTableFitter} makes. */
  record CustomTable(String fitter) implements Method {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");

    /** Checks the name. */
    public CustomTable {
      if (!NAME.matcher(fitter).matches()) {
        throw new UsageException(
            "look-up table fitter ("
                + fitter
                + ") must be named by letters, digits, '_', '.' and '-'.\n"
                + "Maybe write lut-custom:my-table:4.");
      }
    }

    @Override
    public String text() {
      return "lut-custom:" + fitter;
    }

    @Override
    public boolean isLookUpTable() {
      return true;
    }
  }
}
