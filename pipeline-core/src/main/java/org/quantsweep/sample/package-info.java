/** Samples, what a model wants of them, and the ports that bring and prepare them. */
package org.quantsweep.sample;
