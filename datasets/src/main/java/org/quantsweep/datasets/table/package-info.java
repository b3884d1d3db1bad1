/** Sample tables in Delta: ingestion on Spark, and reading them by shards. The only Spark here. */
package org.quantsweep.datasets.table;
