package statement

import (
	"context"
	"fmt"

	"creatorpay/engine/mailer"
	"creatorpay/templates"
)

// Compose writes the mail of a statement: the payout statement and the Top 5
// are its attachments, in this order. The same statement gives the same mail.
func Compose(ctx context.Context, renderer *templates.Renderer, statement *templates.Statement, email string) (mailer.Message, error) {
	payout, err := renderer.Payout(ctx, statement)
	if err != nil {
		return mailer.Message{}, err
	}
	top, err := renderer.TopFive(ctx, statement)
	if err != nil {
		return mailer.Message{}, err
	}
	text, err := templates.NewMail(statement)
	if err != nil {
		return mailer.Message{}, err
	}
	return mailer.Message{
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
	}, nil
}
