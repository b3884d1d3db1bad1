/** A model's first run, in a process of its own: what crashes or hangs there does no harm here. */
package org.quantsweep.jobs.guard;
