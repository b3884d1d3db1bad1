/** Reads model files: limits, descriptions of features, and the choice of the format. */
package org.quantsweep.coreml.file;
