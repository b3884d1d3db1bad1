package org.quantsweep.encode;

import java.io.Serializable;
import org.quantsweep.UsageException;
import org.quantsweep.quantize.CalibratedWeights;
import org.quantsweep.quantize.Scheme;

/** Where the codes of calibrated schemes come from: they depend on more than the weights. */
public interface CalibratedOptions extends Serializable {
  /** There are none. */
  CalibratedOptions NONE =
      (tensor, scheme) -> {
        throw missing(tensor, scheme.toString(), scheme.plain().toString());
      };

  /**
   * What is said where there are none.
   *
   * @param scheme as the model's format writes it
   * @param plain the same without calibration
   */
  static UsageException missing(String tensor, String scheme, String plain) {
    return new UsageException(
        "scheme ("
            + scheme
            + ") of weight tensor '"
            + tensor
            + "' is calibrated: its codes depend on calibration samples, and none are there.\n"
            + "Maybe write "
            + plain
            + ".");
  }

  /**
   * The codes of a weight tensor under a calibrated scheme.
   *
   * @param tensor its identity
   * @throws UsageException when they are not there
   */
  CalibratedWeights get(String tensor, Scheme.Compression scheme);
}
