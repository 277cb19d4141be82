package activities

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"creatorpay/db"
	"creatorpay/engine/mailer"
	"creatorpay/engine/statement"
	"creatorpay/settlement"
	"creatorpay/templates"
)

// Mailing is what the activities that send mails need.
type Mailing struct {
	DB       *db.DB
	Post     mailer.Config // without an address no mail can be sent
	Renderer *templates.Renderer
	// Interval is the time between two mails, over all workers; 0 sets none.
	Interval time.Duration

	after func(time.Duration) <-chan time.Time // nil is the clock's; tests set their own
}

// SendMails makes one pass over the batch's mails that are not sent yet, over one
// connection. A mail that is refused for good or for now, or whose fate is
// unknown, does not stop the others. What was refused for now stays pending: a
// later pass tries it again, and meanwhile nobody waits behind it.
//
// A worker that is told to stop begins no further mail: the activity fails, and
// another worker goes on with the rest at once.
func (m *Mailing) SendMails(ctx context.Context, input SendMailsInput) error {
	if err := input.Week.ValidateAs(settlement.Weekly); err != nil {
		return err
	}
	unsent, err := m.DB.Unsent(ctx, input.Week, input.Creators)
	if err != nil || len(unsent) == 0 {
		return err
	}
	batch := &mailBatch{Mailing: m, week: input.Week, claim: claimOf(ctx)}
	defer batch.hangUp()
	return batch.send(ctx, input.Creators, unsent)
}

// claimOf names this attempt, so that no other one speaks for its mails.
func claimOf(ctx context.Context) string {
	info := activity.GetInfo(ctx)
	return fmt.Sprintf("%s/%s/%d", info.WorkflowExecution.RunID, info.ActivityID, info.Attempt)
}

// mailBatch is one attempt to send a batch.
type mailBatch struct {
	*Mailing
	week   settlement.Period
	claim  string
	sender *mailer.Sender // nil before the first mail and after a broken connection
}

func (b *mailBatch) send(ctx context.Context, creators settlement.Creators, unsent []db.Delivery) error {
	statements, err := statement.Read(ctx, b.DB, b.week, creators, b.Post.Contact())
	if err != nil {
		return err
	}
	byCreator := make(map[int64]*templates.Statement, len(statements))
	for _, one := range statements {
		byCreator[one.CreatorID] = one
	}
	for _, delivery := range unsent {
		if err := mayGoOn(ctx); err != nil {
			return err
		}
		if delivery.State == db.DeliverySending {
			// Another attempt was lost between its claim and its outcome.
			if err := b.DB.AbandonDelivery(ctx, b.week, delivery); err != nil {
				return err
			}
			continue
		}
		if err := b.sendOne(ctx, byCreator[delivery.CreatorID], delivery); err != nil {
			return err
		}
		activity.RecordHeartbeat(ctx, delivery.CreatorID)
	}
	return nil
}

// sendOne sends one mail and stores what became of it.
func (b *mailBatch) sendOne(ctx context.Context, drawn *templates.Statement, delivery db.Delivery) error {
	switch {
	case !delivery.Known:
		return b.giveUp(ctx, delivery, fmt.Errorf("creator %d is not in the catalogue", delivery.CreatorID))
	case drawn == nil:
		return b.giveUp(ctx, delivery, fmt.Errorf("creator %d has no statement for %s", delivery.CreatorID, b.week))
	}
	// First, since only then it is certain which address questions go to.
	if err := b.dial(ctx); err != nil {
		return err
	}
	message, err := statement.Compose(ctx, b.Renderer, drawn, delivery.Email)
	if ctx.Err() != nil {
		return ctx.Err() // it is no fault of the statement's
	}
	if err != nil {
		return b.giveUp(ctx, delivery, err)
	}
	err = b.DB.StoreDocuments(ctx, b.week, delivery.CreatorID, db.Documents{
		Contact:      drawn.Contact,
		PayoutSHA256: sha256Hex(message.Attachments[0].Data),
		TopSHA256:    sha256Hex(message.Attachments[1].Data),
	})
	if errors.Is(err, settlement.ErrDocumentsChanged) {
		return b.giveUp(ctx, delivery, err)
	}
	if err != nil {
		return err
	}
	if err := b.awaitTurn(ctx); err != nil {
		return err
	}
	// From here to the outcome nothing is cut short: what is found half done is
	// unknown for good.
	certain := context.WithoutCancel(ctx)
	claimed, err := b.DB.ClaimDelivery(certain, b.week, delivery.CreatorID, b.claim)
	if err != nil || !claimed {
		return err
	}
	outcome, refused := b.sender.Send(ctx, message)
	if b.sender.Broken() {
		b.hangUp()
	}
	if err := b.DB.FinishDelivery(certain, b.week, delivery.CreatorID, b.claim,
		deliveryState(outcome.State), outcome.Code, outcome.Detail); err != nil {
		return err
	}
	if refused != nil {
		return refusedUs(ctx, refused)
	}
	return nil
}

