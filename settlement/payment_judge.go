package settlement

// PaymentVerdict says what a row of the log of payments is (R13). A row that is
// not judged, or is bad, has none: it is empty.
type PaymentVerdict string

// The verdicts on rows, as they are stored with late ones.
const (
	PaymentSettles     PaymentVerdict = "settled"   // the first completed row of its payment
	PaymentRefunds     PaymentVerdict = "refund"    // the first completed row of its refund
	PaymentIsPending   PaymentVerdict = "pending"   // only counted
	PaymentIsCancelled PaymentVerdict = "cancelled" // only counted
	PaymentRepeats     PaymentVerdict = "repeat"    // a further completed row of a payment or refund
)

// KnownPayments say by which row payments and refunds are settled of which a judge
// does not see all completed rows in time, by payment id: 0 for one that an earlier
// day settled; a video id where the judged day has completed rows of the payment id
// in several videos, and settles the one of that video, see [DuePayment.Compare].
type KnownPayments map[int64]int64

// PaymentJudge applies R13 to the rows of one day, fed in key order: by video,
// payment id, paid_at and status. Late rows that the day posts come after its own
// ones of the same video and payment id. It remembers one row, so any number of
// rows takes the same memory, and a judge may begin at any video.
type PaymentJudge struct {
	known     KnownPayments
	videoID   int64 // of the row before; 0, which does not exist, before the first
	paymentID int64
	taken     bool // another row of the payment id has been settled
}

// NewPaymentJudge makes a judge of a day's rows. A payment id that is not known has
// no completed row on an earlier day, nor in another video on this one.
func NewPaymentJudge(known KnownPayments) *PaymentJudge { return &PaymentJudge{known: known} }

// Judge judges the next row, by the fees of its own day. The fee is that of
// a settled payment, and 0 of all other rows: what a refund gives back is for
// [SettleRefunds] to say. A row with problems has no verdict, and keeps the day
// from closing.
func (j *PaymentJudge) Judge(row *Payment, rule FeeRule) (verdict PaymentVerdict, fee Won, problems []PaymentProblem) {
	if row.VideoID != j.videoID || row.PaymentID != j.paymentID {
		by, known := j.known[row.PaymentID]
		j.videoID, j.paymentID, j.taken = row.VideoID, row.PaymentID, known && by != row.VideoID
	}
	problems = row.Problems()
	var cost MethodFee // nothing, but for a payment
	switch {
	case row.Status == PaymentPending:
		verdict = PaymentIsPending
	case row.Status == PaymentCancelled:
		verdict = PaymentIsCancelled
	case row.Status != PaymentCompleted:
	case j.taken:
		verdict = PaymentRepeats
	case row.RefundOf != 0:
		j.taken, verdict = true, PaymentRefunds
	default:
		j.taken, verdict = true, PaymentSettles
		var found bool
		if cost, found = rule.find(row.Method); !found {
			problems = append(problems, MethodWithoutFee)
		}
	}
	if len(problems) > 0 {
		return "", 0, problems
	}
	return verdict, cost.feeOn(row.Amount), nil
}
