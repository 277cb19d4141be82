// Package settings has the flags that several programs share.
package settings

import "strings"

// Database is the flag that names the database.
type Database struct {
	MySQLDSN string `name:"mysql-dsn" env:"MYSQL_DSN" required:"" placeholder:"DSN" help:"Database, as user:password@tcp(host:3306)/database."`
}

// Replicas is the flag that names the replicas of the database, which are only
// read. Without it there are none.
type Replicas struct {
	MySQLReplicaDSNs string `name:"mysql-replica-dsns" env:"MYSQL_REPLICA_DSNS" placeholder:"DSNS" help:"Replicas of the database, each of one server and in the form of --mysql-dsn, separated by spaces."`
}

// DSNs are those of the replicas, one by one.
func (r Replicas) DSNs() []string { return strings.Fields(r.MySQLReplicaDSNs) }
