/** The sweep as a job: from a model file and samples to a result and a chosen file. */
package org.quantsweep.jobs.sweep;
