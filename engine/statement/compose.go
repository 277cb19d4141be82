package statement

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
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
	payout, err := renderer.Payout(ctx, statement)
	if err != nil {
		return Mail{}, err
	}
	top, err := renderer.TopFive(ctx, statement)
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
				{Name: "statement-" + statement.Number + ".pdf", Data: payout},
				{Name: "top5-" + statement.Number + ".pdf", Data: top},
			},
		},
		Documents: db.Documents{Contact: statement.Contact, PayoutSHA256: sha256Hex(payout), TopSHA256: sha256Hex(top)},
	}, nil
}

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
