/** Pictures of a report: what models answer, drawn so that it can be seen. */
package org.quantsweep.report.picture;
