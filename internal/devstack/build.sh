# shellcheck shell=sh disable=SC2154
# For scripts that source it: builds a server from a module of its own, and shows how far it is.

# build_server NAME PROGRAM BINARY [FLAG...] builds the program of the module in the current folder.
build_server() {
  name=$1 program=$2 binary=$3
  shift 3
  started=$(date +%s)
  echo "$tool: downloading the source of $name"
  log=$(mktemp)
  if ! stale=$(go list -deps -f '{{if .Stale}}{{.ImportPath}}{{end}}' "$@" "$program" 2>"$log"); then
    tail -n 15 "$log" >&2
    fail "the source of $name could not be downloaded; the output is in $log"
  fi
  total=$(echo "$stale" | wc -l)
  echo "$tool: building $name (once, some minutes)"
  show_build "$log" "$total" "$started" &
  # Under another name first: who is killed leaves nothing that looks whole.
  if ! go build -v -o "$binary.$$" "$@" "$program" 2>"$log"; then
    end_show_build
    tail -n 15 "$log" >&2
    fail "$name could not be built; the output is in $log"
  fi
  end_show_build
  mv "$binary.$$" "$binary"
  rm -f "$log"
  echo "$tool: built $name, $(elapsed "$started")"
}

# source_of tells what a server of the module in the current folder is built from, and not when: a fresh checkout
# has new files beside an old, cached program.
source_of() {
  { cat go.mod go.sum && go version; } | cksum
}

# Counts the packages that `go build -v` has named in the log, in a line that changes on a terminal and in one each half
# a minute elsewhere. The total is the most that it can be: some of what is stale turns out to be the same.
show_build() { # LOG TOTAL STARTED
  ticks=0
  while sleep 1 && kill -0 "$$"; do
    ticks=$((ticks + 1))
    count="$(wc -l <"$1") of at most $2 packages built, $(elapsed "$3")"
    if [ -t 1 ]; then
      printf '\r%s: %s ' "$tool" "$count"
    elif [ $((ticks % 30)) -eq 0 ]; then
      echo "$tool: $count"
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

fail() {
  echo "$tool: $*" >&2
  exit 1
}
