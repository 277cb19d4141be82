// Package failover kills the server that takes the writes in the middle of a daily
// run, and holds what was settled before and after against the oracle: with
// semi-synchronous replicas of MySQL or MariaDB, with MySQL's Group Replication, and
// with a Galera cluster of MariaDB. Each has three servers behind one address, as behind
// a balancer.
package failover
