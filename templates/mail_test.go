package templates

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

var update = flag.Bool("update", false, "write the golden mails under testdata/mail anew")

func TestMailIsTheGoldenOne(t *testing.T) {
	nothing := mailStatement(t, Korean)
	nothing.Lines = nil
	late := map[string]*Statement{Korean: mailStatement(t, Korean), English: mailStatement(t, English)}
	for _, statement := range late {
		statement.Lines[0].Late = []LateViews{{Statistics: settlement.Statistics{Views: 1_203}}}
	}
	for name, statement := range map[string]*Statement{
		"ko": mailStatement(t, Korean), "en": mailStatement(t, English), "ko-nothing": nothing,
		"ko-late": late[Korean], "en-late": late[English],
		"ko-sales": withMailSales(mailStatement(t, Korean)), "en-sales": withMailSales(mailStatement(t, English)),
	} {
		t.Run(name, func(t *testing.T) {
			mail, err := NewMail(statement, "")
			require.NoError(t, err)
			requireGolden(t, name+".txt", "Subject: "+mail.Subject+"\n\n"+mail.Text)
			requireGolden(t, name+".html", mail.HTML)
		})
	}
}

// pages is a link as the creators' pages take it.
const pages = "https://pages.creatorpay.example/link/v1.a.AAAAAAAAACoAAAAAZkLhwA.Y9pZ5JeEBAmpzCViE8n8i-01ibjuOCZzqa_8XfSytmA"

func TestMailWithALinkIsTheGoldenOne(t *testing.T) {
	for _, locale := range []string{Korean, English} {
		t.Run(locale, func(t *testing.T) {
			mail, err := NewMail(mailStatement(t, locale), pages)
			require.NoError(t, err)
			requireGolden(t, locale+"-link.txt", "Subject: "+mail.Subject+"\n\n"+mail.Text)
			requireGolden(t, locale+"-link.html", mail.HTML)
		})
	}
}

func TestMailIsInEnglishForAnyOtherLanguage(t *testing.T) {
	english, err := NewMail(mailStatement(t, English), "")
	require.NoError(t, err)
	for _, locale := range []string{"", "ja", "KO"} {
		mail, err := NewMail(mailStatement(t, locale), "")
		require.NoError(t, err)
		require.Equal(t, english, mail)
	}
}

func TestMailSubjectTellsNothingPersonal(t *testing.T) {
	for _, locale := range []string{Korean, English} {
		statement := mailStatement(t, locale)
		mail, err := NewMail(statement, "")
		require.NoError(t, err)
		require.Contains(t, mail.Subject, "2024-W19")
		require.NotContains(t, mail.Subject, statement.Creator)
		require.NotContains(t, mail.Subject, "₩")
	}
}

func TestMailShowsForeignTextAsText(t *testing.T) {
	statement := mailStatement(t, English)
	statement.Creator = `<script>alert("name")</script>`
	statement.Lines[1].Title = "<img src=x onerror=alert(1)>"
	mail, err := NewMail(statement, "")
	require.NoError(t, err)
	require.NotContains(t, mail.HTML, "<script")
	require.NotContains(t, mail.HTML, "<img")
	require.Contains(t, mail.HTML, "&lt;img src=x onerror=alert(1)&gt;")
	require.Contains(t, mail.Text, "<img src=x onerror=alert(1)>", "plain text has nothing to escape")
}

func TestMailKeepsForeignTextOnOneLine(t *testing.T) {
	require.Equal(t, "한글 제목 끝 🎬", OneLine("  한글\r\n제목\x00\u2028끝 \u202e 🎬\t"))
	require.Equal(t, "각", OneLine("\u1100\u1161\u11a8"), "decomposed Hangul is composed")
	require.Equal(t, "a�b", OneLine("a\xffb"))
}

func TestMailBestVideoIsTheOneThatEarnedMost(t *testing.T) {
	statement := &Statement{Lines: []Line{
		{VideoID: 3, Title: "later id", Statistics: settlement.Statistics{Views: 9}, Earnings: settlement.Earnings{Amounts: settlement.Amounts{VideoAmount: 5, AdAmount: 5}}},
		{VideoID: 1, Title: "more views", Statistics: settlement.Statistics{Views: 99}, Earnings: settlement.Earnings{Amounts: settlement.Amounts{VideoAmount: 9}}},
		{VideoID: 2, Title: "best", Statistics: settlement.Statistics{Views: 9}, Earnings: settlement.Earnings{Amounts: settlement.Amounts{VideoAmount: 10}}},
	}}
	require.Equal(t, "best", statement.bestVideo().Title)
}

