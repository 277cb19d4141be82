package activities

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"creatorpay/db"
	"creatorpay/engine/mailer"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/inbox"
	"creatorpay/settlement"
)

func TestEveryMailCarriesItsStatement(t *testing.T) {
	m := openMailRig(t, 3)

	require.NoError(t, m.send())

	mails, err := m.inbox.Mails()
	require.NoError(t, err)
	require.Len(t, mails, 3)
	statements, err := m.DB.Statements(t.Context(), week, settlement.AllCreators)
	require.NoError(t, err)
	for i, mail := range mails {
		creator := int64(i + 1)
		require.Equal(t, dbtest.Address(creator), mail.To)
		require.Equal(t, fmt.Sprintf("statement.2024-W19-%d.1@creatorpay.example", creator), mail.MessageID)
		require.Equal(t, []string{statements[i].PayoutSHA256, statements[i].TopSHA256}, m.attachedHashes(mail.Path))
		require.Equal(t, "help@creatorpay.example", statements[i].Contact)
	}
	require.Equal(t, map[int64]string{1: db.DeliverySent, 2: db.DeliverySent, 3: db.DeliverySent}, m.states())
}

func TestR12_AMailIsSentOnce(t *testing.T) {
	m := openMailRig(t, 3)
	for range 2 {
		require.NoError(t, m.send())
		require.Equal(t, []string{dbtest.Address(1), dbtest.Address(2), dbtest.Address(3)}, m.received())
	}
}

func TestOnlyMailsOfTheBatchAreSent(t *testing.T) {
	m := openMailRig(t, 4)
	_, err := run[any](m.bundle, m.mailing.SendMails, SendMailsInput{Week: week, Creators: settlement.Creators{First: 2, Last: 3}})
	require.NoError(t, err)
	require.Equal(t, []string{dbtest.Address(2), dbtest.Address(3)}, m.received())
}

func TestAMailThatIsRefusedForNowWaitsForTheNextPass(t *testing.T) {
	m := openMailRig(t, 3)
	m.inbox.Misbehave(dbtest.Address(1), inbox.RefuseForNow, 1)

	require.NoError(t, m.send(), "the batch ends and gives its place to others")

	require.Equal(t, []string{dbtest.Address(2), dbtest.Address(3)}, m.received(), "the others are sent meanwhile")
	require.Equal(t, map[int64]string{1: db.DeliveryPending, 2: db.DeliverySent, 3: db.DeliverySent}, m.states())
	require.Equal(t, 450, m.deliveries()[1].Code)
	require.Contains(t, m.deliveries()[1].Detail, "Greylisted")
	require.Equal(t, CountMailsResult{MailTotals: MailTotals{Sent: 2}, Deferred: []DeferredMails{{Code: 450, Count: 1}}}, m.count())

	require.NoError(t, m.send())
	require.Equal(t, []string{dbtest.Address(2), dbtest.Address(3), dbtest.Address(1)}, m.received())
	require.Equal(t, CountMailsResult{MailTotals: MailTotals{Sent: 3}}, m.count())
}

func TestFullMailboxesDoNotKeepOtherMailsFromBeingSentInTheFirstPass(t *testing.T) {
	m := openMailRig(t, 54)
	for creator := range int64(4) {
		m.inbox.Misbehave(dbtest.Address(creator+1), inbox.FullMailbox, -1)
	}

	require.NoError(t, m.send())

	require.Len(t, m.received(), 50)
	require.Equal(t, CountMailsResult{MailTotals: MailTotals{Sent: 50}, Deferred: []DeferredMails{{Code: 452, Count: 4}}}, m.count())
}

func TestAWorkerThatIsToldToStopHandsTheRestOfItsBatchBack(t *testing.T) {
	m := openMailRig(t, 3)
	stop := make(chan struct{})
	m.env.SetWorkerStopChannel(stop)
	m.serve(&mailServer{onMail: func() error { close(stop); return nil }})

	err := m.send()

	requireType(t, TypeHandedBack, err)
	var application *temporal.ApplicationError
	require.ErrorAs(t, err, &application)
	require.False(t, application.NonRetryable())
	require.Equal(t, time.Millisecond, application.NextRetryDelay(), "another worker goes on at once")
	require.Equal(t, map[int64]string{1: db.DeliverySent, 2: db.DeliveryPending, 3: db.DeliveryPending}, m.states())
	require.Zero(t, m.deliveries()[2].Attempts)
}

