#!/bin/sh
# Starts Airflow with the DAGs of this folder, for one machine: SQLite, loopback, embedded Spark.
#
#   airflow-dags/run-airflow.sh                     everything, until Ctrl-C: http://127.0.0.1:8080
#   airflow-dags/run-airflow.sh airflow dags list   one Airflow command in the same environment
#
# AIRFLOW_HOME (default: target/airflow) keeps the database, the logs and the results. Other places and a cluster are set
# by AIRFLOW_VAR_QUANTSWEEP_... and AIRFLOW_CONN_SPARK_DEFAULT (README, "Airflow").
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
AIRFLOW_HOME=${AIRFLOW_HOME:-$here/../target/airflow}
mkdir -p "$AIRFLOW_HOME"
AIRFLOW_HOME=$(CDPATH='' cd -- "$AIRFLOW_HOME" && pwd)
. "$here/environment.sh"
address=http://127.0.0.1:${AIRFLOW__API__PORT:-8080}
export AIRFLOW__API__BASE_URL="$address"

if [ ! -f "$AIRFLOW_VAR_QUANTSWEEP_JAR" ] && [ -d "$repository/jobs/src" ]; then
  "$repository/quantsweep" --version >&2 # builds the jar
fi
if [ ! -f "$AIRFLOW_HOME/nightly.yaml" ]; then
  sed "s#@SAMPLE@#$repository/datasets/src/main/sample#; s#@RESULTS@#$AIRFLOW_HOME#" "$here/nightly.yaml" \
    > "$AIRFLOW_HOME/nightly.yaml"
fi
if [ ! -f "$AIRFLOW_HOME/quantsweep-ready" ]; then
  airflow db migrate >&2
  # How many jobs of QuantSweep run at once; change it under Admin, Pools.
  airflow pools set quantsweep 1 'Spark jobs of QuantSweep' >&2
  touch "$AIRFLOW_HOME/quantsweep-ready"
fi

if [ $# -gt 0 ]; then
  exec "$@"
fi

# What answers before anything was started is another Airflow, or another program: its database is not this one's.
if python -c 'import socket, sys, urllib.parse as u; a = u.urlsplit(sys.argv[1]); socket.create_connection((a.hostname, a.port), 2)' "$address" 2>/dev/null; then
  echo "$address is taken: something answers there already. Maybe end it." >&2
  exit 1
fi

# As `airflow standalone`, but for its log servers, which would listen on every interface; the logs are on this disk.
logs=$AIRFLOW_HOME/logs
mkdir -p "$logs"
# Each in a session of its own, so that Ctrl-C reaches this script only: a task that the terminal interrupts would leave
# its Spark job behind. The end of the scheduler's session goes through the tasks that run, and each ends its job; the
# API server goes last, for tasks tell it how they ended.
processes=
end() {
  trap '' INT TERM
  trap - EXIT
  for process in $processes; do
    kill -s TERM -- "-$process" 2>/dev/null || :
    wait "$process" 2>/dev/null || :
  done
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
for component in api-server dag-processor 'scheduler --skip-serve-logs'; do
  # shellcheck disable=SC2086
  python -c 'import os, sys; os.setsid(); os.execvp(sys.argv[1], sys.argv[1:])' airflow $component \
    > "$logs/${component%% *}.log" 2>&1 &
  processes="$! $processes"
done
until python -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1])' "$address/api/v2/version" 2>/dev/null; do
  for process in $processes; do
    kill -0 "$process" 2>/dev/null || { echo "Airflow did not start. Maybe look at $logs." >&2; exit 1; }
  done
  sleep 1
done
echo "Airflow answers at $address (logs: $logs). User and password:"
cat "$AIRFLOW_HOME/simple_auth_manager_passwords.json.generated"
echo
wait
