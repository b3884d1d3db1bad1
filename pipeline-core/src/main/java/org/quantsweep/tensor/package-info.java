/** The numbers: shapes and float32 arrays. */
package org.quantsweep.tensor;
