package org.quantsweep.difference;

/**
 * Something of one name that is not the same in both.
 *
 * @param a what the first model says; empty where it has none
 * @param b what the second one says
 */
public record Change(String name, String a, String b) {}
