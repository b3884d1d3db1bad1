/** Applies a plan to a model: exact sizes without writing, bytes when asked. */
package org.quantsweep.encode;
