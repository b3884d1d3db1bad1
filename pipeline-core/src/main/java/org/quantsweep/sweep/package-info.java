/** Judging candidates over samples: tasks, runners, and the evidence that is kept. */
package org.quantsweep.sweep;
