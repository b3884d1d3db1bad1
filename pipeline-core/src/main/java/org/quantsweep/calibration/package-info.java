/** What layers are fed with on calibration samples, and codes that are fitted to it. */
package org.quantsweep.calibration;
