package daylog

// DropUnlocked is how a day is dropped on a server without table locks. The others
// understand its statements, too.
var DropUnlocked = (*Log).dropUnlocked

// CountRanges is how a partition is counted on a server that counts on one core.
var CountRanges = (*Log).countRanges
