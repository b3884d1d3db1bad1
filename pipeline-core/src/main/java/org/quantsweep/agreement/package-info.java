/** Per-sample criteria, mergeable counts, thresholds, confidence bounds. */
package org.quantsweep.agreement;