func TestMailBestVideoIsTheOneThatEarnedMostWithItsPayments(t *testing.T) {
	statement := &Statement{Locale: English, Lines: []Line{
		{VideoID: 1, Title: "watched", Statistics: settlement.Statistics{Views: 9}, Earnings: settlement.Earnings{Amounts: settlement.Amounts{VideoAmount: 10}}},
		{VideoID: 2, Title: "sold", Payments: settlement.PaymentFigures{Payments: 1, Gross: 12, Fee: 1, Net: 11}},
	}}
	require.Equal(t, &mailVideo{Title: "sold", Sales: "₩11"}, statement.bestVideo())
	mail, err := NewMail(statement, "")
	require.NoError(t, err)
	require.Contains(t, mail.Text, "sold\n₩11 from sales\n")

	statement.Lines[0].Payments = settlement.PaymentFigures{Payments: 1, Gross: 2, Fee: 0, Net: 2}
	require.Equal(t, &mailVideo{Title: "watched", Views: "9", Amount: "₩10", Sales: "₩2"}, statement.bestVideo())
	mail, err = NewMail(statement, "")
	require.NoError(t, err)
	require.Contains(t, mail.Text, "₩10 from 9 views, ₩2 from sales\n")
	require.Contains(t, mail.HTML, "₩10 from 9 views, ₩2 from sales<")

	statement.Lines = statement.Lines[:1]
	statement.Lines[0].Payments = settlement.PaymentFigures{Refunds: 1, Gross: -12, Net: -12}
	require.Nil(t, statement.bestVideo(), "it lost money")
}

func TestR16_MailsSayWhatIsCarried(t *testing.T) {
	for locale, want := range map[string][]string{
		English: {"Earned this week  ", "Brought forward   -₩1,234,567,890 (from earlier weeks)\nTotal payout      ₩0\nCarried forward   -₩"},
		Korean:  {"이번 주 수익  ", "이월된 금액  -₩1,234,567,890 (이전 주에서)\n지급 금액    ₩0\n이월할 금액  -₩"},
	} {
		s := owing(locale)
		mail, err := NewMail(s, "")
		require.NoError(t, err)
		for _, text := range want {
			require.Contains(t, mail.Text, text)
		}
		for _, text := range []string{s.labels().weekTotal, s.labels().broughtForward, s.labels().carriedForward, "-₩1,234,567,890", s.Payout.CarriedForward.String()} {
			require.Contains(t, mail.HTML, text)
		}

		s.Payout = settlement.Payout{BroughtForward: -1, Payable: s.Total() - 1}
		mail, err = NewMail(s, "")
		require.NoError(t, err)
		require.Contains(t, mail.Text, s.Payout.Payable.String())
		require.NotContains(t, mail.HTML, s.labels().carriedForward, "nothing is")
	}
}

func mailStatement(t *testing.T, locale string) *Statement {
	t.Helper()
	period, err := settlement.ParseWeek("2024-W19")
	require.NoError(t, err)
	return &Statement{
		Number: "2024-W19-000042-1", Version: 1, Period: period, ClosedAt: time.Date(2024, 5, 13, 1, 2, 3, 0, time.UTC),
		CreatorID: 42, Creator: "김하늘", Locale: locale, Contact: "creators@example.com",
		Lines: []Line{
			{VideoID: 7, Title: "서울 골목길 산책", Statistics: settlement.Statistics{Views: 51_234}, Earnings: settlement.Earnings{Amounts: settlement.Amounts{VideoAmount: 56_357, AdAmount: 120_480}}},
			{VideoID: 9, Title: "비 오는 날의 브이로그: 좁은 화면에서도 줄이 잘 나뉘는 긴 제목 & more", Statistics: settlement.Statistics{Views: 1_102_817}, Earnings: settlement.Earnings{Amounts: settlement.Amounts{VideoAmount: 1_321_093, AdAmount: 2_018_330}}},
		},
	}
}

func requireGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "mail", name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, strings.Split(string(want), "\n"), strings.Split(got, "\n"), "run the test with -update if this is wanted")
}

// withMailSales gives back more than the statement earned.
func withMailSales(s *Statement) *Statement {
	s.Lines[0].Payments = settlement.PaymentFigures{Payments: 1, Refunds: 9, Gross: -4_000_000, Fee: -120_000, Net: -3_880_000}
	return s
}
