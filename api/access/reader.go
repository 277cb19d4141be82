package access

import "context"

// Reader is who asks.
type Reader struct {
	// Subject tells readers apart, for limits; it is not for logs.
	Subject   string
	CreatorID int64 // whose own data may be read; 0 of nobody
	Operator  bool  // may read all
}

// MayRead is whether the creator's data may be read. To a reader who may not, it
// does not exist.
func (r Reader) MayRead(creatorID int64) bool {
	return r.Operator || r.CreatorID != 0 && r.CreatorID == creatorID
}

type readerKey struct{}

// With gives ctx the reader.
func With(ctx context.Context, reader Reader) context.Context {
	return context.WithValue(ctx, readerKey{}, reader)
}

// From is the reader that [With] gave ctx; the zero value, who may read nothing,
// if there is none.
func From(ctx context.Context) Reader {
	reader, _ := ctx.Value(readerKey{}).(Reader)
	return reader
}
