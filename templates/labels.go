package templates

import (
	"cmp"
	"fmt"
)

// labels are the words of the documents in one language. Those with verbs take
// what their comment says.
type labels struct {
	payout, top5 string // titles

	creator, period, week, number, version, closed string
	unnamed                                        string

	total, videoAmount, adAmount  string
	salesNet, negative            string
	weekTotal                     string // where not just the total is paid
	broughtForward                string
	carriedForward, carriedReason string
	daily                         string
	views, playTime, adViews      string
	counted, leftOut              string
	self, selfReason              string
	repeat, repeatReason          string
	perVideo, video, sum          string
	noVideos                      string
	viewOrdinals, adOrdinals      string // from, to
	share                         string // count, price
	leftOutOf                     string // self views, repeat views
	ofWhichLate                   string // number
	lateDays                      string // day of the views, day that paid them
	lateReason                    string
	prices, priceRule             string // priceRule: version, first day
	sales, payments, refunds      string
	gross, fee, net               string
	notSettled                    string // pending, cancelled, repeated rows
	latePaymentDays               string // day of the payments, day that settled them
	salesReason, latePayments     string
	fees, feeRule, method         string // feeRule: version, first day
	feesBack, feesKept            string
	methods                       map[string]string // those of the first fees; others are shown as they are
	fromView, perView             string
	fromAd, perAd                 string
	ordinal                       string // number
	rounding                      string
	questions, ask, quote         string // ask: address; quote: statement number
	page                          string // page, pages
	byViews, byPlayTime           string
	topIntro, lateUnranked        string
	own, ownBest, behind, nothing string // behind: last rank, how much more it has
	noRanking                     string

	Dates
}

var korean = labels{
	payout: "지급 명세서", top5: "Top 5 영상",
	creator: "크리에이터", period: "정산 기간", week: "ISO 주차", number: "명세서 번호", version: "버전", closed: "정산 마감일",
	unnamed: "(이름 없음)",
	total:   "지급 금액", videoAmount: "영상 수익", adAmount: "광고 수익",
	salesNet: "판매 수익", negative: "이 기간에는 환불된 금액이 수익보다 많아 합계가 음수입니다.",
	weekTotal: "이번 주 수익", broughtForward: "이전 주에서 이월된 금액", carriedForward: "다음 주로 이월되는 금액",
	carriedReason: "음수 금액은 다음에 마감되는 주로 이월되어 그 주의 지급 금액에서 차감됩니다.",
	daily:         "일별 수익",
	views:         "조회수", playTime: "재생 시간", adViews: "광고 조회수",
	counted: "정산에 반영된 시청", leftOut: "정산에서 제외된 시청",
	self: "본인 조회", selfReason: "본인의 영상을 직접 재생한 경우",
	repeat: "반복 조회", repeatReason: "같은 시청자가 곧바로 다시 재생한 경우",
	perVideo: "영상별 내역", video: "영상", sum: "합계",
	noVideos:     "이 기간에 시청 기록이 있는 영상이 없습니다.",
	viewOrdinals: "조회 %s–%s번째:", adOrdinals: "광고 %s–%s번째:",
	share:       "%s회 × %s",
	leftOutOf:   "제외: 본인 %s회, 반복 %s회",
	ofWhichLate: "지연 시청 %s회 포함", lateDays: "지연 시청: %s 시청, %s 수익에 반영",
	lateReason: "지연 시청은 시청한 날의 정산이 마감된 뒤에 접수된 시청입니다. 한 번만 집계하여 표시된 날의 수익에 반영했으며, 각 영상의 수치와 합계에 포함되어 있습니다.",
	prices:     "적용 단가", priceRule: "단가표 버전 %s · %s부터 적용",
	sales: "영상별 판매 내역", payments: "결제", refunds: "환불",
	gross: "판매액", fee: "수수료", net: "판매 수익",
	notSettled:      "제외: 대기 %s건, 취소 %s건, 중복 %s건",
	latePaymentDays: "지연 결제: %s 결제·환불, %s 수익에 반영",
	salesReason:     "판매액은 결제 금액에서 환불 금액을 뺀 금액이고, 판매 수익은 판매액에서 수수료를 뺀 금액입니다. 환불이 결제보다 많으면 음수가 됩니다.",
	latePayments:    "지연 결제는 결제·환불한 날의 정산이 마감된 뒤에 접수된 내역입니다. 한 번만 집계하여 표시된 날의 수익에 반영했으며, 각 영상의 수치와 합계에 포함되어 있습니다.",
	fees:            "결제 수수료", feeRule: "수수료표 버전 %s · %s부터 적용", method: "결제 수단",
	feesBack: "수수료는 결제한 날의 수수료표에 따라 결제 건별로 계산하며, 1원 미만은 반올림합니다. 환불하면 환불 금액에 비례하여 수수료를 돌려드립니다.",
	feesKept: "수수료는 결제한 날의 수수료표에 따라 결제 건별로 계산하며, 1원 미만은 반올림합니다. 환불해도 수수료는 돌려드리지 않습니다.",
	methods:  map[string]string{"card": "카드", "transfer": "계좌 이체", "mobile": "휴대폰 결제"},
	fromView: "영상의 누적 조회수", perView: "조회당",
	fromAd: "영상의 누적 광고 조회수", perAd: "광고 조회당",
	ordinal:   "%s번째부터",
	rounding:  "금액은 영상별·일별로 영상 수익과 광고 수익을 각각 계산하며, 1원 미만은 버립니다.",
	questions: "문의",
	ask:       "이 명세서에 관해 궁금한 점은 다음 주소로 문의해 주세요: %s",
	quote:     "명세서 번호(%s)를 함께 알려 주시면 더 빨리 안내해 드리겠습니다.",
	page:      "%d / %d쪽",
	byViews:   "조회수 Top 5", byPlayTime: "재생 시간 Top 5 (시:분:초)",
	topIntro:     "플랫폼 전체 영상 가운데 이 기간에 가장 많이 시청된 영상입니다. 정산에 반영된 시청만 집계했습니다.",
	lateUnranked: "지연 시청은 순위에 포함되지 않습니다.",
	own:          "내 영상", ownBest: "내 영상 최고 기록",
	behind:    "%s위까지 %s",
	nothing:   "이 기간에 집계된 내 영상의 시청 기록이 없습니다.",
	noRanking: "이 기간에 집계된 시청 기록이 없습니다.",
	Dates: Dates{
		full: "2006년 1월 2일", dayMonth: "1월 2일",
		weekdays: [7]string{"일", "월", "화", "수", "목", "금", "토"},
	},
}

