#!/bin/sh
# Makes a Python environment of this project and prints its python as the last line of standard output.
#
#   tools/python-env.sh NAME
#
# NAME is a lock file tools/python/NAME.lock: every version pinned, every file by its hash. The environment lies in
# target/python/NAME, or in $QUANTSWEEP_PYTHON_ENVS/NAME where that is set. A finished one is used again; one that was
# left half-made, or was made from another lock or another interpreter, is made anew.
#
# Exit status: 0 ready; 2 wrong usage; 69 no Python 3.11; otherwise that of the step that failed.
#
# To renew a lock after changing NAME.in (uv from PyPI):
#   cd tools/python && uv pip compile --python-version 3.11 --python-platform x86_64-manylinux_2_28 \
#     --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate NAME.in -o NAME.lock
set -eu

say() { printf '%s\n' "python-env.sh: $*" >&2; }

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
if [ $# -ne 1 ]; then
  say "one argument is needed: the name of an environment ($(cd "$here/python" && ls ./*.lock | sed 's#^\./##; s#\.lock$##' | tr '\n' ' '| sed 's/ $//'))."
  exit 2
fi
name=$1
case $name in
  '' | *[!a-z0-9-]*) say "the name ('$name') may hold a to z, 0 to 9 and '-' only."; exit 2 ;;
esac
lock=$here/python/$name.lock
if [ ! -f "$lock" ]; then
  say "there is no lock file for '$name' (tools/python/$name.lock)."
  exit 2
fi

python=
for candidate in python3.11 python3; do
  if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' >/dev/null 2>&1; then
    # Itself, not a script that starts it (pyenv): what is started here must be what a signal ends.
    python=$("$candidate" -c 'import sys; print(sys.executable)')
    break
  fi
done
if [ -z "$python" ]; then
  say "Python 3.11 is missing: neither python3.11 nor a python3 of that version is on the PATH. Maybe install it, or put it first on the PATH."
  exit 69
fi

envs=${QUANTSWEEP_PYTHON_ENVS:-$here/../target/python}
mkdir -p "$envs"
envs=$(CDPATH='' cd -- "$envs" && pwd)
env=$envs/$name
stamp=$env/quantsweep-lock.cksum
wanted=$(cksum <"$lock"; "$python" -c 'import sys; print(sys.version.split()[0], sys.base_prefix)')

ready() { [ -x "$env/bin/python" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; }

# One maker at a time: a directory is created by one process only. The guard of a process that is gone is taken over.
guard=$envs/.$name.making
waited=0
ours=no
step=

# Runs a step in a process group of its own, so that a signal to this shell ends at once all that the step started.
run() {
  "$python" -c 'import os, sys; os.setpgrp(); os.execvp(sys.argv[1], sys.argv[1:])' "$@" >&2 &
  step=$!
  wait "$step"
  step=
}

stop() {
  trap '' INT TERM
  if [ -n "$step" ]; then
    kill -- "-$step" 2>/dev/null || kill "$step" 2>/dev/null || :
    wait "$step" 2>/dev/null || :
  fi
  exit "$1"
}

until ready; do
  if mkdir "$guard" 2>/dev/null; then
    ours=yes
    # Again where one that was just killed still wrote.
    trap 'rm -rf "$guard" 2>/dev/null || { sleep 1; rm -rf "$guard"; }' EXIT
    trap 'stop 130' INT
    trap 'stop 143' TERM
    echo $$ >"$guard/pid"
    break
  fi
  owner=$(cat "$guard/pid" 2>/dev/null || echo)
  if { [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; } || { [ -z "$owner" ] && [ "$waited" -gt 10 ]; }; then
    # One waiter at a time removes it, and only while it is still the dead one's: another may have taken it by now.
    if mkdir "$guard.removing" 2>/dev/null; then
      [ "$(cat "$guard/pid" 2>/dev/null || echo)" != "$owner" ] || rm -rf "$guard"
      rmdir "$guard.removing"
      continue
    fi
  fi
  [ "$waited" -ne 0 ] || say "waiting for another process that makes '$name' ..."
  waited=$((waited + 1))
  if [ "$waited" -gt 1800 ]; then
    say "another process has been making '$name' for half an hour. Maybe remove $guard."
    exit 75
  fi
  sleep 1
done

if [ "$ours" = yes ] && ! ready; then
  say "making '$name' in $env (once; a minute or two) ..."
  rm -rf "$env"
  # What pip leaves in its middle goes with the guard.
  TMPDIR=$guard
  # PySpark comes as sources: 455 MB, mostly jars, which need not be deflated just to be inflated again.
  DIST_EXTRA_CONFIG=$guard/distutils.cfg
  printf '[bdist_wheel]\ncompression = stored\n' >"$DIST_EXTRA_CONFIG"
  export TMPDIR DIST_EXTRA_CONFIG
  run "$python" -m venv "$env"
  # Not compiled ahead: of most modules no test makes use, and those that are used compile once.
  run "$env/bin/python" -m pip install --no-compile --quiet --disable-pip-version-check --no-input --require-hashes \
    -r "$lock"
  printf '%s\n' "$wanted" >"$stamp.new"
  mv "$stamp.new" "$stamp"
fi
printf '%s\n' "$env/bin/python"
