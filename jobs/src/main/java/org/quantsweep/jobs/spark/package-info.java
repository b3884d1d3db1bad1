/** Spark: sessions, the runner of sweeps, and the store of evaluations. */
package org.quantsweep.jobs.spark;
