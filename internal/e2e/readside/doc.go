// Package readside tests the api as people run it: a primary, two replicas, two
// api processes and a balancer in front, all real, with readers under a constant
// load. Days, weeks and months close meanwhile and servers fail; every answer is
// held against the books by statements of the tests' own.
package readside
