package org.quantsweep.search;

import java.io.Serializable;
import org.quantsweep.agreement.AgreementCounts;

/**
 * How many samples of a class agree.
 *
 * @param counts over all samples of the class, copies counted
 */
public record ClassAgreement(SampleClass of, AgreementCounts counts) implements Serializable {}
