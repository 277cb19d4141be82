#!/bin/sh
# Builds TiDB's server for the tests, unless this user has it already, and prints its path: MYSQLD=$(internal/devstack/tidb.sh).
# It takes ten minutes, so it is kept outside of the checkout. Its Go is a module of its own, which pins it.
set -eu
cd "$(dirname "$0")/tidb"
tool=tidb
# shellcheck source=internal/devstack/build.sh
. ../build.sh

program=github.com/pingcap/tidb/cmd/tidb-server
commit=$(sed -n 's|^\tgithub.com/pingcap/tidb v.*-\([0-9a-f]*\) .*|\1|p' go.mod)
# The version that it tells: without one it would say that it is a placeholder.
set -- -tags codes -ldflags "-X github.com/pingcap/tidb/pkg/parser/mysql.TiDBReleaseVersion=v9.0.0-master-$commit"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/creatorpay
source=$(source_of)
binary=$cache/tidb-server-${source%% *}
mkdir -p "$cache"
[ -x "$binary" ] || build_server "TiDB's server" "$program" "$binary" "$@" >&2
echo "$binary"
