package statement

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/engine/link"
	"creatorpay/engine/mailer"
	"creatorpay/settlement"
	"creatorpay/templates"
)

func TestCompose_TheSameStatementGivesTheSameMail(t *testing.T) {
	b := statedWeek(t)
	renderer, err := templates.NewRenderer()
	require.NoError(t, err)
	compose := func() Mail {
		mail, err := Compose(t.Context(), renderer, link.Links{}, b.readStatements(settlement.Creators{First: 2, Last: 2})[0], "somewhere@else.example")
		require.NoError(t, err)
		return mail
	}

	mail := compose()

	require.Equal(t, "statement.2024-W19-2.1", mail.Message.ID)
	require.Equal(t, mailer.Recipient{Address: "somewhere@else.example", Name: "Creator 2"}, mail.Message.To)
	run, err := b.DB.ClosedRun(t.Context(), week)
	require.NoError(t, err)
	require.True(t, mail.Message.Date.Equal(*run.EndedAt), "not when it is sent")
	require.Equal(t, mail, compose())
}

func TestCompose_AttachesBothDocumentsAndKeepsTheirHashes(t *testing.T) {
	b := statedWeek(t)
	renderer, err := templates.NewRenderer()
	require.NoError(t, err)

	mail, err := Compose(t.Context(), renderer, link.Links{}, b.readStatements(settlement.Creators{First: 2, Last: 2})[0], "")

	require.NoError(t, err)
	var names, hashes []string
	for _, attachment := range mail.Message.Attachments {
		names = append(names, attachment.Name)
		require.True(t, bytes.HasPrefix(attachment.Data, []byte("%PDF-")))
		sum := sha256.Sum256(attachment.Data)
		hashes = append(hashes, hex.EncodeToString(sum[:]))
	}
	require.Equal(t, []string{"statement-2024-W19-2.pdf", "top5-2024-W19-2.pdf"}, names)
	require.Equal(t, []string{mail.Documents.PayoutSHA256, mail.Documents.TopSHA256}, hashes)
	require.NotEqual(t, hashes[0], hashes[1])
	require.Equal(t, "help@creatorpay.example", mail.Documents.Contact)
}

func TestCompose_TheLinkOpensTheCreatorsPagesForItsDaysFromTheClose(t *testing.T) {
	b := statedWeek(t)
	renderer, err := templates.NewRenderer()
	require.NoError(t, err)
	keys, err := link.ParseKeys("a:" + strings.Repeat("A", 43))
	require.NoError(t, err)
	links, err := link.NewLinks(keys, "https://pages.example.com", 90)
	require.NoError(t, err)
	statement := b.readStatements(settlement.Creators{First: 2, Last: 2})[0]

	mail, err := Compose(t.Context(), renderer, links, statement, "")

	require.NoError(t, err)
	address := links.To(2, statement.ClosedAt)
	require.Contains(t, mail.Message.Text, address)
	require.Contains(t, mail.Message.HTML, `href="`+address+`"`)
	grant, err := keys.Verify(link.Mail, path.Base(address), statement.ClosedAt)
	require.NoError(t, err)
	require.EqualValues(t, 2, grant.CreatorID)
	require.True(t, statement.ClosedAt.Truncate(time.Second).AddDate(0, 0, 90).Equal(grant.Expires))
}

func TestCompose_AStatementThatDoesNotAddUpIsNotMailed(t *testing.T) {
	b := statedWeek(t)
	renderer, err := templates.NewRenderer()
	require.NoError(t, err)
	statement := b.readStatements(settlement.Creators{First: 2, Last: 2})[0]
	statement.Lines[0].VideoAmount++

	_, err = Compose(t.Context(), renderer, link.Links{}, statement, "somewhere@else.example")

	require.Error(t, err)
}
