package server

import (
	"testing"

	"github.com/stretchr/testify/require"
)

type (
	key struct {
		Day int `db:"day"`
	}
	line struct {
		key
		VideoID int64 `db:"video_id"`
		Notes   []string
		amount
	}
	amount struct {
		Amount int64 `db:"amount"`
	}
)

func TestColumnsOf_AreTheTagsInTheOrderOfTheirDeclaration(t *testing.T) {
	columns := ColumnsOf(line{})

	require.Equal(t, "day, video_id, amount", columns.List())
	require.Equal(t, ":day, :video_id, :amount", columns.Named())
	require.Equal(t, "day = :day, video_id = :video_id, amount = :amount", columns.Assigned())
	require.Equal(t, "COALESCE(SUM(amount), 0) AS amount", ColumnsOf(amount{}).Summed())
	require.Equal(t, "0, 0, 0", columns.Each("0"))
	require.Equal(t, "day > 0 OR video_id > 0 OR amount > 0", columns.Joined("%s > 0", " OR "))
}