func TestAWorkerThatIsToldToStopWhileAMailWaitsForItsTurnBeginsNone(t *testing.T) {
	m := openMailRig(t, 2)
	stop := make(chan struct{})
	m.env.SetWorkerStopChannel(stop)
	m.mailing.Interval = time.Hour
	m.mailing.after = func(wait time.Duration) <-chan time.Time {
		if wait > time.Minute { // the second mail's
			close(stop)
			return nil
		}
		return time.After(wait)
	}

	requireType(t, TypeHandedBack, m.send())

	require.Equal(t, map[int64]string{1: db.DeliverySent, 2: db.DeliveryPending}, m.states())
	require.Zero(t, m.deliveries()[2].Attempts)
}

// The interval is so long that the time which the test takes does not matter.
func TestEachMailWaitsForItsTurn(t *testing.T) {
	m := openMailRig(t, 3)
	var waits []time.Duration
	m.mailing.Interval = time.Hour
	m.mailing.after = func(wait time.Duration) <-chan time.Time {
		waits = append(waits, wait.Round(time.Hour))
		over := make(chan time.Time, 1)
		over <- time.Time{}
		return over
	}

	require.NoError(t, m.send())

	require.Equal(t, []time.Duration{0, time.Hour, 2 * time.Hour}, waits)
	require.Len(t, m.received(), 3)
}

// A mail server that hangs up meanwhile is noticed by the mail only.
func TestAConnectionIsNotKeptThroughALongWait(t *testing.T) {
	for interval, connections := range map[time.Duration]int32{time.Millisecond: 1, time.Hour: 3} {
		m := openMailRig(t, 3)
		server := &mailServer{}
		m.serve(server)
		m.mailing.Interval = interval
		m.mailing.after = func(time.Duration) <-chan time.Time {
			over := make(chan time.Time, 1)
			over <- time.Time{}
			return over
		}

		require.NoError(t, m.send())

		require.Equal(t, connections, server.sessions.Load(), interval)
		require.Equal(t, map[int64]string{1: db.DeliverySent, 2: db.DeliverySent, 3: db.DeliverySent}, m.states())
	}
}

func TestR12_AMailWhoseClaimWasLostWhileItWasSentIsUnknown(t *testing.T) {
	m := openMailRig(t, 2)
	var once sync.Once
	m.serve(&mailServer{onMail: func() error {
		once.Do(func() {
			m.Exec(`UPDATE deliveries SET state = 'pending', claim = '', attempts = 0 WHERE creator_id = 1`)
		})
		return nil
	}})

	require.ErrorContains(t, m.send(), "mail of 2024-W19 to creator 1: the database does not have the claim with which it was sent")
	require.NoError(t, m.send(), "the next attempt goes on with the others")

	require.Equal(t, map[int64]string{1: db.DeliveryUnknown, 2: db.DeliverySent}, m.states())
}

// Otherwise a mail whose claim the database lost in a later pass would look as if the
// claim of the first one were still there, and would be sent again.
func TestR12_EachAttemptAndEachPassHasAClaimOfItsOwn(t *testing.T) {
	first := activity.Info{WorkflowExecution: workflow.Execution{RunID: "run"}, ActivityID: "mail-1", ScheduledTime: time.Unix(100, 0), Attempt: 1}
	attempt, pass := first, first
	attempt.Attempt++
	pass.ScheduledTime = pass.ScheduledTime.Add(time.Millisecond)

	require.NotEqual(t, claimOf(first), claimOf(attempt))
	require.NotEqual(t, claimOf(first), claimOf(pass))
}

func TestAMailToACreatorWhoIsNotInTheCatalogueIsRejectedByName(t *testing.T) {
	m := openMailRig(t, 2)
	m.Exec(`DELETE FROM videos WHERE creator_id = 1`)
	m.Exec(`DELETE FROM creators WHERE creator_id = 1`)

	require.NoError(t, m.send())

	require.Equal(t, map[int64]string{1: db.DeliveryRejected, 2: db.DeliverySent}, m.states())
	require.Equal(t, "not sent: creator 1 is not in the catalogue", m.deliveries()[1].Detail)
}

func TestAMailWithoutAStatementIsRejectedByName(t *testing.T) {
	m := openMailRig(t, 2)
	m.Exec(`DELETE FROM statements WHERE creator_id = 1`)

	require.NoError(t, m.send())

	require.Equal(t, map[int64]string{1: db.DeliveryRejected, 2: db.DeliverySent}, m.states())
	require.Equal(t, "not sent: creator 1 has no statement for 2024-W19", m.deliveries()[1].Detail)
}

