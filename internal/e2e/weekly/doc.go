// Package weekly tests what weeks and months are worth, and that each creator
// gets the mail of a week once.
package weekly
