/** What it is to run a model: interfaces and values; the engine is another package's. */
package org.quantsweep.inference;
