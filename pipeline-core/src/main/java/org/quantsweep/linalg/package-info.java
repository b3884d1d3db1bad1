/** Dense linear algebra on ND4J. The first call loads native libraries, which takes seconds. */
package org.quantsweep.linalg;
