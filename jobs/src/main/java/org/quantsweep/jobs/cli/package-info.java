/** The command line: checks what was written, calls the jobs, maps outcomes to exit codes. */
package org.quantsweep.jobs.cli;
