// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// line is one proof to be checked; hashes are in Base64.
type line struct {
	Kind      string
	Index     int64
	Size      int64
	Older     int64
	Leaf      string
	Root      string
	OlderRoot string
	Path      []string
	Holds     bool
}

func hash(text string) (tlog.Hash, error) {
	var hash tlog.Hash
	data, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(data) != tlog.HashSize {
		return hash, errors.New("a hash is malformed")
	}
	copy(hash[:], data)
	return hash, nil
}

func hashes(texts []string) ([]tlog.Hash, error) {
	all := make([]tlog.Hash, 0, len(texts))
	for _, text := range texts {
		next, err := hash(text)
		if err != nil {
			return nil, err
		}
		all = append(all, next)
	}
	return all, nil
}

// verdict is the package's own on one proof; nil where it holds.
func (proof line) verdict() error {
	path, err := hashes(proof.Path)
	if err != nil {
		return err
	}
	root, err := hash(proof.Root)
	if err != nil {
		return err
	}
	switch proof.Kind {
	case "inclusion":
		leaf, err := hash(proof.Leaf)
		if err != nil {
			return err
		}
		return tlog.CheckRecord(path, proof.Size, root, proof.Index, leaf)
	case "consistency":
		older, err := hash(proof.OlderRoot)
		if err != nil {
			return err
		}
		return tlog.CheckTree(path, proof.Size, root, proof.Older, older)
	}
	return fmt.Errorf("unknown kind %q", proof.Kind)
}

// checkLines compares the package's verdict on each proof with the one that the line expects.
func checkLines(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 1<<20)
	count := 0
	for scanner.Scan() {
		count++
		var proof line
		if err := json.Unmarshal(scanner.Bytes(), &proof); err != nil {
			return fmt.Errorf("line %d: %w", count, err)
		}
		if err := proof.verdict(); (err == nil) != proof.Holds {
			return fmt.Errorf("line %d: expected that it holds: %v, found: %v", count, proof.Holds, err)
		}
	}
	if err := scanner.Err(); err != nil {
		return err
	}
	fmt.Printf("%d proofs agree\n", count)
	return nil
}

// checkProof checks one file of C2SP tlog-proof with the entry in its extra data.
func checkProof(path, vkey string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	head, signed, found := strings.Cut(string(data), "\n\n")
	if !found {
		return errors.New("the proof has no checkpoint")
	}
	tree, err := openCheckpoint([]byte(signed), vkey, nil)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	lines := strings.Split(head, "\n")
	if len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "extra ") || !strings.HasPrefix(lines[2], "index ") {
		return errors.New("the proof does not begin as one with an entry inside")
	}
	entry, err := base64.StdEncoding.Strict().DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return err
	}
	all, err := hashes(lines[3:])
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(all, tree.size, tree.root, index, tlog.RecordHash(entry)); err != nil {
		return err
	}
	fmt.Printf("entry %d of %d in %s\n", index, tree.size, tree.origin)
	return nil
}
