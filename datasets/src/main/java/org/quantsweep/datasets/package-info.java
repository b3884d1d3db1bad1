/** Samples from folders and arrays, and how they become a model's inputs. No Spark type here. */
package org.quantsweep.datasets;