func TestAMailThatIsRefusedForGoodDoesNotStopTheOthers(t *testing.T) {
	m := openMailRig(t, 3)
	m.inbox.Misbehave(dbtest.Address(1), inbox.Refuse, -1)
	m.inbox.Misbehave(dbtest.Address(2), inbox.RefuseContent, -1)

	require.NoError(t, m.send())

	require.Equal(t, []string{dbtest.Address(3)}, m.received())
	require.Equal(t, map[int64]string{1: db.DeliveryRejected, 2: db.DeliveryRejected, 3: db.DeliverySent}, m.states())
	require.Equal(t, 550, m.deliveries()[1].Code)
	require.Equal(t, 554, m.deliveries()[2].Code)
}

func TestAMailToAnAddressThatCannotBeIsRejected(t *testing.T) {
	m := openMailRig(t, 2)
	require.NoError(t, m.DB.PutCreators(t.Context(), []db.Creator{{ID: 1, Name: "n", Email: "nobody", Locale: "ko"}}))
	require.NoError(t, m.send())
	require.Equal(t, map[int64]string{1: db.DeliveryRejected, 2: db.DeliverySent}, m.states())
}

func TestR12_AMailWhoseFateIsUnknownIsNotSentAgain(t *testing.T) {
	for name, test := range map[string]struct {
		fault    inbox.Fault
		received []string
	}{
		"the server has it":     {inbox.CutStored, []string{dbtest.Address(1), dbtest.Address(2)}},
		"the server has it not": {inbox.CutUnstored, []string{dbtest.Address(2)}},
	} {
		t.Run(name, func(t *testing.T) {
			m := openMailRig(t, 2)
			m.inbox.Misbehave(dbtest.Address(1), test.fault, 1)
			for range 2 {
				require.NoError(t, m.send())
				require.Equal(t, test.received, m.received())
				require.Equal(t, map[int64]string{1: db.DeliveryUnknown, 2: db.DeliverySent}, m.states())
			}
		})
	}
}

func TestR12_AMailThatALostAttemptWasSendingIsNotSentAgain(t *testing.T) {
	m := openMailRig(t, 2)
	claimed, err := m.DB.ClaimDelivery(t.Context(), week, 1, "a lost attempt")
	require.NoError(t, err)
	require.True(t, claimed)

	require.NoError(t, m.send())

	require.Equal(t, []string{dbtest.Address(2)}, m.received())
	require.Equal(t, map[int64]string{1: db.DeliveryUnknown, 2: db.DeliverySent}, m.states())
}

func TestAStatementWhoseDocumentsHaveChangedIsNotSent(t *testing.T) {
	m := openMailRig(t, 2)
	require.NoError(t, m.DB.StoreDocuments(t.Context(), week, 1, db.Documents{Contact: "help@creatorpay.example", PayoutSHA256: "a", TopSHA256: "b"}))

	require.NoError(t, m.send())

	require.Equal(t, []string{dbtest.Address(2)}, m.received())
	require.Equal(t, map[int64]string{1: db.DeliveryRejected, 2: db.DeliverySent}, m.states())
	require.Contains(t, m.deliveries()[1].Detail, "not sent: 2024-W19, creator 1: the documents drawn now are not those that were drawn first")
}

func TestAWorkerWithoutAMailServerSaysSo(t *testing.T) {
	m := openMailRig(t, 2)
	m.mailing.Post.Addr = ""

	err := m.send()

	requireFinal(t, TypeMailSettings, err)
	require.ErrorContains(t, err, "start it with SMTP_ADDR and SMTP_FROM, then send the mails of 2024-W19")
	require.Equal(t, map[int64]string{1: db.DeliveryPending, 2: db.DeliveryPending}, m.states())
	require.Zero(t, m.deliveries()[1].Attempts)
}

func TestAServerThatRefusesTheSenderGetsNoMoreMails(t *testing.T) {
	m := openMailRig(t, 3)
	var mails int
	m.serve(&mailServer{onSender: func(from string) error {
		mails++
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 60}, Message: from + " cannot send as this sender"}
	}})

	requireFinal(t, TypeMailSettings, m.send())

	require.Equal(t, 1, mails)
	require.Equal(t, map[int64]string{1: db.DeliveryPending, 2: db.DeliveryPending, 3: db.DeliveryPending}, m.states(), "they can be sent when it is fixed")
}

