// Package failover kills the server that takes the writes in the middle of a daily
// run, on each kind of replication that the runbook describes, and holds what was
// settled before and after against the oracle: MySQL or MariaDB with
// semi-synchronous replicas, MySQL's Group Replication, and a Galera cluster with
// one writing node. Each has three servers behind one address, as behind a balancer.
package failover
