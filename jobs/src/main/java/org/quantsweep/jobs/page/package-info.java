/** {@code report.html}: one page, from {@code result.json} and {@code evidence.json}. */
package org.quantsweep.jobs.page;
