package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"

	"creatorpay/activities"
	"creatorpay/db"
	"creatorpay/db/audit"
	"creatorpay/db/daylog"
	"creatorpay/engine/importer"
	"creatorpay/engine/verify"
	"creatorpay/program/control"
	"creatorpay/settlement"
	"creatorpay/workflows"
)

const thursday = settlement.Day(19852) // 2024-05-09

// noon is shown as 12:00 wherever the test runs.
var noon = time.Date(2024, 5, 9, 12, 0, 0, 0, time.Local)

// requireText compares with a text that begins on a line of its own.
func requireText(t *testing.T, want, got string) {
	t.Helper()
	require.Equal(t, strings.TrimPrefix(want, "\n"), got)
}

func totals() settlement.Totals {
	return settlement.Totals{
		Statistics: settlement.Statistics{Views: 1234567, SelfViews: 2, RepeatViews: 31},
		Amounts:    settlement.Amounts{VideoAmount: 605000, AdAmount: 12},
	}
}

func TestAClosedPeriodSaysWhatItCameTo(t *testing.T) {
	requireText(t, `
2024-05-09 closed: 1,234,600 rows = 1,234,567 views + 2 self + 31 repeat; video amount ₩605,000, ad amount ₩12
`, closedText(workflows.PeriodResult{Period: settlement.DailyPeriod(thursday), Totals: totals()}))

	late := totals()
	late.LateRows, late.LateViews = 5, 4
	requireText(t, `
2024-W19 closed: 1,234,600 rows = 1,234,567 views + 2 self + 31 repeat; video amount ₩605,000, ad amount ₩12, 4 of 5 late views of earlier days counted in them
mails: 1,000 sent, 1 rejected, 0 unknown
`, closedText(workflows.PeriodResult{Period: thursday.Week(), Totals: late, Mails: activities.MailTotals{Sent: 1000, Rejected: 1}}))
}

// One way to watch a run serves all kinds of periods, since their results have the same fields.
func TestADaysResultIsReadAsThatOfAPeriod(t *testing.T) {
	day := workflows.DailyResult{Chunks: 3, Totals: totals(), Mismatches: []settlement.Mismatch{{Day: thursday, Expected: 1}}}
	payload, err := converter.GetDefaultDataConverter().ToPayload(day)
	require.NoError(t, err)
	var read workflows.PeriodResult
	require.NoError(t, converter.GetDefaultDataConverter().FromPayload(payload, &read))
	require.Equal(t, workflows.PeriodResult{Chunks: 3, Totals: totals(), Mismatches: day.Mismatches}, read)
}

func TestAnAlarmSaysWhereToLook(t *testing.T) {
	requireText(t, `
ALARM: 2024-05-09 has 9 rows, 10 counted and posted; nothing was adjusted: see starter verify --date 2024-05-09
ALARM: 2024-05-10 got 3 rows after it was dropped, which nobody has counted; nothing was adjusted: see Rows of dropped days in docs/operations.md
`, alarmText([]settlement.Mismatch{{Day: thursday, Expected: 10, Found: 9}, {Day: thursday + 1, Found: 3, Dropped: true}}))
}

func TestMailsOfAWeek(t *testing.T) {
	week := thursday.Week()
	requireText(t, `
┌───────────────────┬───────┐
│ Mails of 2024-W19 │ Count │
├───────────────────┼───────┤
│ pending           │     0 │
│ sending           │     0 │
│ sent              │ 1,200 │
│ rejected          │     1 │
│ unknown           │     0 │
└───────────────────┴───────┘
`, deliveriesText(week, map[string]int{db.DeliverySent: 1200, db.DeliveryRejected: 1}))
	requireText(t, `
┌─────────┬───────────────┬──────────┬──────────┬──────┬─────────────────────┬──────────────┐
│ Creator │ Address       │ State    │ Attempts │ Code │ Since               │ Why          │
├─────────┼───────────────┼──────────┼──────────┼──────┼─────────────────────┼──────────────┤
│      12 │ a@example.com │ rejected │        1 │  550 │ 2024-05-09 12:00:00 │ no such user │
└─────────┴───────────────┴──────────┴──────────┴──────┴─────────────────────┴──────────────┘
`, troublesText([]db.Delivery{
		{CreatorID: 12, Email: "a@example.com", State: db.DeliveryRejected, Attempts: 1, Code: 550, ChangedAt: noon, Detail: "no such user"},
	}))
	require.Equal(t, "2 mails not sent, and no run sends them: starter mail send --week 2024-W19\n", sendingText(week, 2, control.Sending{}))
	require.Equal(t, "1 mail not sent yet: mail:2024-W19 is at it\n", sendingText(week, 1, control.Sending{Running: true}))
	require.Equal(t, "1 mail not sent yet: mail:2024-W19 tries them at 2024-05-09 12:00:00; to try them now: starter mail send --week 2024-W19\n",
		sendingText(week, 1, control.Sending{Running: true, Next: noon}))
}

