package org.quantsweep.coreml;

/**
 * Elements at both ends of an axis, to be added or cut off.
 *
 * @param start before the first (top, left)
 * @param end behind the last (bottom, right)
 */
public record EdgeAmounts(int start, int end) {}
