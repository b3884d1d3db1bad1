/** The root of QuantSweep: what every package may use, such as the errors that a user can cure. */
package org.quantsweep;