func TestAServerThatIsAwayIsTriedAgain(t *testing.T) {
	m := openMailRig(t, 1)
	away, err := inbox.Start(t.Context(), t.TempDir())
	require.NoError(t, err)
	require.NoError(t, away.Stop())
	m.mailing.Post.Addr = away.SMTPAddr

	err = m.send()

	var application *temporal.ApplicationError
	require.ErrorAs(t, err, &application)
	require.False(t, application.NonRetryable())
	require.Equal(t, map[int64]string{1: db.DeliveryPending}, m.states())
}

// What an activity fails with is kept in Temporal for everybody to read.
func TestNoErrorNamesAMailAddress(t *testing.T) {
	answering := func(code int, enhanced smtp.EnhancedCode) func(m *mailRig) {
		return func(m *mailRig) {
			m.serve(&mailServer{onSender: func(from string) error {
				return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: from + " to " + dbtest.Address(1) + " is refused"}
			}})
		}
	}
	for name, prepare := range map[string]func(m *mailRig){
		"sender refused":     answering(550, smtp.EnhancedCode{5, 7, 60}),
		"server without TLS": func(m *mailRig) { m.mailing.Post.TLS = mailer.Mandatory },
		"no mail server":     func(m *mailRig) { m.mailing.Post.Addr = "" },
	} {
		t.Run(name, func(t *testing.T) {
			m := openMailRig(t, 1)
			prepare(m)
			err := m.send()
			require.Error(t, err)
			for ; err != nil; err = unwrapped(err) {
				require.NotContains(t, err.Error(), "@")
			}
		})
	}
}

func unwrapped(err error) error {
	if wrapper, ok := err.(interface{ Unwrap() error }); ok {
		return wrapper.Unwrap()
	}
	return nil
}

func TestACancelledBatchEndsAfterTheMailThatIsBeingSent(t *testing.T) {
	m := openMailRig(t, 3)
	ctx, cancel := context.WithCancel(t.Context())
	m.env.SetWorkerOptions(worker.Options{BackgroundActivityContext: ctx})
	m.serve(&mailServer{onMail: func() error { cancel(); return nil }})

	require.Error(t, m.send())

	require.Equal(t, map[int64]string{1: db.DeliverySent, 2: db.DeliveryPending, 3: db.DeliveryPending}, m.states())
}

func TestPlanMails_CutsTheUnsentMailsIntoBatches(t *testing.T) {
	m := openMailRig(t, 6)
	m.Exec(`UPDATE deliveries SET state = 'sent' WHERE creator_id = 2`)
	for after, want := range map[int64]PlanMailsResult{
		0: {Batches: []settlement.Creators{{First: 1, Last: 3}, {First: 4, Last: 5}}, More: true},
		5: {Batches: []settlement.Creators{{First: 6, Last: 6}}},
		6: {},
	} {
		result, err := run[PlanMailsResult](m.bundle, m.activities.PlanMails, PlanMailsInput{Week: week, After: after, PerBatch: 2, MaxBatches: 2})
		require.NoError(t, err)
		require.Equal(t, want, result)
	}
}

func TestPlanMails_TheWeekMustBeClosed(t *testing.T) {
	b := setup(t)
	b.AddDays(saturday, sunday)
	b.closeDays()
	b.state()
	_, err := run[PlanMailsResult](b, b.activities.PlanMails, PlanMailsInput{Week: week, PerBatch: 2, MaxBatches: 2})
	requireFinal(t, TypeRefused, err)
}

func TestCountMails_TellsWhatBecameOfTheWeeksMails(t *testing.T) {
	m := openMailRig(t, 6)
	m.Exec(`UPDATE deliveries SET state = 'sent' WHERE creator_id <= 3`)
	m.Exec(`UPDATE deliveries SET state = 'rejected' WHERE creator_id = 4`)
	m.Exec(`UPDATE deliveries SET state = 'unknown' WHERE creator_id > 4`)
	require.Equal(t, CountMailsResult{MailTotals: MailTotals{Sent: 3, Rejected: 1, Unknown: 2}}, m.count())
}

func requireFinal(t *testing.T, want string, err error) {
	t.Helper()
	requireType(t, want, err)
	var application *temporal.ApplicationError
	require.ErrorAs(t, err, &application)
	require.True(t, application.NonRetryable())
}
