package main

import (
	"fmt"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"creatorpay/db/replication"
	"creatorpay/settlement"
)

// replicasText shows how each replica is doing, and below the table what is wrong with it.
func replicasText(replicas []replication.State) string {
	if len(replicas) == 0 {
		return ""
	}
	out := newTable("Replica", "State", "Missing", "Behind")
	rightAligned(out, 3, 4)
	notes := ""
	for _, replica := range replicas {
		row := table.Row{replica.Replica, replicaState(replica), "", ""}
		if replica.Down == nil && replica.Incomparable == nil {
			row[2] = settlement.Number(replica.Missing)
		}
		if replica.Seconds != nil {
			row[3] = time.Duration(*replica.Seconds) * time.Second
		}
		out.AppendRow(row)
		for _, note := range replicaNotes(replica) {
			notes += fmt.Sprintf("%s: %s\n", replica.Replica, note)
		}
	}
	return "\n" + rendered(out) + notes
}

func replicaState(replica replication.State) string {
	switch {
	case replica.Down != nil:
		return "down"
	case replica.Hidden != nil:
		return "answers"
	case replica.Source == "":
		return "follows no server"
	case !replica.Receiving && !replica.Applying:
		return "neither receives nor applies"
	case !replica.Receiving:
		return "does not receive"
	case !replica.Applying:
		return "does not apply"
	default:
		return "follows " + replica.Source
	}
}

func replicaNotes(replica replication.State) (notes []string) {
	if replica.Down != nil {
		return []string{replica.Down.Error()}
	}
	if replica.LastError != "" {
		notes = append(notes, replica.LastError)
	}
	if replica.Stray > 0 {
		notes = append(notes, fmt.Sprintf("WARNING: it has %s that the primary does not have: make it anew", settlement.Count(int(replica.Stray), "transaction")))
	}
	if !replica.ReadOnly {
		notes = append(notes, "WARNING: it takes writes: SET PERSIST super_read_only = ON (MariaDB: SET GLOBAL read_only = ON, and in its my.cnf)")
	}
	for _, unknown := range []error{replica.Hidden, replica.Incomparable} {
		if unknown != nil {
			notes = append(notes, unknown.Error())
		}
	}
	return notes
}
