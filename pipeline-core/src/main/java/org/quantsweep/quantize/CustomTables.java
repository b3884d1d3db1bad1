package org.quantsweep.quantize;

import java.util.ServiceLoader;
import org.quantsweep.UsageException;
import org.quantsweep.tensor.Tensor;

/** The tables of users' {@link LookUpTableFitter}s. */
final class CustomTables {
  private CustomTables() {}

  /**
   * The entries that a fitter makes.
   *
   * @throws UsageException when the fitter is not known, or makes no 2^bits finite entries
   */
  static float[] fit(Method.CustomTable custom, Tensor weights, NumberOfBits bits) {
    for (LookUpTableFitter fitter : ServiceLoader.load(LookUpTableFitter.class)) {
      if (fitter.id().equals(custom.fitter())) {
        float[] table = fit(fitter, weights, bits);
        if (table.length != bits.codes()) {
          throw new UsageException(
              "look-up table fitter '"
                  + fitter.id()
                  + "' made "
                  + table.length
                  + " entries, but "
                  + bits
                  + " bits need "
                  + bits.codes()
                  + " (2^numberOfBits).\nMaybe pad the table in the plugin.");
        }
        for (float entry : table) {
          if (!Float.isFinite(entry)) {
            throw new UsageException(
                "look-up table fitter '"
                    + fitter.id()
                    + "' made an entry ("
                    + entry
                    + ") that is not finite.\nMaybe pad the table with a finite value.");
          }
        }
        return table;
      }
    }
    throw new UsageException(
        "look-up table fitter '"
            + custom.fitter()
            + "' is not known: no plugin brings it.\nMaybe name its jar with --plugins.");
  }

  private static float[] fit(LookUpTableFitter fitter, Tensor weights, NumberOfBits bits) {
    try {
      return fitter.fit(weights, bits);
    } catch (RuntimeException e) {
      throw new UsageException(
          "look-up table fitter '"
              + fitter.id()
              + "' failed on "
              + weights.shape()
              + " at "
              + bits
              + " bits: "
              + e
              + "\nMaybe try a newer version of the plugin than "
              + fitter.version()
              + ".",
          e);
    }
  }
}
