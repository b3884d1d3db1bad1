/**
 * The sweep as a procedure: from a model and samples to a result and a chosen file. It drives ports
 * and knows neither where it runs nor where things are kept.
 */
package org.quantsweep.job;
