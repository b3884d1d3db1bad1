/** What a sweep found, as a file for machines and a table for people. */
package org.quantsweep.report;
