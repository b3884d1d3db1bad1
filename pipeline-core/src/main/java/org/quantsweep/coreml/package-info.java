/** What a Core ML model is, in values that know no file format, and the port to its format. */
package org.quantsweep.coreml;
