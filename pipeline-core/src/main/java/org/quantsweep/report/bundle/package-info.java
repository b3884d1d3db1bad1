/** {@code evidence.json}: everything that a report shows beside {@code result.json}. */
package org.quantsweep.report.bundle;
