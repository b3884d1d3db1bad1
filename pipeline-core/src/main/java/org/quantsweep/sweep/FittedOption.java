package org.quantsweep.sweep;

import java.io.Serializable;
import java.util.Optional;
import org.quantsweep.quantize.CalibratedWeights;

/**
 * An option whose codes are known.
 *
 * @param weights the fitted codes; empty for an option that depends on the weights alone
 * @param error the weight tensor's own error: squared error of the layer's output over the
 *     calibration inputs, or of the weights where no inputs were seen; comparable among the options
 *     of one tensor only
 */
public record FittedOption(Optional<CalibratedWeights> weights, double error)
    implements Serializable {}
