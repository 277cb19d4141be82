package answers

import "context"

// Creator is what the catalogue says of a creator now.
type Creator struct {
	Name   string
	Locale string // ko or en
}

// Creator answers with what the catalogue says of the creator. It may change at any time, so it is part of no sealed
// answer.
func (b *Books) Creator(ctx context.Context, creator int64) (Creator, error) {
	return Creator{}, errStub
}

// Title answers with the title that the creator's video has in the catalogue now.
func (b *Books) Title(ctx context.Context, creator, video int64) (string, error) {
	return "", errStub
}
