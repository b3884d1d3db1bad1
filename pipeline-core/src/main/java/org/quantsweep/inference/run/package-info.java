/**
 * Runs lowered models on any engine: predictors, parts, answers, over the port {@code GraphEngine}.
 */
package org.quantsweep.inference.run;
