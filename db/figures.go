package db

import (
	"slices"
	"strings"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// The columns of the groups of figures.
var (
	statisticsColumns     = server.ColumnsOf(settlement.Statistics{})
	lateColumns           = server.ColumnsOf(settlement.Late{})
	lateStatisticsColumns = server.ColumnsOf(settlement.LateStatistics{})
	ordinalColumns        = server.ColumnsOf(settlement.VideoOrdinals{})
	earningsColumns       = server.ColumnsOf(settlement.Earnings{})
	amountColumns         = server.ColumnsOf(settlement.Amounts{})
	paymentColumns        = server.ColumnsOf(settlement.PaymentFigures{})
	totalsColumns         = server.ColumnsOf(settlement.Totals{})
	rolledUpColumns       = server.ColumnsOf(settlement.RolledUp{})
)

// AdjustedColumns are the columns of the adjustments that add up to
// [settlement.LateStatistics], in the order of these.
var AdjustedColumns = adjustedColumns()

func adjustedColumns() server.Columns {
	columns := slices.Clone(lateStatisticsColumns)
	for i, column := range columns {
		columns[i] = strings.TrimPrefix(column, "late_")
	}
	return columns
}

// RowsOfLine is [settlement.Statistics.Rows] of a line in the database.
const RowsOfLine = "views + self_views + repeat_views"

// PaymentRowsOfLine is [settlement.PaymentFigures.Rows] of a line in the database.
const PaymentRowsOfLine = "payments + refunds + pending + cancelled + repeats"
