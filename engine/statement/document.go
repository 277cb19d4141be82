package statement

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"creatorpay/db"
	"creatorpay/settlement"
	"creatorpay/templates"
)

// Kind is one of the documents of a statement, by the first word of its file's name.
type Kind string

// The documents of a statement.
const (
	Payout Kind = "statement"
	Top5   Kind = "top5"
)

// Document is a drawn document.
type Document struct {
	Name   string // of the file
	Data   []byte // a PDF
	SHA256 string // of the data, in hexadecimal
}

// Draw draws a document of the statement. The same statement gives the same bytes.
// How many are drawn at a time, the renderer bounds.
func Draw(ctx context.Context, renderer *templates.Renderer, statement *templates.Statement, kind Kind) (Document, error) {
	draw := renderer.Payout
	if kind == Top5 {
		draw = renderer.Top5
	}
	data, err := draw(ctx, statement)
	if err != nil {
		return Document{}, err
	}
	sum := sha256.Sum256(data)
	return Document{
		Name:   fmt.Sprintf("%s-%s.pdf", kind, statement.Number),
		Data:   data,
		SHA256: hex.EncodeToString(sum[:]),
	}, nil
}

// Number is the number of the creator's statement of the period.
func Number(period settlement.Period, creator int64) string {
	return fmt.Sprintf("%s-%d", period, creator)
}

// StoredSHA256 is what the document's hash was when it was first drawn; empty
// before that.
func StoredSHA256(of db.Documents, kind Kind) string {
	if kind == Top5 {
		return of.TopSHA256
	}
	return of.PayoutSHA256
}
