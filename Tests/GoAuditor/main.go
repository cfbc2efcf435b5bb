// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

// A second reader and writer of C2SP logs, over golang.org/x/mod/sumdb/{note,tlog} and no code of
// Cadastre's. The tests build it and let it audit our logs, and our readers its logs.
//
//	auditor audit LOG VKEY [OTHER-VKEY...]   every entry, bundle and tile of a log, and its checkpoint
//	auditor check FILE                       inclusion and consistency proofs, one JSON object a line
//	auditor proof FILE VKEY                  one tlog-proof with the entry inside
//	auditor make DIR SIZE SEED               writes a log, proofs of some entries, and prints its key
//	auditor packaged LOG VKEY INDEX          what the package's own tile reader makes of a leaf
//
// Debian's golang.org/x/mod is 0.7.0, whose tlog.TileHashReader believes some forged tiles
// (CVE-2026-56865): nothing is audited through it. Exit status 0 where all holds, else 1 and one line.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "auditor:", err)
		os.Exit(1)
	}
}

func run(words []string) error {
	if len(words) < 2 {
		return fmt.Errorf("usage: audit LOG VKEY | check FILE | proof FILE VKEY | make DIR SIZE SEED | packaged LOG VKEY INDEX")
	}
	command, words := words[0], words[1:]
	switch {
	case command == "audit" && len(words) >= 2:
		return audit(words[0], words[1], words[2:])
	case command == "check" && len(words) == 1:
		return checkLines(words[0])
	case command == "proof" && len(words) == 2:
		return checkProof(words[0], words[1])
	case command == "make" && len(words) == 3:
		size, err := strconv.ParseInt(words[1], 10, 64)
		if err != nil {
			return err
		}
		seed, err := strconv.ParseUint(words[2], 10, 8)
		if err != nil {
			return err
		}
		return makeLog(words[0], size, byte(seed))
	case command == "packaged" && len(words) == 3:
		index, err := strconv.ParseInt(words[2], 10, 64)
		if err != nil {
			return err
		}
		return packaged(words[0], words[1], index)
	}
	return fmt.Errorf("no such command: %s", command)
}
