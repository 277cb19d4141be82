package load

import "math"

const (
	// precision is how close the highest rate is found.
	precision = 1.1
	// leastRate is the lowest that is tried.
	leastRate = 10
)

// Highest is the highest rate up to most that holds, to a tenth: the one found
// held, one a tenth above did not. It is 0 if not even 10 requests a second hold.
// The search begins above holding, which has held (0: none has), and below
// missing, which has not (0: none has missed).
func Highest(holding, missing, most int, holds func(rate int) bool) int {
	for !isFound(holding, missing, most) {
		if rate := min(between(holding, missing), most); holds(rate) {
			holding = rate
		} else {
			missing = rate
		}
	}
	return holding
}

func isFound(holding, missing, most int) bool {
	switch {
	case holding >= most:
		return true
	case missing == 0:
		return false
	case holding == 0:
		return missing <= leastRate
	default:
		return float64(missing) <= float64(holding)*precision
	}
}

// between is the rate to try next.
func between(holding, missing int) int {
	switch {
	case missing == 0:
		return 2 * max(holding, leastRate)
	case holding == 0:
		return max(missing/2, leastRate)
	default:
		return int(math.Round(math.Sqrt(float64(holding) * float64(missing))))
	}
}
