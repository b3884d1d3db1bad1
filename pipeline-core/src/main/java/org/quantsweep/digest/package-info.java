/** SHA-256 digests and sizes in bytes. */
package org.quantsweep.digest;
