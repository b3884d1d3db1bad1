/** Registries: on any Hadoop file system, and publishing a sweep's result. */
package org.quantsweep.jobs.registry;
