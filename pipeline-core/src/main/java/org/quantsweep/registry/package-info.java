/** Where chosen models are published: the port, provenance, and the values that pass through it. */
package org.quantsweep.registry;
