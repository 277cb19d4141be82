#!/bin/sh
# Makes this machine ready to build, run and test the project: `make setup`. Says nothing, and takes
# no time, when all is there. Installs packages on Debian and Ubuntu only, as root or with sudo.
set -eu
cd "$(dirname "$0")/../.."

fail() {
  echo "setup: $*" >&2
  exit 1
}

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

# Built in a module of its own, which pairs the command line's last version that builds from the module proxy with a
# newer SQLite driver: in the one it came with, a cancelled request could leave the server's only connection inside a
# transaction for ever.
install_temporal() (
  if has temporal; then return; fi
  binary=$PWD/.dev/bin/temporal
  program=github.com/temporalio/cli/cmd/temporal
  cd internal/devstack/temporal
  # What it was built from, and not when: a fresh checkout has new files beside an old, cached program.
  source=$({ cat go.mod go.sum && go version; } | cksum)
  if [ -x "$binary" ] && [ "$(cat "$binary.source" 2>/dev/null)" = "$source" ]; then return; fi

  export CGO_ENABLED=0 # it needs no C, and what Go has in its cache then suits any machine
  started=$(date +%s)
  echo "setup: downloading the source of the Temporal dev server"
  go mod download
  log=$(mktemp)
  total=$(go list -deps -f '{{if .Stale}}{{.ImportPath}}{{end}}' "$program" | wc -l)
  echo "setup: building the Temporal dev server into .dev/bin (once, some minutes)"
  show_build "$log" "$total" "$started" &
  if ! go build -v -o "$binary" "$program" 2>"$log"; then
    end_show_build
    tail -n 15 "$log" >&2
    fail "the Temporal dev server could not be built; the output is in $log"
  fi
  end_show_build
  rm -f "$log"
  echo "$source" >"$binary.source"
  echo "setup: built the Temporal dev server, $(elapsed "$started")"
)

# Counts the packages that `go build -v` has named in the log, in a line that changes on a terminal and in one each half
# a minute elsewhere. The total is the most that it can be: some of what is stale turns out to be the same.
show_build() { # LOG TOTAL STARTED
  ticks=0
  while sleep 1 && kill -0 "$$"; do
    ticks=$((ticks + 1))
    count="$(wc -l <"$1") of at most $2 packages built, $(elapsed "$3")"
    if [ -t 1 ]; then
      printf '\rsetup: %s ' "$count"
    elif [ $((ticks % 30)) -eq 0 ]; then
      echo "setup: $count"
    fi
  done 2>/dev/null
}

end_show_build() {
  kill "$!"
  if [ -t 1 ]; then echo; fi
}

elapsed() {
  echo "$(($(date +%s) - $1)) s"
}

check_go
install_packages
install_temporal
