/** Finds the smallest acceptable candidate: the sequential rule, waves of work, the selection. */
package org.quantsweep.search;