func TestAnImportSaysWhatBecameOfEachLine(t *testing.T) {
	requireText(t, `
┌───────────┬───────┬────────┬───────────────┬──────────┬─────────────────────────────┐
│ File      │ Lines │ Stored │ There already │ Rejected │ Reject file                 │
├───────────┼───────┼────────┼───────────────┼──────────┼─────────────────────────────┤
│ views.csv │ 1,500 │  1,400 │            99 │        1 │ /data/views.csv.rejects.csv │
└───────────┴───────┴────────┴───────────────┴──────────┴─────────────────────────────┘
1,500 lines in 1.2s
2 days got views, from 2024-05-09 to 2024-05-10
`, reportText(importer.Report{
		Views:   importer.FileReport{Path: "/data/views.csv", Lines: 1500, Stored: 1400, AlreadyThere: 99, Rejected: 1, Rejects: "/data/views.csv.rejects.csv"},
		Arrived: importer.Arrived{Days: []daylog.DayRows{{Day: thursday, Rows: 1000}, {Day: thursday + 1, Rows: 400}}},
	}, 1234*time.Millisecond))
	require.Empty(t, earlyText(importedViews, nil))
	require.Empty(t, lateText(importedViews, nil))
	requireText(t, `
WARNING: 3 views of 2 days (2024-05-09 to 2024-05-10) are stored but never paid: they lie before the first day in the book of runs, and ordinals run on from there. Only the end of the day before it is read, for repeats across midnight
`, earlyText(importedViews, []daylog.DayRows{{Day: thursday, Rows: 2}, {Day: thursday + 1, Rows: 1}}))
	requireText(t, `
3 views of 2 closed days (2024-04-29 to 2024-05-09) came late: the next daily run posts them as adjustments, unless it raises an alarm for their day
`, lateText(importedViews, []daylog.DayRows{{Day: thursday - 10, Rows: 2}, {Day: thursday, Rows: 1}}))
}

