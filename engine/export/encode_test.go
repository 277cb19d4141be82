package export

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

const day = settlement.Day(19852) // 2024-05-09

// handOver reads the rows from nowhere.
func handOver[T any](rows ...T) func(context.Context, func(T) error) error {
	return func(_ context.Context, each func(T) error) error {
		for _, row := range rows {
			if err := each(row); err != nil {
				return err
			}
		}
		return nil
	}
}

// written is what both formats make of the rows.
func written[T any](t *testing.T, rows ...T) (csv, json string) {
	t.Helper()
	var asCSV, asJSON bytes.Buffer
	require.NoError(t, write(t.Context(), &asCSV, CSV, handOver(rows...)))
	require.NoError(t, write(t.Context(), &asJSON, JSON, handOver(rows...)))
	return asCSV.String(), asJSON.String()
}

// The columns are a contract with whoever reads exports.
//
//nolint:testifylint // what readers rely on is compared byte for byte, JSON too
func TestColumnsAreThoseThatReadersRelyOn(t *testing.T) {
	of, earned := Head{settlement.Daily, day}, settlement.Earnings{
		VideoOrdinals: settlement.VideoOrdinals{ViewsFrom: 1, ViewsTo: 2, AdViewsFrom: 3, AdViewsTo: 4},
		Amounts:       settlement.Amounts{VideoAmount: 1234567, AdAmount: 21},
	}
	figures := settlement.Statistics{Views: 11, SelfViews: 12, RepeatViews: 13, PlayedSeconds: 14, AdViews: 15}

	csv, json := written(t, StatisticsRow{of, 5, 6, figures})
	require.Equal(t, "period,start,video_id,creator_id,views,self_views,repeat_views,played_seconds,ad_views\n"+
		"daily,2024-05-09,5,6,11,12,13,14,15\n", csv)
	require.Equal(t, "[\n"+`{"period":"daily","start":"2024-05-09","video_id":5,"creator_id":6,"views":11,"self_views":12,"repeat_views":13,"played_seconds":14,"ad_views":15}`+"\n]\n", json)

	csv, json = written(t, SettlementRow{of, 6, 5, earned})
	require.Equal(t, "period,start,creator_id,video_id,views_from,views_to,ad_views_from,ad_views_to,video_amount,ad_amount\n"+
		"daily,2024-05-09,6,5,1,2,3,4,1234567,21\n", csv)
	require.Equal(t, "[\n"+`{"period":"daily","start":"2024-05-09","creator_id":6,"video_id":5,"views_from":1,"views_to":2,"ad_views_from":3,"ad_views_to":4,"video_amount":1234567,"ad_amount":21}`+"\n]\n", json)

	csv, json = written(t, AdjustmentRow{of, 6, 5, day - 1, day, figures, earned})
	require.Equal(t, "period,start,creator_id,video_id,watched_on,posted_on,views,self_views,repeat_views,played_seconds,ad_views,"+
		"views_from,views_to,ad_views_from,ad_views_to,video_amount,ad_amount\n"+
		"daily,2024-05-09,6,5,2024-05-08,2024-05-09,11,12,13,14,15,1,2,3,4,1234567,21\n", csv)
	require.Contains(t, json, `"watched_on":"2024-05-08","posted_on":"2024-05-09","views":11,`)

	csv, json = written(t, PaymentRow{of, 6, 5, settlement.PaymentFigures{
		Payments: 1, Refunds: 2, Pending: 3, Cancelled: 4, Repeats: 0, Gross: -1234567, Fee: -21, Net: -1234546,
	}})
	require.Equal(t, "period,start,creator_id,video_id,payments,refunds,pending,cancelled,repeats,gross,fee,net\n"+
		"daily,2024-05-09,6,5,1,2,3,4,0,-1234567,-21,-1234546\n", csv)
	require.Equal(t, "[\n"+`{"period":"daily","start":"2024-05-09","creator_id":6,"video_id":5,"payments":1,"refunds":2,"pending":3,"cancelled":4,"repeats":0,"gross":-1234567,"fee":-21,"net":-1234546}`+"\n]\n", json)

	csv, json = written(t, PaymentAdjustmentRow{of, 6, 5, day - 1, day, settlement.PaymentFigures{
		Payments: 1, Refunds: 2, Pending: 3, Cancelled: 4, Repeats: 0, Gross: -1234567, Fee: -21, Net: -1234546,
	}})
	require.Equal(t, "period,start,creator_id,video_id,paid_on,posted_on,payments,refunds,pending,cancelled,repeats,gross,fee,net\n"+
		"daily,2024-05-09,6,5,2024-05-08,2024-05-09,1,2,3,4,0,-1234567,-21,-1234546\n", csv)
	require.Contains(t, json, `"creator_id":6,"video_id":5,"paid_on":"2024-05-08","posted_on":"2024-05-09","payments":1,`)

	csv, json = written(t, PayoutRow{HeadOf(day.Week()), 6, earned.Amounts, -34, 1234554, settlement.Payout{BroughtForward: -54, Payable: 1234500}})
	require.Equal(t, "period,start,creator_id,video_amount,ad_amount,net,amount,brought_forward,payable,carried_forward\n"+
		"weekly,2024-05-06,6,1234567,21,-34,1234554,-54,1234500,0\n", csv)
	require.Equal(t, "[\n"+`{"period":"weekly","start":"2024-05-06","creator_id":6,"video_amount":1234567,"ad_amount":21,"net":-34,"amount":1234554,"brought_forward":-54,"payable":1234500,"carried_forward":0}`+"\n]\n", json)

	csv, json = written(t, TopRow{of, "views", 1, 5, "Cats", 9}, TopRow{of, "views", 2, 7, "Dogs", 8})
	require.Equal(t, "period,start,metric,rank,video_id,title,value\ndaily,2024-05-09,views,1,5,Cats,9\ndaily,2024-05-09,views,2,7,Dogs,8\n", csv)
	require.Equal(t, "[\n"+`{"period":"daily","start":"2024-05-09","metric":"views","rank":1,"video_id":5,"title":"Cats","value":9}`+",\n"+
		`{"period":"daily","start":"2024-05-09","metric":"views","rank":2,"video_id":7,"title":"Dogs","value":8}`+"\n]\n", json)
}

