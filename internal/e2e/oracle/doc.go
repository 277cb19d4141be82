// Package oracle works out what a watch log is worth straight from the rules R1
// to R9, and its log of payments from R13 to R16: slowly, with maps, loops and fractions, and without any code of the
// programs that it judges.
package oracle
