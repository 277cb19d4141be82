package templates

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func TestVideoShowsOrdinalsPricesAndWhatWasLeftOut(t *testing.T) {
	line := sampleLine(7, "T", 450_000)
	line.SelfViews, line.RepeatViews = 0, 1_234
	details := newLetter(documentFont(t), sample(Korean, 1), "").videoDetails(line)
	require.Equal(t, []string{
		"ID 7", "· 조회 90,001–540,000번째: 9,999회 × ₩1", "+ 400,000회 × ₩1.1", "+ 40,001회 × ₩1.3",
		"· 광고 1,001–51,000번째: 50,000회 × ₩10", "· 제외: 본인 0회, 반복 1,234회",
	}, details)
}

func TestVideoWithoutCountedViewsShowsWhatWasLeftOut(t *testing.T) {
	line := Line{VideoID: 7, Statistics: settlement.Statistics{SelfViews: 3}}
	details := newLetter(documentFont(t), sample(English, 1), "").videoDetails(line)
	require.Equal(t, []string{"ID 7", "· Left out: 3 self, 0 repeat"}, details)
}
