/** What differs between two models: structure and weights. */
package org.quantsweep.difference;