func TestTablesOfPartitionsPricesFeesAndTheAudit(t *testing.T) {
	requireText(t, `
┌────────────┬───────────┬──────────────┬─────┬────────┐
│        Day │ Partition │ Rows (about) │ MiB │ State  │
├────────────┼───────────┼──────────────┼─────┼────────┤
│ 2024-05-09 │ p20240509 │ 3,000,000    │ 300 │ closed │
│ 2024-05-10 │ p20240510 │ 0            │   0 │ open   │
└────────────┴───────────┴──────────────┴─────┴────────┘
`, partitionsText([]db.Partition{
		{Partition: daylog.Partition{Day: thursday, Rows: 3_000_000, Bytes: 300 << 20}, Closed: true},
		{Partition: daylog.Partition{Day: thursday + 1}},
	}))

	requireText(t, `
┌────────────┬───────────┬──────────────┬─────┬────────┬──────────────────┬─────┐
│        Day │ Partition │ Rows (about) │ MiB │ State  │ Payments (about) │ MiB │
├────────────┼───────────┼──────────────┼─────┼────────┼──────────────────┼─────┤
│ 2024-05-09 │ p20240509 │ 3            │   0 │ closed │                  │     │
│ 2024-05-10 │ p20240510 │ 0            │   0 │ open   │ 1,200            │   1 │
└────────────┴───────────┴──────────────┴─────┴────────┴──────────────────┴─────┘
`, partitionsText([]db.Partition{
		{Partition: daylog.Partition{Day: thursday, Rows: 3}, Closed: true},
		{Partition: daylog.Partition{Day: thursday + 1}, Payments: &daylog.Partition{Day: thursday + 1, Rows: 1200, Bytes: 1 << 20}},
	}))

	views, err := settlement.ParseTiers("1:1,100000:1.1")
	require.NoError(t, err)
	ads, err := settlement.ParseTiers("1:10")
	require.NoError(t, err)
	requireText(t, `
┌─────────┬────────────┬──────────┬──────────────┬─────┬───────────────────┐
│ Version │ Holds from │ Paid for │ From ordinal │ Won │ Days that used it │
├─────────┼────────────┼──────────┼──────────────┼─────┼───────────────────┤
│       1 │ 2024-05-09 │ views    │            1 │   1 │                 3 │
│       1 │ 2024-05-09 │ views    │      100,000 │ 1.1 │                 3 │
│       1 │ 2024-05-09 │ ad views │            1 │  10 │                 3 │
└─────────┴────────────┴──────────┴──────────────┴─────┴───────────────────┘
`, pricesText([]db.RuleVersion[settlement.PriceRule]{{Rule: settlement.PriceRule{Version: 1, HoldsFrom: thursday, Views: views, AdViews: ads}, Days: 3}}))

	fees, err := settlement.ParseFees("card:3%+100,transfer:1.5%+200")
	require.NoError(t, err)
	requireText(t, `
┌─────────┬────────────┬───────────────────┬─────────────┬───────────────────┐
│ Version │ Holds from │ Fee               │ At a refund │ Days that used it │
├─────────┼────────────┼───────────────────┼─────────────┼───────────────────┤
│       1 │ 2024-05-09 │ card:3%+100       │ given back  │                 3 │
│       1 │ 2024-05-09 │ transfer:1.5%+200 │ given back  │                 3 │
│       2 │ 2024-05-10 │ card:3%+100       │ kept        │                 0 │
└─────────┴────────────┴───────────────────┴─────────────┴───────────────────┘
`, feesText([]db.RuleVersion[settlement.FeeRule]{
		{Rule: settlement.FeeRule{Version: 1, HoldsFrom: thursday, Methods: fees}, Days: 3},
		{Rule: settlement.FeeRule{Version: 2, HoldsFrom: thursday + 1, Methods: fees[:1], KeptAtRefund: true}},
	}))

	week, day := thursday.Week(), settlement.DailyPeriod(thursday)
	text, broken := auditText([]audit.Result{
		{Invariant: audit.Invariant{Name: "plans", Meaning: "every video is planned"}, Took: 12 * time.Millisecond, Notes: []string{"2024-05-01 was dropped"}},
		{Invariant: audit.Invariant{Name: "sums", Meaning: "weeks are sums", Remedy: "restore it", Subject: audit.Figures}, Findings: []audit.Finding{{Period: week, Where: "2024-W19", Problem: "1 is not 2"}}, More: 1},
		{Invariant: audit.Invariant{Name: "rows", Meaning: "every row is there", Remedy: "put it back", Subject: audit.Logs}, Findings: []audit.Finding{{Period: day, Where: "2024-05-09", Problem: "1 missing"}}},
		{Invariant: audit.Invariant{Name: "mails", Meaning: "each is sent once", Remedy: "find it", Subject: audit.Mails}, Findings: []audit.Finding{{Period: week, Where: "2024-W19, creator 1", Problem: "none"}}},
		{Invariant: audit.Invariant{Name: "dropped days", Meaning: "no rows", Remedy: "move them", Subject: audit.DroppedDays}, Findings: []audit.Finding{{Period: day, Where: "2024-05-09", Problem: "1 payment row"}}},
		{Invariant: audit.Invariant{Name: "chain", Meaning: "no gap", Remedy: "find a backup"}, Findings: []audit.Finding{{Period: day, Where: "2024-05-09", Problem: "not closed"}}},
	})
	require.Equal(t, 5, broken)
	requireText(t, `
┌──────────────┬────────────────────────┬──────────┬──────┐
│ Invariant    │ What it means          │ Result   │ Took │
├──────────────┼────────────────────────┼──────────┼──────┤
│ plans        │ every video is planned │ holds    │ 12ms │
│ sums         │ weeks are sums         │ 2 broken │   0s │
│ rows         │ every row is there     │ 1 broken │   0s │
│ mails        │ each is sent once      │ 1 broken │   0s │
│ dropped days │ no rows                │ 1 broken │   0s │
│ chain        │ no gap                 │ 1 broken │   0s │
└──────────────┴────────────────────────┴──────────┴──────┘
2024-05-01 was dropped

sums: weeks are sums
  2024-W19: 1 is not 2
  and 1 more
  What to do: restore it.
  To recompute a day and compare it: starter verify --date 2024-05-12

rows: every row is there
  2024-05-09: 1 missing
  What to do: put it back.
  To recompute a day and compare it: starter verify --date 2024-05-09
  To put its rows back: starter rows restore --date 2024-05-09 --backup NAME

mails: each is sent once
  2024-W19, creator 1: none
  What to do: find it.
  To see a week's mails: starter mail status --week 2024-W19

dropped days: no rows
  2024-05-09: 1 payment row
  What to do: move them.
  To move rows into a file: starter rows take -o FILE
  To move payment rows into a file: starter rows take --payments -o FILE

chain: no gap
  2024-05-09: not closed
  What to do: find a backup.
`, text)
}

