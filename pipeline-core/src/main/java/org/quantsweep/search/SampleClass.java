package org.quantsweep.search;

import java.io.Serializable;

/**
 * A class of the reference's answers: those whose largest number at one output has this place.
 *
 * @param output the output's name
 * @param place of the class among the output's numbers, at least 0
 */
public record SampleClass(String output, int place) implements Serializable {}
