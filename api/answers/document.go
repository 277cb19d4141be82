package answers

import (
	"context"

	"creatorpay/settlement"
)

// DocumentKind is one of the two documents of a weekly statement.
type DocumentKind int

// The documents of a weekly statement.
const (
	PayoutPDF DocumentKind = iota + 1
	Top5PDF
)

// Document is a document exactly as it was mailed.
type Document struct {
	Name   string // of the file
	Data   []byte // a PDF
	SHA256 string // of the data, in hexadecimal
}

// Document draws the document of the creator's statement of the closed week from the books. It never gives other bytes
// than were mailed: if they came out different, it fails with a [settlement.ErrDocumentsChanged]. A document that was
// not mailed yet is an [ErrNotFound].
func (b *Books) Document(ctx context.Context, creator int64, week settlement.Period, kind DocumentKind) (Document, error) {
	return Document{}, errStub
}
