/** Files and models on this machine and on any Hadoop file system: one reader and one writer. */
package org.quantsweep.jobs.files;