func TestAVerifiedDaySaysSo(t *testing.T) {
	rows := verify.Rows{Chunk: db.Chunk{Number: 1}}
	requireText(t, `
2024-05-09: what is stored is what the logs give; no difference
`, verificationText(thursday, verify.Report{Chunks: []verify.Rows{rows}}))

	rows.Late.Unposted = 2
	requireText(t, `
┌───────┬────────────┬─────────┬───────┬──────────────────┬──────────────────┬──────────────────────────────────┐
│ Chunk │ Videos     │ Counted │ Found │         Checksum │     Checksum now │ What happened                    │
├───────┼────────────┼─────────┼───────┼──────────────────┼──────────────────┼──────────────────────────────────┤
│     1 │ all videos │       0 │     0 │ 0000000000000000 │ 0000000000000000 │ 2 rows came late, not posted yet │
└───────┴────────────┴─────────┴───────┴──────────────────┴──────────────────┴──────────────────────────────────┘
2024-05-09: 2 rows came late: the next daily run posts them, unless it raises an alarm for the day
2024-05-09: what is stored is what the logs give; no difference
`, verificationText(thursday, verify.Report{Chunks: []verify.Rows{rows}}))
	require.Empty(t, verificationProblems(verify.Report{Chunks: []verify.Rows{rows}}))
}

func TestADayWithDifferencesNamesChunksAndFigures(t *testing.T) {
	found := verify.Report{
		Chunks:      []verify.Rows{{Chunk: db.Chunk{Number: 1, Checksum: 0xabc, Totals: totals()}, Found: 1234599, Checksum: 0xdef}},
		Differences: []verify.Difference{{Of: "video 10", Figure: "video amount", Stored: "₩10", Recomputed: "₩9"}},
	}

	requireText(t, `
┌───────┬────────────┬───────────┬───────────┬──────────────────┬──────────────────┬───────────────┐
│ Chunk │ Videos     │   Counted │     Found │         Checksum │     Checksum now │ What happened │
├───────┼────────────┼───────────┼───────────┼──────────────────┼──────────────────┼───────────────┤
│     1 │ all videos │ 1,234,600 │ 1,234,599 │ 0000000000000abc │ 0000000000000def │ 1 row missing │
└───────┴────────────┴───────────┴───────────┴──────────────────┴──────────────────┴───────────────┘
┌──────────┬──────────────┬────────┬────────────┐
│ Of       │ Figure       │ Stored │ Recomputed │
├──────────┼──────────────┼────────┼────────────┤
│ video 10 │ video amount │    ₩10 │         ₩9 │
└──────────┴──────────────┴────────┴────────────┘
`, verificationText(thursday, found))
	require.Equal(t, []string{
		"1 chunk with other rows in the logs than were counted",
		"1 difference between what is stored and what the logs give",
	}, verificationProblems(found))
}

func TestClosedTextTellsPaymentsOnlyWhereThereAreSome(t *testing.T) {
	sold := totals()
	sold.PaymentFigures = settlement.PaymentFigures{Payments: 1, Refunds: 2, Pending: 3, Cancelled: 4, Repeats: 5, Gross: -1_000, Fee: -30, Net: -970}
	require.Contains(t, closedText(workflows.PeriodResult{Totals: sold}),
		"; 15 payment rows = 1 payment + 2 refunds + 3 pending + 4 cancelled + 5 repeat, gross -₩1,000, fee -₩30, net -₩970\n")
	require.NotContains(t, closedText(workflows.PeriodResult{Totals: totals()}), "payment")
}
