package devstack

// replication is how one kind of server replicates by GTID: flags, and the statements of root.
type replication struct {
	flags         []string // of primary and replicas alike: each can become the other
	begin         []string // on a copy of the primary's data: go on from there
	follow        string   // with the primary's port
	start, stop   string
	stopReceiving []string // what has been received is still applied
	promote       []string // when that is done
	position      string   // what the server has
	wait          string   // for a position: 0 when it is there, something else after a second without it
	status        string
	received      string // the column of status that says up to where
	monitor       string // the right to ask for status
}

// Each server can be killed at any time: what it has committed is in its log, and a replica fetches again what it had not applied.
var replicationFlags = []string{
	"--log-bin=binlog",
	"--binlog-format=ROW",
	"--sync-binlog=1",
	"--binlog-expire-logs-seconds=86400", // replicas are copied anew at each start
	"--relay-log=relay",
	"--relay-log-recovery=ON",
}

var mysqlReplication = replication{
	flags: append([]string{"--gtid-mode=ON", "--enforce-gtid-consistency=ON"}, replicationFlags...),
	follow: "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = %d, SOURCE_USER = 'root', " +
		"SOURCE_CONNECT_RETRY = 1, SOURCE_RETRY_COUNT = 86400, SOURCE_AUTO_POSITION = 1",
	start:         "START REPLICA",
	stop:          "STOP REPLICA",
	stopReceiving: []string{"STOP REPLICA IO_THREAD", "START REPLICA SQL_THREAD"},
	promote:       []string{"STOP REPLICA", "RESET REPLICA ALL", "SET GLOBAL super_read_only = OFF", "SET GLOBAL read_only = OFF"},
	position:      "SELECT @@GLOBAL.gtid_executed",
	wait:          "SELECT WAIT_FOR_EXECUTED_GTID_SET(?, 1)",
	status:        "SHOW REPLICA STATUS",
	received:      "Retrieved_Gtid_Set",
	monitor:       "REPLICATION CLIENT",
}

var mariaDBReplication = replication{
	flags: append([]string{"--gtid-strict-mode=ON", "--log-slave-updates=ON"}, replicationFlags...),
	begin: []string{"SET GLOBAL gtid_slave_pos = @@GLOBAL.gtid_binlog_pos"},
	follow: "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = %d, MASTER_USER = 'root', " +
		"MASTER_CONNECT_RETRY = 1, MASTER_USE_GTID = slave_pos",
	start:         "START SLAVE",
	stop:          "STOP SLAVE",
	stopReceiving: []string{"STOP SLAVE IO_THREAD", "START SLAVE SQL_THREAD"},
	promote:       []string{"STOP SLAVE", "RESET SLAVE ALL", "SET GLOBAL read_only = OFF"},
	position:      "SELECT @@GLOBAL.gtid_binlog_pos",
	wait:          "SELECT MASTER_GTID_WAIT(?, 1)",
	status:        "SHOW SLAVE STATUS",
	received:      "Gtid_IO_Pos",
	monitor:       "SLAVE MONITOR",
}

func (m *MySQL) replication() replication {
	if m.product == mariaDB {
		return mariaDBReplication
	}
	return mysqlReplication
}
