#!/bin/sh
# The tests of the DAGs: real Airflow, and the shaded jar through the real spark-submit. `mvn verify` runs it.
#
#   airflow-dags/test.sh [pytest's arguments]
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
AIRFLOW_HOME=$here/target/airflow
rm -rf "$AIRFLOW_HOME"
status=0
"$here/../tools/python-env.sh" airflow >/dev/null || status=$?
if [ "$status" -eq 69 ]; then
  echo "airflow-dags: LEFT OUT: the tests of the DAGs need Python 3.11, which is missing here." >&2
  exit 0
fi
[ "$status" -eq 0 ] || exit "$status"
. "$here/environment.sh"
if [ ! -f "$AIRFLOW_VAR_QUANTSWEEP_JAR" ]; then
  echo "airflow-dags: there is no $AIRFLOW_VAR_QUANTSWEEP_JAR: it is what the DAGs submit." >&2
  echo "Maybe run mvn -pl jobs -am package -DskipTests first." >&2
  exit 1
fi
# Short runs: no pages, one partition for small tables, room for all classes from the start, and the second compiler
# would not pay.
options='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:MetaspaceSize=256m'
# The cluster's tests leave an archive of the classes that spark-submit loads. A JVM goes without what does not fit.
classes=$repository/jobs/target/spark-submit-classes.jsa
[ ! "$classes" -nt "$AIRFLOW_VAR_QUANTSWEEP_JAR" ] || options="$options -XX:SharedArchiveFile=$classes"
AIRFLOW_VAR_QUANTSWEEP_PROPERTIES=$AIRFLOW_HOME/spark.properties
cat > "$AIRFLOW_VAR_QUANTSWEEP_PROPERTIES" <<END
spark.ui.enabled=false
spark.sql.shuffle.partitions=1
spark.driver.bindAddress=127.0.0.1
spark.driver.host=127.0.0.1
spark.driver.extraJavaOptions=$options
END
export AIRFLOW_VAR_QUANTSWEEP_PROPERTIES
# A busy machine may take longer than half a minute to import Airflow's providers.
AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT=600
export AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT
# What Python compiles is kept in the environment, not beside the DAGs; a process that compiles Airflow takes twice as long.
unset PYTHONDONTWRITEBYTECODE
PYTHONPYCACHEPREFIX=$(dirname "$(dirname "$airflow_python")")/bytecode
export PYTHONPYCACHEPREFIX
airflow db migrate > "$AIRFLOW_HOME/migrate.log" 2>&1 || { cat "$AIRFLOW_HOME/migrate.log" >&2; exit 1; }
cd "$here"
tests() {
  python -m pytest -q -rs -p no:cacheprovider --durations=5 "$@"
}
if [ $# -gt 0 ]; then
  tests "$@"
  exit
fi

# A run of a DAG leaves half of two cores idle. So those that build on one another have one process, and all the others
# one beside it, with a folder and a database of its own.
beside=$AIRFLOW_HOME/beside
mkdir "$beside"
cp "$AIRFLOW_HOME/airflow.db" "$beside/"
(
  AIRFLOW_HOME=$beside
  AIRFLOW_VAR_QUANTSWEEP_RESULTS=$beside/results
  AIRFLOW_VAR_QUANTSWEEP_REGISTRY=$beside/registry
  AIRFLOW_VAR_QUANTSWEEP_NIGHTLY=$beside/nightly.yaml
  export AIRFLOW_HOME AIRFLOW_VAR_QUANTSWEEP_RESULTS AIRFLOW_VAR_QUANTSWEEP_REGISTRY AIRFLOW_VAR_QUANTSWEEP_NIGHTLY
  tests tests --ignore=tests/test_runs.py
) > "$beside/tests.log" 2>&1 &
others=$!
trap 'kill "$others" 2>/dev/null || :' EXIT
tests tests/test_runs.py || status=$?
wait "$others" || status=$?
trap - EXIT
cat "$beside/tests.log"
exit "$status"
