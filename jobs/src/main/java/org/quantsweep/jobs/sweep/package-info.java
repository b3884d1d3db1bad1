/** The sweep as a job: what the procedure drives, on Spark, in Delta tables and in folders. */
package org.quantsweep.jobs.sweep;