var english = labels{
	payout: "Payout statement", top5: "Top 5 videos",
	creator: "Creator", period: "Period", week: "ISO week", number: "Statement number", version: "Version", closed: "Closed on",
	unnamed: "(no name)",
	total:   "Total payout", videoAmount: "Video earnings", adAmount: "Ad earnings",
	salesNet: "Sales", negative: "More was refunded in this period than was earned: the total is negative.",
	weekTotal: "Earned this week", broughtForward: "Brought forward from earlier weeks", carriedForward: "Carried forward to the next week",
	carriedReason: "What is negative is carried forward to the week that closes next, and taken off what that pays.",
	daily:         "Earnings by day",
	views:         "Views", playTime: "Play time", adViews: "Ad views",
	counted: "Counted", leftOut: "Left out",
	self: "Self views", selfReason: "your own plays of your videos",
	repeat: "Repeat views", repeatReason: "same viewer again right away",
	perVideo: "By video", video: "Video", sum: "Total",
	noVideos:     "None of your videos was watched in this period.",
	viewOrdinals: "Views no. %s–%s:", adOrdinals: "Ad views no. %s–%s:",
	share:       "%s × %s",
	leftOutOf:   "Left out: %s self, %s repeat",
	ofWhichLate: "%s of them late", lateDays: "Late: watched %s, paid with %s",
	lateReason: "Late views came after the day on which they were watched had been closed. Each counts once and is paid with the day named beside it; the figures of the videos and the totals include them.",
	prices:     "Prices", priceRule: "Price list version %s, in force from %s",
	sales: "Sales by video", payments: "Payments", refunds: "Refunds",
	gross: "Gross", fee: "Fees", net: "Net",
	notSettled:      "Left out: %s pending, %s cancelled, %s repeated",
	latePaymentDays: "Late: paid or refunded %s, settled with %s",
	salesReason:     "Gross is what was paid less what was refunded; net is gross less fees. Where more was refunded than was paid, they are negative.",
	latePayments:    "Late payments and refunds came after their own day had been closed. Each is settled once, with the day named beside it; the figures of the videos and the totals include them.",
	fees:            "Payment fees", feeRule: "Fee list version %s, in force from %s", method: "Method",
	feesBack: "Fees are calculated per payment, by the list of the day of the payment, and rounded to whole won. A refund gives back its part of the fee.",
	feesKept: "Fees are calculated per payment, by the list of the day of the payment, and rounded to whole won. A refund does not give back the fee.",
	methods:  map[string]string{"card": "Card", "transfer": "Bank transfer", "mobile": "Mobile phone"},
	fromView: "Views in the video’s lifetime", perView: "Per view",
	fromAd: "Ad views in the video’s lifetime", perAd: "Per ad view",
	ordinal:   "from no. %s",
	rounding:  "Video and ad earnings are each calculated per video and day and rounded down to whole won.",
	questions: "Questions?",
	ask:       "If anything is unclear, write to %s.",
	quote:     "Please quote statement number %s: it helps us answer you faster.",
	page:      "Page %d of %d",
	byViews:   "Top 5 by views", byPlayTime: "Top 5 by play time (h:mm:ss)",
	topIntro:     "The most watched videos of the whole platform in this period. Only counted views are included.",
	lateUnranked: "Late views are not part of the ranking.",
	own:          "Yours", ownBest: "Your best video",
	behind:    "%[2]s behind no. %[1]s",
	nothing:   "None of your videos had counted views in this period.",
	noRanking: "No views were counted in this period.",
	Dates: Dates{
		full: "2 January 2006", dayMonth: "2 Jan",
		weekdays: [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
	},
}

func (s *Statement) labels() *labels { return labelsOf(s.Locale) }

func labelsOf(locale string) *labels {
	if locale == Korean {
		return &korean
	}
	return &english
}

// MethodName is what people call a method of payment in the locale's language.
func MethodName(locale, method string) string {
	return cmp.Or(labelsOf(locale).methods[method], method)
}

// nameless stands for the title of a video that has none, or none that can be
// shown.
func (l *labels) nameless(videoID int64) string { return fmt.Sprintf("%s %d", l.video, videoID) }
