// Package uitest does what people do with the local stack, in a real browser, with the real programs: an operator repairs
// a failed day in the Temporal UI, as the runbook tells, and a creator finds out why an amount is what it is, on a phone.
// Each step is asserted, and the pictures of the runbook and the README are taken on the way (`make uitest`).
package uitest
