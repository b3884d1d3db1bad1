/** Named rewrites of a model's graph that leave its answers as they are. */
package org.quantsweep.coreml.rewrite;
