// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// width is the number of hashes or entries of a full tile.
const width = 256

// checkpoint is what a log signs.
type checkpoint struct {
	origin string
	size   int64
	root   tlog.Hash
}

// tilePath is the path of C2SP tlog-tiles; that of the package is the older one of the Go checksum
// database. kind is a level or "entries".
func tilePath(kind string, index int64, count int) string {
	name := fmt.Sprintf("%03d", index%1000)
	for index >= 1000 {
		index /= 1000
		name = fmt.Sprintf("x%03d/%s", index%1000, name)
	}
	if count < width {
		name += ".p/" + strconv.Itoa(count)
	}
	return "tile/" + kind + "/" + name
}

// openCheckpoint accepts a checkpoint that the log's own key has signed.
//
// note.Open is content with the signature of any key it knows. So the log's is asked for by name and
// id afterwards: a witness's signature alone opens nothing.
func openCheckpoint(data []byte, vkey string, others []string) (checkpoint, error) {
	var result checkpoint
	own, err := note.NewVerifier(vkey)
	if err != nil {
		return result, err
	}
	known := []note.Verifier{own}
	for _, other := range others {
		verifier, err := note.NewVerifier(other)
		if err != nil {
			return result, err
		}
		known = append(known, verifier)
	}
	opened, err := note.Open(data, note.VerifierList(known...))
	if err != nil {
		return result, err
	}
	signed := false
	for _, signature := range opened.Sigs {
		signed = signed || signature.Name == own.Name() && signature.Hash == own.KeyHash()
	}
	if !signed {
		return result, errors.New("the log itself has not signed its checkpoint")
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[len(lines)-1] != "" {
		return result, errors.New("the signed text is no checkpoint")
	}
	if lines[0] != own.Name() {
		return result, fmt.Errorf("the checkpoint is of the log %q", lines[0])
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return result, errors.New("the size of the checkpoint is no number")
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return result, errors.New("the root of the checkpoint is no hash")
	}
	result.origin, result.size = lines[0], size
	copy(result.root[:], root)
	return result, nil
}

// storedHashes answers the package's questions from hashes that were all computed here.
type storedHashes []tlog.Hash

func (stored storedHashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for place, index := range indexes {
		if index >= int64(len(stored)) {
			return nil, errors.New("a hash beyond the end of the tree")
		}
		hashes[place] = stored[index]
	}
	return hashes, nil
}

// add appends a record and gives the stored hashes with it.
func (stored storedHashes) add(index int64, entry []byte) (storedHashes, error) {
	more, err := tlog.StoredHashes(index, entry, stored)
	return append(stored, more...), err
}

// treeRoot is the root of the first size records; the package has no root of the empty tree.
func treeRoot(size int64, stored storedHashes) (tlog.Hash, error) {
	if size == 0 {
		return tlog.Hash(sha256.Sum256(nil)), nil
	}
	return tlog.TreeHash(size, stored)
}

// readBundle cuts a bundle into exactly count entries.
func readBundle(data []byte, count int) ([][]byte, error) {
	var entries [][]byte
	for len(entries) < count {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, errors.New("a bundle is cut short")
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:end])
		data = data[end:]
	}
	if len(data) > 0 {
		return nil, errors.New("a bundle has more than its entries")
	}
	return entries, nil
}

// tilesOf calls body with every hash tile of a tree of that size, as the format lists them.
func tilesOf(size int64, body func(level int, index int64, count int) error) error {
	for level := 0; size>>(8*uint(level)) > 0; level++ {
		items := size >> (8 * uint(level))
		for index := int64(0); index*width < items; index++ {
			count := width
			if items-index*width < width {
				count = int(items - index*width)
			}
			if err := body(level, index, count); err != nil {
				return err
			}
		}
	}
	return nil
}

// tileData is what a tile must hold, by the hashes computed here.
func tileData(level int, index int64, count int, stored storedHashes) []byte {
	var data []byte
	for item := index * width; item < index*width+int64(count); item++ {
		hash := stored[tlog.StoredHashIndex(8*level, item)]
		data = append(data, hash[:]...)
	}
	return data
}

// auditNarrower compares the partial tiles that older checkpoints asked for, where they still lie
// beside the one of the present size, with the beginning of that one.
func auditNarrower(directory, full string, count int, expected func(narrower int) []byte) error {
	paths, err := filepath.Glob(filepath.Join(directory, full+".p", "*"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		narrower, err := strconv.Atoi(filepath.Base(path))
		if err != nil || narrower >= count {
			continue
		}
		found, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !bytes.Equal(found, expected(narrower)) {
			return fmt.Errorf("%s.p/%d: the tile is not what the entries give", full, narrower)
		}
	}
	return nil
}

// audit hashes every entry and compares every tile with what the entries give.
func audit(directory, vkey string, others []string) error {
	data, err := os.ReadFile(filepath.Join(directory, "checkpoint"))
	if err != nil {
		return err
	}
	signed, err := openCheckpoint(data, vkey, others)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	var stored storedHashes
	for index := int64(0); index*width < signed.size; index++ {
		count := width
		if signed.size-index*width < width {
			count = int(signed.size - index*width)
		}
		path := tilePath("entries", index, count)
		bundle, err := os.ReadFile(filepath.Join(directory, path))
		if err != nil {
			return err
		}
		entries, err := readBundle(bundle, count)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		err = auditNarrower(directory, tilePath("entries", index, width), count, func(narrower int) []byte {
			end := 0
			for _, entry := range entries[:narrower] {
				end += 2 + len(entry)
			}
			return bundle[:end]
		})
		if err != nil {
			return err
		}
		for place, entry := range entries {
			if stored, err = stored.add(index*width+int64(place), entry); err != nil {
				return err
			}
		}
	}
	root, err := treeRoot(signed.size, stored)
	if err != nil {
		return err
	}
	if root != signed.root {
		return errors.New("the entries do not give the root that the log signed")
	}
	tiles := 0
	err = tilesOf(signed.size, func(level int, index int64, count int) error {
		path := tilePath(strconv.Itoa(level), index, count)
		found, err := os.ReadFile(filepath.Join(directory, path))
		if err != nil {
			return err
		}
		if !bytes.Equal(found, tileData(level, index, count, stored)) {
			return fmt.Errorf("%s: the tile is not what the entries give", path)
		}
		tiles++
		return auditNarrower(directory, tilePath(strconv.Itoa(level), index, width), count, func(narrower int) []byte {
			return tileData(level, index, narrower, stored)
		})
	})
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d entries and %d tiles hashed under the signed root\n", signed.origin, signed.size, tiles)
	return nil
}

// packagedTiles lets the package's own reader read C2SP tiles.
type packagedTiles struct{ directory string }

func (packagedTiles) Height() int                     { return 8 }
func (packagedTiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (tiles packagedTiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		path := tilePath(strconv.Itoa(tile.L), tile.N, tile.W)
		data, err := os.ReadFile(filepath.Join(tiles.directory, path))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// packaged prints the leaf hash that tlog.TileHashReader believes, to compare with the true one.
func packaged(directory, vkey string, index int64) error {
	data, err := os.ReadFile(filepath.Join(directory, "checkpoint"))
	if err != nil {
		return err
	}
	signed, err := openCheckpoint(data, vkey, nil)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tlog.Tree{N: signed.size, Hash: signed.root}, packagedTiles{directory})
	hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
	if err != nil {
		return err
	}
	fmt.Printf("%x\n", hashes[0][:])
	return nil
}
