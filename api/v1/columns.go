package v1

import "github.com/danielgtaylor/huma/v2"

// columns says what those fields are that many answers have, in the words of the exports, where a type does not say it
// of its own field. Every field of the document has a description (TestEveryFieldIsDescribed).
var columns = map[string]string{
	"creator_id":      "The creator.",
	"video_id":        "The video.",
	"views":           "Counted views.",
	"self_views":      "Views by the video's own creator, which do not count.",
	"repeat_views":    "Views that started too soon after the same viewer's previous one of the video, which do not count.",
	"played_seconds":  "Play time of the counted views, in seconds.",
	"ad_views":        "Ad views of the counted views.",
	"views_from":      "The counted views' ordinals in the video's whole life begin after this one.",
	"views_to":        "The last of these ordinals.",
	"ad_views_from":   "The ad views' ordinals begin after this one.",
	"ad_views_to":     "The last of these ordinals.",
	"video_amount":    "What the counted views earned, in whole won.",
	"ad_amount":       "What the ad views earned, in whole won.",
	"late_rows":       "Rows of earlier, closed days that were posted.",
	"late_views":      "Those of them that count.",
	"payments":        "Settled payments, late ones among them.",
	"refunds":         "Settled refunds, late ones among them.",
	"pending":         "Rows of pending payments, which are left out.",
	"cancelled":       "Rows of cancelled payments, which are left out.",
	"repeats":         "Further completed rows of a payment or refund, which are left out.",
	"gross":           "What was paid less what was given back, in whole won. It may be negative, as may be fee and net.",
	"fee":             "Fees less what refunds gave back of them, in whole won.",
	"net":             "Gross less fee, in whole won.",
	"brought_forward": "What the weeks that closed before it left, in whole won: 0 or less.",
	"payable":         "What is paid, in whole won: 0 or more.",
	"carried_forward": "What it leaves to the week that closes next, in whole won: 0 or less.",
	"late_payments":   "Rows of payments of earlier, closed days that were posted.",
	"method":          "Method of payment, such as card.",
	"basis_points":    "Of the amount, in 1/10,000: 300 is 3 %.",
	"fixed":           "Of each payment, in whole won, on top.",
	"count":           "How many views these are.",
	"all":             "All of them.",
	"value":           "What it is ranked by: views, or seconds.",
	"unit_price":      "Price of one view in 1/10,000 won: 11000 is 1.1 won.",
	"from":            "The ordinal from which on the price holds; 1 is a video's first view.",
	"price":           "Price of one view in 1/10,000 won: 11000 is 1.1 won.",
	"date":            "The day.",
	"version":         "The version's number.",
	"repeat_window_ms": "A view is a repeat that starts less than so many milliseconds after the same viewer's previous one of the video; " +
		"0 switches that off.",
	"price_rule":       "The version of the prices that holds.",
	"kind":             "Kind of the periods: daily, weekly or monthly.",
	"period":           "Kind of the period: daily, weekly or monthly.",
	"start":            "First day of the period.",
	"watched_on":       "The closed day on which they were watched.",
	"state":            "How the run stands.",
	"workflow_id":      "The workflow that runs the period.",
	"statement_sha256": "Of statement.pdf.",
	"top5_sha256":      "Of top5.pdf.",
}

// describe gives the fields of an object the texts of [columns] that have none of their own.
func describe(object *huma.Schema) {
	for name, field := range object.Properties {
		if field.Description == "" {
			field.Description = columns[name]
		}
	}
}
