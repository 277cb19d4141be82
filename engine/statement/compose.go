package statement

import (
	"context"
	"fmt"

	"creatorpay/db"
	"creatorpay/engine/link"
	"creatorpay/engine/mailer"
	"creatorpay/templates"
)

// Mail is a statement as it is mailed.
type Mail struct {
	Message mailer.Message
	// Documents are kept of the mail, so that none that differs is ever sent.
	Documents db.Documents
}

// Compose writes the mail of a statement: the payout statement and the Top 5
// are its attachments, in this order, and links make its link to the creator's
// pages. The same statement gives the same mail.
func Compose(ctx context.Context, renderer *templates.Renderer, links link.Links, statement *templates.Statement, email string) (Mail, error) {
	payout, err := Draw(ctx, renderer, statement, Payout)
	if err != nil {
		return Mail{}, err
	}
	top, err := Draw(ctx, renderer, statement, Top5)
	if err != nil {
		return Mail{}, err
	}
	text, err := templates.NewMail(statement, links.To(statement.CreatorID, statement.ClosedAt))
	if err != nil {
		return Mail{}, err
	}
	return Mail{
		Message: mailer.Message{
			ID:      fmt.Sprintf("statement.%s.%d", statement.Number, statement.Version),
			Date:    statement.ClosedAt,
			To:      mailer.Recipient{Address: email, Name: statement.Creator},
			Subject: text.Subject,
			Text:    text.Text,
			HTML:    text.HTML,
			Attachments: []mailer.Attachment{
				{Name: payout.Name, Data: payout.Data},
				{Name: top.Name, Data: top.Data},
			},
		},
		Documents: db.Documents{Contact: statement.Contact, PayoutSHA256: payout.SHA256, TopSHA256: top.SHA256},
	}, nil
}
