#!/bin/sh
# Makes this machine ready to build, run and test the project: `make setup`. Says nothing, and takes
# no time, when all is there. Installs packages on Debian and Ubuntu only, as root or with sudo.
set -eu
cd "$(dirname "$0")/../.."
tool=setup
# shellcheck source=internal/devstack/build.sh
. internal/devstack/build.sh

has() {
  command -v "$1" >/dev/null 2>&1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

check_go() {
  wanted=$(sed -n 's/^go //p' go.mod)
  has go || fail "Go is not on the PATH; install Go $wanted or later, see https://go.dev/doc/install"
  go list -m >/dev/null 2>&1 || fail "Go $wanted or later is needed, this is $(go version)"
}

# The places beyond the PATH are those where mysql_program.go looks, too.
has_mysql() (
  [ -n "${MYSQLD:-}" ] && return
  PATH=$PATH:/usr/sbin:/usr/local/sbin:/usr/libexec:/usr/local/mysql/bin
  for prefix in /opt/homebrew /usr/local; do
    PATH=$PATH:$prefix/bin:$prefix/opt/mysql/bin:$prefix/opt/mysql@8.4/bin:$prefix/opt/mariadb/bin
  done
  server=$(command -v mysqld || command -v mariadbd) || return
  case $("$server" --version) in
    *MariaDB*) has mariadb-install-db && has my_print_defaults ;;
  esac
)

has_c_compiler() { # for the race detector
  has "${CC:-gcc}" || has cc
}

install_packages() {
  packages=
  # MariaDB's mariadb-install-db does not work without my_print_defaults, which is packaged with the client.
  has_mysql || packages="$packages default-mysql-server-core default-mysql-client-core"
  has_c_compiler || packages="$packages gcc libc6-dev"
  [ -n "$packages" ] || return 0

  has apt-get || fail "install a MySQL (8.4 or later) or MariaDB (10.11 or later) server and a C compiler; on a Mac: brew install mysql && xcode-select --install"
  echo "setup: installing$packages"
  log=$(mktemp)
  # shellcheck disable=SC2086 # a list of words
  if ! { as_root apt-get update && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages; } >"$log" 2>&1 </dev/null; then
    tail -n 15 "$log" >&2
    fail "apt could not install$packages; its output is in $log"
  fi
  rm -f "$log"
}

# Built in a module of its own, which pairs the command line's last version that builds as a Go module with a
# newer SQLite driver: in the one it came with, a cancelled request could leave the server's only connection inside a
# transaction for ever.
install_temporal() (
  if has temporal; then return; fi
  binary=$PWD/.dev/bin/temporal
  cd internal/devstack/temporal
  export CGO_ENABLED=0 # it needs no C, and what Go has in its cache then suits any machine
  source=$(source_of)
  if [ -x "$binary" ] && [ "$(cat "$binary.source" 2>/dev/null)" = "$source" ]; then return; fi
  build_server "the Temporal dev server" github.com/temporalio/cli/cmd/temporal "$binary"
  echo "$source" >"$binary.source"
)

check_go
install_packages
install_temporal
