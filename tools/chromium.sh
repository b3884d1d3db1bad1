#!/bin/sh
# Finds a Chromium for the tests of the report's page, or brings Debian's, and prints its path as the last line of
# standard output. The path is that of a browser without a window: chromium-headless-shell, or chromium itself.
#
#   tools/chromium.sh
#
# In this order: $QUANTSWEEP_CHROMIUM where that is set; what the PATH has; target/chromium, where Debian's packages are
# unpacked (about 70 MB to fetch, once). Nothing is installed, nobody has to be root, and the machine stays as it is:
# apt-get works on lists of its own, and libraries that the machine lacks lie beside the browser.
#
# Exit status: 0 ready; 2 wrong usage; 69 there is none, and this machine has no apt-get; otherwise that of the step that
# failed.
set -eu

say() { printf '%s\n' "chromium.sh: $*" >&2; }

if [ $# -ne 0 ]; then
  say "no argument is taken ('$1')."
  exit 2
fi
profile=
trap '[ -z "$profile" ] || rm -rf "$profile"' EXIT
# Not just that it tells its version: it shall find its files and libraries.
works() {
  [ -x "$1" ] || return 1
  profile=$(mktemp -d)
  shown=$("$1" --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --user-data-dir="$profile" --dump-dom \
    'data:text/html,<p>it works' </dev/null 2>"$profile/errors" 9>&-) || shown=
  case $shown in
    *'it works'*) rm -rf "$profile"; profile= ;;
    *) tail -n 3 "$profile/errors" >&2; rm -rf "$profile"; profile=; return 1 ;;
  esac
}

if [ -n "${QUANTSWEEP_CHROMIUM:-}" ]; then
  if ! works "$QUANTSWEEP_CHROMIUM"; then
    say "QUANTSWEEP_CHROMIUM ($QUANTSWEEP_CHROMIUM) does not run. Maybe name the program itself, or unset it."
    exit 2
  fi
  printf '%s\n' "$QUANTSWEEP_CHROMIUM"
  exit 0
fi
for candidate in chromium-headless-shell chromium; do
  found=$(command -v "$candidate" || :)
  if [ -n "$found" ] && works "$found"; then
    printf '%s\n' "$found"
    exit 0
  fi
done

target=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)/target
into=$target/chromium
browser=$into/chromium
for tool in apt-get dpkg flock; do
  if ! command -v "$tool" >/dev/null; then
    if works "$browser"; then
      break
    fi
    say "Chromium is missing: the PATH has neither chromium-headless-shell nor chromium, and without $tool Debian's cannot be brought. Maybe install Chromium, or name one in QUANTSWEEP_CHROMIUM."
    exit 69
  fi
done

# One maker at a time. The kernel takes the lock from one that is gone; what it left is made anew.
mkdir -p "$target"
exec 9>"$target/.chromium.lock"
if ! flock -n 9; then
  say "waiting for another process that brings Chromium ..."
  flock 9
fi
if [ -f "$into/ready" ] && works "$browser"; then
  printf '%s\n' "$browser"
  exit 0
fi

say "bringing Debian's Chromium into $into (once; half a minute) ..."
rm -rf "$into"
mkdir -p "$into/root" "$into/apt/lists/partial" "$into/apt/archives/partial"
# As apt-get of this machine, but with state of its own. It knows what is installed, so only what lacks comes.
own_apt() {
  apt-get -qq -y -o Dir::State="$into/apt" -o Dir::State::lists="$into/apt/lists" \
    -o Dir::State::status=/var/lib/dpkg/status -o Dir::Cache="$into/apt" -o Dir::Cache::archives="$into/apt/archives" \
    -o Debug::NoLocking=true -o APT::Sandbox::User="$(id -un)" -o Acquire::Retries=3 -o Acquire::Languages=none \
    -o Acquire::GzipIndexes=true "$@" >&2 9>&-
}
# A source of this machine that does not answer need not be the one with Chromium.
own_apt update || say "not every list of packages could be read."
code=0
# The second holds what the first reads, and may be there without it.
own_apt install --download-only --no-install-recommends --reinstall chromium-headless-shell chromium-common || code=$?
if [ "$code" -ne 0 ]; then
  say "Debian's chromium-headless-shell cannot be fetched (apt-get ended with $code). Maybe install Chromium, or name one in QUANTSWEEP_CHROMIUM."
  exit "$code"
fi
for package in "$into"/apt/archives/*.deb; do
  case ${package##*/} in
    # Never a C library beside the machine's own loader.
    libc6_* | libc-bin_*) ;;
    *) dpkg -x "$package" "$into/root" ;;
  esac
done
rm -rf "$into/apt"

# It finds its files from its own place, so the folder may be moved.
cat >"$browser" <<'END'
#!/bin/sh
root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/root
# Some libraries name others in folders of their own, such as pulseaudio, by where these would be installed.
for folder in "$root"/usr/lib/*-linux-gnu* "$root"/lib/*-linux-gnu* "$root"/usr/lib/*-linux-gnu*/*/ "$root"/lib/*-linux-gnu*/*/; do
  for library in "$folder"/lib*.so*; do
    [ ! -e "$library" ] || LD_LIBRARY_PATH=${folder%/}${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    break
  done
done
export LD_LIBRARY_PATH
if [ ! -f /etc/fonts/fonts.conf ]; then
  FONTCONFIG_FILE=$root/fonts.conf
  export FONTCONFIG_FILE
fi
exec "$root/usr/lib/chromium/chromium-headless-shell" "$@"
END
cat >"$into/root/fonts.conf" <<END
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>$into/root/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>$into/fonts</cachedir>
</fontconfig>
END
chmod +x "$browser"
if ! works "$browser"; then
  say "Debian's Chromium was brought, but does not run on this machine. Maybe install Chromium, or name one in QUANTSWEEP_CHROMIUM."
  exit 1
fi
: >"$into/ready"
printf '%s\n' "$browser"
