package v1

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/engine/export"
	"creatorpay/internal/dbtest"
	"creatorpay/settlement"
)

// rowsAreThoseOfTheExports holds each list of rows against the whole export: the rows of both creators are all there
// are, in its order and byte for byte.
func rowsAreThoseOfTheExports(t *testing.T, b *dbtest.Books, r *rig) {
	for _, period := range []settlement.Period{settlement.DailyPeriod(closedDay), settlement.DailyPeriod(closedDay - 1), closedDay.Week(), firstDay.Month()} {
		of := fmt.Sprintf("?period=%s&date=%s", period.Kind, period.Start)
		settled, adjusted, counted := []string{}, []string{}, []string{}
		for _, creator := range []int64{own, other} {
			address := fmt.Sprintf("/v1/creators/%d/", creator)
			settled = append(settled, rowsAt(t, r, address+"settlement"+of, "lines")...)
			adjusted = append(adjusted, rowsAt(t, r, address+"settlement"+of, "adjustments")...)
			counted = append(counted, rowsAt(t, r, address+"statistics"+of, "lines")...)
		}
		require.Equal(t, exportedRows(t, b, export.Settlement, period), settled, period)
		require.Equal(t, exportedRows(t, b, export.Adjustments, period), adjusted, period)
		require.Equal(t, exportedRows(t, b, export.Statistics, period), counted, period)
		require.Equal(t, exportedRows(t, b, export.Top5, period), rowsAt(t, r, "/v1/top5"+of, "lines"), period)
		require.Len(t, settled, 3)
	}
	require.NotEmpty(t, rowsAt(t, r, "/v1/creators/7/settlement?period=daily&date=2024-05-09", "adjustments"))

	history := []string{}
	for id, owner := range map[int64]int64{video: own, video + 1: own, 2001: other} {
		history = append(history, rowsAt(t, r, fmt.Sprintf("/v1/creators/%d/videos/%d/history?from=%s&to=%s", owner, id, firstDay, openDay), "lines")...)
	}
	days := []string{}
	for day := firstDay; day < openDay; day++ {
		days = append(days, exportedRows(t, b, export.Settlement, settlement.DailyPeriod(day))...)
	}
	require.ElementsMatch(t, days, history)
}

// rowsAt are the rows of a list of an answer.
func rowsAt(t *testing.T, r *rig, target, list string) []string {
	t.Helper()
	response := r.ask(http.MethodGet, target, "Authorization", "Bearer operator")
	require.Equal(t, http.StatusOK, response.Code, response.Body.String())
	var body map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(response.Body.Bytes(), &body))
	return rowsIn(t, body[list])
}

// exportedRows are all rows of an export.
func exportedRows(t *testing.T, b *dbtest.Books, what export.What, period settlement.Period) []string {
	t.Helper()
	var exported bytes.Buffer
	require.NoError(t, export.Write(t.Context(), &exported, b.DB, what, period, export.JSON))
	return rowsIn(t, exported.Bytes())
}

// rowsIn are the elements of an array in JSON.
func rowsIn(t *testing.T, array []byte) []string {
	t.Helper()
	var elements []json.RawMessage
	require.NoError(t, json.Unmarshal(array, &elements))
	found := []string{}
	for _, element := range elements {
		found = append(found, string(element))
	}
	return found
}
