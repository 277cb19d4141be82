// Package delivery mails the statements of a closed week, each once: a mail is
// claimed before it is sent, and what became of it is stored before the next one
// begins (docs/adr/0006-each-mail-once.md).
package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"creatorpay/db"
	"creatorpay/engine/link"
	"creatorpay/engine/mailer"
	"creatorpay/engine/statement"
	"creatorpay/settlement"
	"creatorpay/templates"
)

var (
	// ErrNoServer is returned when no mail server is set.
	ErrNoServer = errors.New("no mail server is set")
	// ErrStopped is returned when Stop was closed before all mails were tried.
	ErrStopped = errors.New("told to stop")
)

// Batch is one attempt to send some mails of a week over one connection.
type Batch struct {
	DB       *db.DB
	Post     mailer.Config // without an address no mail can be sent
	Renderer *templates.Renderer
	Links    link.Links    // to the creators' pages
	Interval time.Duration // between two mails, over all workers; 0 sets none
	Week     settlement.Period
	// Claim names this attempt, so that no other one speaks for its mails.
	Claim string
	// Stop is closed when no further mail is to be begun.
	Stop <-chan struct{}
	// After is how time passes between two mails: [time.After], or a test's.
	After func(time.Duration) <-chan time.Time

	sender *mailer.Sender // nil before the first mail and after a broken connection
}

// Send makes one pass over the creators' mails that are not sent yet. A mail that
// is refused for good or for now, or whose fate is unknown, does not stop the
// others. What was refused for now stays pending: a later pass tries it again, and
// meanwhile nobody waits behind it. Other errors than those of this package are
// [mailer.ErrRefusedUs], those of the connection and those of the database: with
// each of them the rest of the batch is still to be sent.
func (b *Batch) Send(ctx context.Context, creators settlement.Creators) error {
	unsent, err := b.DB.Unsent(ctx, b.Week, creators)
	if err != nil || len(unsent) == 0 {
		return err
	}
	defer b.hangUp()
	statements, err := b.statements(ctx, creators, unsent)
	if err != nil {
		return err
	}
	for _, delivery := range unsent {
		if err := b.mayGoOn(ctx); err != nil {
			return err
		}
		if delivery.State == db.DeliverySending {
			// Another attempt was lost between its claim and its outcome.
			if err := b.DB.AbandonDelivery(ctx, b.Week, delivery); err != nil {
				return err
			}
			continue
		}
		if err := b.sendOne(ctx, statements[delivery.CreatorID], delivery); err != nil {
			return err
		}
	}
	return nil
}

// statements are those of the unsent mails, by creator, and of a few that lie between. They are read at once
// as long as most of the creators' mails are unsent; between the few that a later pass tries again may lie
// everybody else's.
func (b *Batch) statements(ctx context.Context, creators settlement.Creators, unsent []db.Delivery) (map[int64]*templates.Statement, error) {
	common, err := statement.ReadCommon(ctx, b.DB, b.Week)
	if err != nil {
		return nil, err
	}
	few := 2 * len(unsent)
	mails, err := b.DB.CountDeliveries(ctx, b.Week, creators, few+1)
	if err != nil {
		return nil, err
	}
	parts := []settlement.Creators{creators}
	if mails > few {
		parts = nil
		for _, delivery := range unsent {
			parts = append(parts, settlement.Creators{First: delivery.CreatorID, Last: delivery.CreatorID})
		}
	}
	byCreator := make(map[int64]*templates.Statement, len(unsent))
	for _, part := range parts {
		statements, err := common.ReadOf(ctx, b.DB, part, b.Post.Contact())
		if err != nil {
			return nil, err
		}
		for _, one := range statements {
			byCreator[one.CreatorID] = one
		}
	}
	return byCreator, nil
}

// sendOne sends one mail and stores what became of it.
func (b *Batch) sendOne(ctx context.Context, drawn *templates.Statement, delivery db.Delivery) error {
	switch {
	case !delivery.Known:
		return b.giveUp(ctx, delivery, fmt.Errorf("creator %d is not in the catalogue", delivery.CreatorID))
	case drawn == nil:
		return b.giveUp(ctx, delivery, fmt.Errorf("creator %d has no statement for %s", delivery.CreatorID, b.Week))
	}
	// First: a worker without a mail server does not know either which address questions
	// go to, which stands in the documents.
	if err := b.dial(ctx); err != nil {
		return err
	}
	mail, err := statement.Compose(ctx, b.Renderer, b.Links, drawn, delivery.Email)
	if ctx.Err() != nil {
		return ctx.Err() // it is no fault of the statement's
	}
	if err != nil {
		return b.giveUp(ctx, delivery, err)
	}
	err = b.DB.StoreDocuments(ctx, b.Week, delivery.CreatorID, mail.Documents)
	if errors.Is(err, settlement.ErrDocumentsChanged) {
		return b.giveUp(ctx, delivery, err)
	}
	if err != nil {
		return err
	}
	if err := b.awaitTurn(ctx); err != nil {
		return err
	}
	if err := b.dial(ctx); err != nil { // again, after a long wait
		return err
	}
	// From here to the outcome nothing is cut short: what is found half done is
	// unknown for good.
	certain := context.WithoutCancel(ctx)
	claimed, err := b.DB.ClaimDelivery(certain, b.Week, delivery.CreatorID, b.Claim)
	if err != nil || !claimed {
		return err
	}
	outcome, refused := b.sender.Send(ctx, mail.Message)
	if b.sender.Broken() {
		b.hangUp()
	}
	if err := b.DB.FinishDelivery(certain, b.Week, delivery.CreatorID, b.Claim,
		deliveryState(outcome.State), outcome.Code, outcome.Detail); err != nil {
		return err
	}
	return refused
}

// longestIdle is how long a connection waits for its next mail. A mail server is to wait
// five minutes (RFC 5321, 4.5.3.2.7), and many do not: one that has hung up is noticed by
// the mail only, which is put off then.
const longestIdle = 10 * time.Second

// awaitTurn waits until the next mail may be sent, by the rate that all workers
// keep together.
func (b *Batch) awaitTurn(ctx context.Context) error {
	if b.Interval == 0 {
		return b.mayGoOn(ctx)
	}
	wait, err := b.DB.ReserveMail(ctx, b.Interval)
	if err != nil {
		return err
	}
	if wait > longestIdle {
		b.hangUp()
	}
	select {
	case <-b.After(wait):
	case <-b.Stop:
	case <-ctx.Done():
	}
	return b.mayGoOn(ctx)
}

// mayGoOn fails when ctx is cancelled, and when no further mail is to be begun.
func (b *Batch) mayGoOn(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-b.Stop:
		return ErrStopped
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
func (b *Batch) dial(ctx context.Context) (err error) {
	if b.sender != nil {
		return nil
	}
	if b.Post.Addr == "" {
		return ErrNoServer
	}
	b.sender, err = b.Post.Dial(ctx)
	return err
}

// giveUp records that this statement cannot be mailed; the others can.
func (b *Batch) giveUp(ctx context.Context, delivery db.Delivery, why error) error {
	_, err := b.DB.ChangeDelivery(ctx, b.Week, delivery.CreatorID, db.DeliveryRejected, "not sent: "+why.Error(), db.DeliveryPending)
	return err
}

func (b *Batch) hangUp() {
	if b.sender != nil {
		b.sender.Close()
		b.sender = nil
	}
}
