# Sourced by run-airflow.sh and test.sh: Airflow and Spark from their lock files, each in an environment of its own
# (the Airflow provider's pyspark-client would overwrite pyspark), and the settings that both scripts share.
# In: here (this folder), AIRFLOW_HOME. Exit status 69: there is no Python 3.11.

repository=$(CDPATH='' cd -- "$here/.." && pwd)
airflow_python=$("$repository/tools/python-env.sh" airflow) || exit $?
spark_python=$("$repository/tools/python-env.sh" spark) || exit $?
SPARK_HOME=$("$spark_python" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')
PATH=$(dirname "$airflow_python"):$SPARK_HOME/bin:$PATH
mkdir -p "$AIRFLOW_HOME"
export SPARK_HOME PATH AIRFLOW_HOME

# Names of files keep their characters, whatever the locale is: in C Java knows ASCII alone.
case $(locale charmap 2>/dev/null) in
  UTF-8) ;;
  *)
    LC_ALL=C.UTF-8
    export LC_ALL
    ;;
esac

# Everything stays on this machine and says nothing to anybody.
: "${SPARK_LOCAL_IP:=127.0.0.1}"
AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False
SCARF_ANALYTICS=false
AIRFLOW__API__HOST=127.0.0.1
AIRFLOW__CORE__LOAD_EXAMPLES=False
AIRFLOW__CORE__DAGS_FOLDER=$here/dags
export SPARK_LOCAL_IP SCARF_ANALYTICS AIRFLOW__USAGE_DATA_COLLECTION__ENABLED AIRFLOW__API__HOST
export AIRFLOW__CORE__LOAD_EXAMPLES AIRFLOW__CORE__DAGS_FOLDER

# What the DAGs ask for; set them before to have it otherwise.
: "${AIRFLOW_VAR_QUANTSWEEP_JAR:=$repository/jobs/target/jobs-0.1.0-SNAPSHOT-all.jar}"
: "${AIRFLOW_VAR_QUANTSWEEP_RESULTS:=$AIRFLOW_HOME/results}"
: "${AIRFLOW_VAR_QUANTSWEEP_REGISTRY:=$AIRFLOW_HOME/registry}"
: "${AIRFLOW_VAR_QUANTSWEEP_HOSTS:=127.0.0.1}"
: "${AIRFLOW_VAR_QUANTSWEEP_NIGHTLY:=$AIRFLOW_HOME/nightly.yaml}"
if [ -z "${AIRFLOW_CONN_SPARK_DEFAULT:-}" ]; then
  AIRFLOW_CONN_SPARK_DEFAULT='{"conn_type": "spark", "host": "local[2]"}'
fi
export AIRFLOW_VAR_QUANTSWEEP_JAR AIRFLOW_VAR_QUANTSWEEP_RESULTS AIRFLOW_VAR_QUANTSWEEP_REGISTRY
export AIRFLOW_VAR_QUANTSWEEP_HOSTS AIRFLOW_VAR_QUANTSWEEP_NIGHTLY AIRFLOW_CONN_SPARK_DEFAULT
