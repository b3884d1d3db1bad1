#!/bin/sh
# Makes the Python environments that the tests of a Maven build will ask for, and brings the browser (chromium.sh), one
# after the other, while the build does something else: pip mostly waits. The build starts this in the background
# (pom.xml) and ends it when it ends itself.
#
# In the environment, as Maven writes lists: QUANTSWEEP_GOALS '[clean, verify]', QUANTSWEEP_MODULES '[MavenProject:
# org.quantsweep:jobs:... @ ..., ...]', QUANTSWEEP_SKIP_AIRFLOW 'true' or not. Other goals than these need no Python.
#
# Nothing depends on it: a test that needs an environment calls python-env.sh (chromium.sh for the browser), which waits
# for this one or makes it, and says what went wrong. So whatever happens here is only written to target/python-envs.log.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
case ${QUANTSWEEP_GOALS:-} in
  *verify* | *install* | *deploy*) ;;
  *) exit 0 ;;
esac
modules=${QUANTSWEEP_MODULES:-}
airflow=${QUANTSWEEP_SKIP_AIRFLOW:-false}
mkdir -p "$root/target"
exec >"$root/target/python-envs.log" 2>&1

maker=
stop() {
  trap '' INT TERM
  echo "ended by the build"
  if [ -n "$maker" ]; then
    kill "$maker" 2>/dev/null || :
    wait "$maker" 2>/dev/null || :
  fi
  exit 0
}
trap stop INT TERM

# For whom, and what; in the order in which the tests come.
while read -r module name; do
  case $modules in
    *":$module:"*) ;;
    *) continue ;;
  esac
  [ "$module:$airflow" != airflow-dags:true ] || continue
  # A build that was killed cannot end this.
  kill -0 "$PPID" 2>/dev/null || exit 0
  echo "$(date -u +%H:%M:%S) $name"
  # The build's own work goes first.
  case $name in
    chromium) nice "$root/tools/chromium.sh" & ;;
    *) nice "$root/tools/python-env.sh" "$name" & ;;
  esac
  maker=$!
  wait "$maker" || echo "$name: exit status $?"
  maker=
done <<'END'
pipeline-core coremltools
jobs spark
jobs mlflow
jobs chromium
airflow-dags airflow
airflow-dags spark
airflow-dags coremltools
END
echo "$(date -u +%H:%M:%S) done"
