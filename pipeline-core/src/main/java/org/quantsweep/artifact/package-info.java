/** Models as trees of files, whose content is streamed. */
package org.quantsweep.artifact;
