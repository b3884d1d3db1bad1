/** Sample sets read from local files, without Spark. */
package org.quantsweep.datasets;
