package audit

import (
	"fmt"
	"strings"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// The columns of the groups of figures.
var (
	statisticsColumns     = server.ColumnsOf(settlement.Statistics{})
	lateStatisticsColumns = server.ColumnsOf(settlement.LateStatistics{})
	amountColumns         = server.ColumnsOf(settlement.Amounts{})
	paymentColumns        = server.ColumnsOf(settlement.PaymentFigures{})
	rolledUpColumns       = server.ColumnsOf(settlement.RolledUp{})
)

// sums is the sum of each column, by its name.
func sums(columns server.Columns) string { return columns.Each("SUM(%s) AS %s") }

// anySum is the condition that the sum of some column is not 0.
func anySum(columns server.Columns) string {
	return "(" + columns.Joined("SUM(%s) <> 0", " OR ") + ")"
}

// zeros stand for the columns in lines that have none of their figures.
func zeros(columns server.Columns) string { return columns.Each("0") }

// excess says by how much the figures exceed those of what they should be the
// sum of, and is empty where they do not.
func excess(figures []settlement.Figure, of string) string {
	var problems []string
	for _, figure := range figures {
		switch {
		case figure.Value > 0:
			problems = append(problems, fmt.Sprintf("%s: %d more than in %s", figure.Name, figure.Value, of))
		case figure.Value < 0:
			problems = append(problems, fmt.Sprintf("%s: %d fewer than in %s", figure.Name, -figure.Value, of))
		}
	}
	return strings.Join(problems, "; ")
}