//nolint:testifylint // as above
func TestNothingIsAHeaderOrAnEmptyArray(t *testing.T) {
	csv, json := written[TopRow](t)
	require.Equal(t, "period,start,metric,rank,video_id,title,value\n", csv)
	require.Equal(t, "[\n]\n", json)
}

func TestATitleIsNoFormulaInCSVAndExactInJSON(t *testing.T) {
	const title = `=HYPERLINK("https://example.com")`
	asCSV, asJSON := written(t, TopRow{Head{settlement.Daily, day}, "views", 1, 5, title, -5})

	records, err := csv.NewReader(bytes.NewBufferString(asCSV)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"daily", "2024-05-09", "views", "1", "5", "'" + title, "-5"}, records[1], "figures stay figures")

	var rows []TopRow
	require.NoError(t, json.Unmarshal([]byte(asJSON), &rows))
	require.Equal(t, title, rows[0].Title)
}

// onlySome takes so many bytes.
type onlySome int

var errFull = errors.New("no space left")

func (w *onlySome) Write(data []byte) (int, error) {
	if *w -= onlySome(len(data)); *w < 0 {
		return 0, errFull
	}
	return len(data), nil
}

func TestWritingEndsWithTheRowThatCannotBeWritten(t *testing.T) {
	for _, format := range []Format{CSV, JSON} {
		t.Run(string(format), func(t *testing.T) {
			space, read := onlySome(100_000), 0
			err := write(t.Context(), &space, format, func(_ context.Context, each func(TopRow) error) error {
				for {
					read++
					if err := each(TopRow{}); err != nil {
						return err
					}
				}
			})
			require.ErrorIs(t, err, errFull)
			require.Less(t, read, 10_000, "rows are written as they are read")
		})
	}
}
