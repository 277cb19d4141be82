// Package uitest does what the runbook tells: an operator repairs a failed day, in a real browser on the
// Temporal UI of the local stack, with the real starter and worker. Each step is asserted, and the
// runbook's pictures are taken on the way (`make uitest`).
package uitest