// awaitTurn waits until the next mail may be sent, by the rate that all workers
// keep together.
func (b *mailBatch) awaitTurn(ctx context.Context) error {
	if b.Interval == 0 {
		return mayGoOn(ctx)
	}
	wait, err := b.DB.ReserveMail(ctx, b.Interval)
	if err != nil {
		return err
	}
	after := time.After
	if b.after != nil {
		after = b.after
	}
	select {
	case <-after(wait):
	case <-activity.GetWorkerStopChannel(ctx):
	case <-ctx.Done():
	}
	return mayGoOn(ctx)
}

// mayGoOn fails when the activity is cancelled, and when its worker is told to
// stop: another one then goes on at once.
func mayGoOn(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-activity.GetWorkerStopChannel(ctx):
		return temporal.NewApplicationErrorWithOptions("the worker is told to stop: another one sends the rest of the batch", TypeHandedBack,
			temporal.ApplicationErrorOptions{NextRetryDelay: time.Millisecond, Category: temporal.ApplicationErrorCategoryBenign})
	default:
		return nil
	}
}

func deliveryState(state mailer.State) string {
	switch state {
	case mailer.Sent:
		return db.DeliverySent
	case mailer.Rejected:
		return db.DeliveryRejected
	case mailer.Temporary:
		return db.DeliveryPending
	default:
		return db.DeliveryUnknown
	}
}

// dial connects to the mail server unless it is connected.
func (b *mailBatch) dial(ctx context.Context) (err error) {
	if b.sender != nil {
		return nil
	}
	if b.Post.Addr == "" {
		return temporal.NewNonRetryableApplicationError(
			"the worker knows no mail server: start it with SMTP_ADDR and SMTP_FROM, then send the mails of "+b.week.String(), TypeMailSettings, nil)
	}
	b.sender, err = b.Post.Dial(ctx)
	if errors.Is(err, mailer.ErrRefusedUs) {
		return refusedUs(ctx, err)
	}
	return err
}

// refusedUs says that the mail server takes no mail from this sender at all. Its
// own words may name addresses, which do not belong into Temporal.
func refusedUs(ctx context.Context, words error) error {
	activity.GetLogger(ctx).Error("the mail server refuses this sender", "error", words)
	return temporal.NewNonRetryableApplicationError(
		"the mail server refuses this sender: check SMTP_USER, SMTP_PASSWORD, SMTP_TLS and SMTP_FROM of the worker; its own words are in the worker's log", TypeMailSettings, nil)
}

// giveUp records that this statement cannot be mailed; the others can.
func (b *mailBatch) giveUp(ctx context.Context, delivery db.Delivery, why error) error {
	_, err := b.DB.ChangeDelivery(ctx, b.week, delivery.CreatorID, db.DeliveryRejected, "not sent: "+why.Error(), db.DeliveryPending)
	return err
}

func (b *mailBatch) hangUp() {
	if b.sender != nil {
		b.sender.Close()
		b.sender = nil
	}
}

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
