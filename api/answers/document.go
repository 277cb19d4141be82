package answers

import (
	"context"

	"creatorpay/db"
	"creatorpay/engine/statement"
	"creatorpay/settlement"
)

// DocumentKind is one of the two documents of a weekly statement.
type DocumentKind = statement.Kind

// The documents of a weekly statement.
const (
	PayoutPDF = statement.Payout
	Top5PDF   = statement.Top5
)

// Document is a document exactly as it was mailed.
type Document = statement.Document

// Document draws the document of the creator's statement of the closed week from the books. It never gives other bytes
// than were mailed: if they came out different, it fails with a [settlement.ErrDocumentsChanged]. A document that was
// not mailed yet is an [ErrNotFound].
func (b *Books) Document(ctx context.Context, creator int64, week settlement.Period, kind DocumentKind) (Document, error) {
	if err := week.ValidateAs(settlement.Weekly); err != nil {
		return Document{}, err
	}
	answer, err := sealed(ctx, b, week, func(ctx context.Context, books *db.DB, run db.SealedRun) (statementRead, error) {
		found, err := b.beginStatement(ctx, books, run, creator)
		if err == nil && statement.StoredSHA256(found.stored.Documents, kind) == "" {
			err = ErrNotFound{What: "document of statement " + found.number() + ", which was not mailed yet,"}
		}
		return found, err
	})
	if err != nil {
		return Document{}, err
	}
	read, err := b.restOfStatement(ctx, answer.Value)
	if err != nil {
		return Document{}, err
	}
	// Drawing takes longer than a copy may: it is not held against one.
	drawn, err := statement.Draw(ctx, b.renderer, read, kind)
	if err != nil {
		return Document{}, err
	}
	if drawn.SHA256 != statement.StoredSHA256(answer.Value.stored.Documents, kind) {
		return Document{}, settlement.Errorf(settlement.ErrDocumentsChanged, week,
			"%s drawn now is not the document that was mailed: the program that draws it has changed, or rows of %s have; run the version that mailed it", drawn.Name, week)
	}
	return drawn, nil
}
