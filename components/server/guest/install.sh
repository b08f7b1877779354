# Prepares a server: checks that it is one, and puts stage 0 and what `pulumi up` calls on it. Run again, it changes nothing.
# Everything is in functions, so that no command in here reads the rest of this text from stdin.
fail() {
  echo "$*" >&2
  exit 1
}

check_system() {
  [ -r /etc/os-release ] || fail "This server does not say what it runs: /etc/os-release is missing. Supported: Ubuntu 24.04 and later, Debian 12 and later."
  . /etc/os-release
  # A testing Debian has no number yet and is newer than all.
  number=${VERSION_ID:-999}
  number=${number%%.*}
  case "$ID:$number" in
    ubuntu:*) [ "$number" -ge 24 ] || fail "This server runs ${PRETTY_NAME:-$ID}. Supported: Ubuntu 24.04 and later, Debian 12 and later." ;;
    debian:*) [ "$number" -ge 12 ] || fail "This server runs ${PRETTY_NAME:-$ID}. Supported: Ubuntu 24.04 and later, Debian 12 and later." ;;
    *) fail "This server runs ${PRETTY_NAME:-$ID}. Supported: Ubuntu 24.04 and later, Debian 12 and later." ;;
  esac
  case "$(uname -m)" in
    x86_64 | aarch64) ;;
    *) fail "This server's processor is of the kind $(uname -m). Supported: x86_64 and aarch64." ;;
  esac
  [ -d /run/systemd/system ] || fail "This server is not run by systemd, which has to start the monitoring server. A container is no server unless systemd is its first process."
  memory=$(($(sed -n 's/^MemTotal: *\([0-9]*\) kB$/\1/p' /proc/meminfo) / 1024))
  # The kernel keeps a part of what is sold as memory; the roll-out itself allows as much.
  [ "$memory" -ge $(($needed_memory * 88 / 100)) ] || fail "This server has $memory MiB of memory and the spec is made for $needed_memory MiB. Take a larger server, or set \`memory\` to $memory or less."
}

ensure_python() {
  if command -v python3 >/dev/null; then
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 8))' || fail "This server's python3 is older than 3.8, which rolls out releases. Install a newer one."
    return
  fi
  echo "installing python3"
  export DEBIAN_FRONTEND=noninteractive
  { apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -q update && apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -q -y --no-install-recommends install python3; } >/tmp/pulumi-lgtm-apt.log 2>&1 </dev/null || {
    tail -n 15 /tmp/pulumi-lgtm-apt.log >&2
    fail "python3 could not be installed; apt's last words are above. The server needs a way out to its distribution's archive, or python3 must be there already."
  }
  rm -f /tmp/pulumi-lgtm-apt.log
}

# put <mode> <path>: a file from stdin, in one step, only when it differs.
put() {
  mkdir -p "$(dirname "$2")"
  cat >"$2.new"
  chmod "$1" "$2.new"
  if cmp -s "$2.new" "$2"; then
    rm -f "$2.new"
  else
    mv -f "$2.new" "$2"
    changed="$changed $2"
  fi
  echo "$2" >>"$root/ssh/installed.new"
}

# What the server has of the engine before anything is installed: the removal leaves that alone.
remember_engine() {
  [ ! -e "$root/ssh/before" ] || return 0
  {
    ! command -v docker >/dev/null || echo engine
    [ ! -e /usr/libexec/docker/cli-plugins/docker-compose ] || echo plugin
    ! grep -qs '"live-restore"' /etc/docker/daemon.json || echo live-restore
  } >"$root/ssh/before.new"
  mv "$root/ssh/before.new" "$root/ssh/before"
}

main() {
  set -eu
  umask 022
  changed=
  check_system
  ensure_python
  mkdir -p "$root/ssh" "$root/store"
  remember_engine
  : >"$root/ssh/installed.new"
  put_files
  mv -f "$root/ssh/installed.new" "$root/ssh/installed"
  systemctl daemon-reload
  systemctl enable --quiet "$unit"
  case "$changed" in
    */stage0/* | */machine.json* | */systemd/*) systemctl restart "$unit" ;;
    *) systemctl start "$unit" ;;
  esac
  echo "prepared"
}
