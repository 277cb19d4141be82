package templates

import (
	"strings"
	"time"

	"creatorpay/settlement"
)

var prices = settlement.PriceRule{
	Version: 1, HoldsFrom: 19723, // 2024-01-01
	Views:   settlement.Tiers{{From: 1, Price: 10_000}, {From: 100_000, Price: 11_000}, {From: 500_000, Price: 13_000}, {From: 1_000_000, Price: 15_000}},
	AdViews: settlement.Tiers{{From: 1, Price: 100_000}, {From: 100_000, Price: 120_000}, {From: 500_000, Price: 150_000}, {From: 1_000_000, Price: 200_000}},
}

// sample is a consistent statement with so many videos.
func sample(locale string, videos int) *Statement {
	const monday = 19849 // 2024-05-06
	s := &Statement{
		Number: "2024-W19-0000042", Version: 1,
		Period:    settlement.Day(monday).Week(),
		ClosedAt:  time.Date(2024, 5, 13, 1, 30, 0, 0, time.FixedZone("KST", 9*60*60)),
		CreatorID: 42, Creator: "김하늘", Locale: locale, Contact: "creators@creatorpay.example",
		Prices: []settlement.PriceRule{prices},
	}
	for i := range int64(videos) {
		s.Lines = append(s.Lines, sampleLine(1001+i, titles[i%int64(len(titles))], (i+1)*7919%1_300_000))
	}
	for i, day := range s.Period.Days() {
		total := DayTotal{Day: day}
		for _, line := range s.Lines {
			total.Views += part(line.Views, i)
			total.Amount += settlement.Won(part(int64(line.VideoAmount+line.AdAmount), i))
		}
		s.Days = append(s.Days, total)
	}
	for i := range int64(5) {
		ranked := RankedVideo{Rank: int(i) + 1, VideoID: 9001 + i, Title: titles[i], Value: 4_812_345 / (i + 1)}
		s.Top.ByViews = append(s.Top.ByViews, ranked)
		ranked.Value *= 187
		if i == 2 {
			ranked.Own = true
		}
		s.Top.ByPlayedSeconds = append(s.Top.ByPlayedSeconds, ranked)
	}
	return s
}

var titles = []string{
	"제주도 한 달 살기 브이로그 | 바다가 보이는 집을 구했습니다",
	"A quiet morning in Seoul: coffee, rain and the first metro",
	"10분 만에 끝내는 된장찌개",
	"大韓民國 歷史 紀行 — 경주 편",
	"초보도 할 수 있는 Go 언어 입문 3강: 구조체와 인터페이스 그리고 테스트까지 한 번에 정리하는 완전 정복 강의 (자막 있음)",
	"#shorts 고양이",
}

// part splits a figure over seven days, without a rest.
func part(figure int64, day int) int64 {
	weights := []int64{11, 9, 14, 13, 18, 22, 13}
	var before, upTo int64
	for i, weight := range weights {
		before = upTo
		upTo += weight
		if i == day {
			break
		}
	}
	return figure*upTo/100 - figure*before/100
}

func sampleLine(videoID int64, title string, views int64) Line {
	line := Line{
		VideoID: videoID, Title: title,
		Earnings:   settlement.Earnings{VideoOrdinals: settlement.VideoOrdinals{ViewsFrom: 90_000, ViewsTo: 90_000 + views, AdViewsFrom: 1_000, AdViewsTo: 1_000 + views/9}},
		Statistics: settlement.Statistics{Views: views, SelfViews: views % 5, RepeatViews: views / 40, PlayedSeconds: views * 143, AdViews: views / 9},
	}
	line.ViewShares, line.VideoAmount = priced(prices.Views, line.ViewsFrom, line.ViewsTo)
	line.AdShares, line.AdAmount = priced(prices.AdViews, line.AdViewsFrom, line.AdViewsTo)
	return line
}

// withLate makes some views of each video late ones of so many days, all of them
// paid on the period's Tuesday; the smaller videos have some left out, too.
func withLate(s *Statement, days int) *Statement {
	paidOn := s.Period.Start + 1
	for i := range s.Lines {
		line := &s.Lines[i]
		for day := range days {
			late := LateViews{WatchedOn: paidOn - settlement.Day(days-day), PaidOn: paidOn}
			late.Views, late.AdViews, late.PlayedSeconds = line.Views/20, line.AdViews/20, line.PlayedSeconds/20
			late.VideoAmount, late.AdAmount = line.VideoAmount/20, line.AdAmount/20
			line.Views -= late.Views
			line.AdViews -= late.AdViews
			line.PlayedSeconds -= late.PlayedSeconds
			late.RepeatViews = int64(i % 3)
			line.Late = append(line.Late, late)
		}
	}
	return s
}

func priced(tiers settlement.Tiers, from, to int64) (shares []settlement.Share, amount settlement.Won) {
	for i, tier := range tiers {
		upTo := to
		if i+1 < len(tiers) {
			upTo = min(to, tiers[i+1].From-1)
		}
		if count := upTo - max(from, tier.From-1); count > 0 {
			shares = append(shares, settlement.Share{Price: tier.Price, Count: count})
		}
	}
	won, err := tiers.Amount(settlement.Ordinals{From: from, To: to})
	if err != nil {
		panic(err)
	}
	return shares, won
}

// nasty are texts that make drawing panic, lose characters or leave the page.
var nasty = []string{
	"", " \t\n ", strings.Repeat("가", 200), strings.Repeat("W", 200), strings.Repeat("漢", 200), strings.Repeat("ﷺ", 200),
	"🎉 축하 👨‍👩‍👧‍👦 영상 🇰🇷", "\U00010000\U0010FFFF", "broken \xff\xfe\xed\xa0\x80 utf-8", "\x00\x01\x1b[31m red \u0085",
	"\u1112\u1161\u11ab\u1100\u1173\u11af", "Z͑ͫ̓ͪ̂ͫa͙l͠g͏o", "مرحبا بالعالم", "שלום עולם abc", "\u202Eesrever\u202C \u2066x\u2069", "()\\ <</Type /Page>> endobj \r\n",
	"\uFFFF\uFFFE\uFEFF", "\u3164\u115F", "ㄱㄴㄷ 갏 힣", "Café Ångström Łódź Привет Ελλάδα", "{nb} %d %s %[2]d", "１２３ ① ㈜ ♥",
}

func nastySample(locale string) *Statement {
	s := sample(locale, len(nasty))
	s.Creator, s.Contact, s.Number = strings.Repeat("🎉김\xff金漢 ", 40), strings.Repeat("a", 300)+"@\U0001F600", "2024-W19\x00-🎉42"
	for i := range s.Lines {
		s.Lines[i].Title = nasty[i]
	}
	for i := range s.Top.ByViews {
		s.Top.ByViews[i].Title = nasty[i+2]
		s.Top.ByPlayedSeconds[i].Title = nasty[i+7]
	}
	s.Prices = append(s.Prices, settlement.PriceRule{Version: 2, HoldsFrom: 19852, Views: prices.Views[:2], AdViews: prices.AdViews})
	return s
}
