package org.quantsweep.sweep;

import java.io.Serializable;
import org.quantsweep.digest.Sha256Digest;

/**
 * What evaluations depend on beside the candidate and the sample. The threshold, the partitioning
 * and the code's commit are not in it, so that they can change and the evaluations stay.
 *
 * @param reference digest of the reference model's bytes
 * @param preparation digest of everything that changes a prepared number, the engine included
 * @param criterion the criterion's text form
 */
public record EvaluationKey(Sha256Digest reference, Sha256Digest preparation, String criterion)
    implements Serializable {}
