// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const madeOrigin = "log.example/made"

// makeEntry is entry number index of a made log: at times empty, at times long, else short.
func makeEntry(index int64, seed byte) []byte {
	random := rand.New(rand.NewSource(index<<8 | int64(seed)))
	length := random.Intn(40)
	if random.Intn(500) == 0 {
		length = random.Intn(1 << 16)
	}
	entry := make([]byte, length)
	random.Read(entry)
	return entry
}

func write(directory, path string, data []byte) error {
	path = filepath.Join(directory, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

// makeSigner is the signer of a made log and its public half as text.
func makeSigner(seed byte) (note.Signer, string, error) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
	vkey, err := note.NewEd25519VerifierKey(madeOrigin, key.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, "", err
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, "", err
	}
	secret := fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", madeOrigin, verifier.KeyHash(),
		base64.StdEncoding.EncodeToString(append([]byte{1}, key.Seed()...)))
	signer, err := note.NewSigner(secret)
	return signer, vkey, err
}

// makeLog writes a log of that many entries below DIR/log, and proofs of some below DIR/proofs.
func makeLog(directory string, size int64, seed byte) error {
	signer, vkey, err := makeSigner(seed)
	if err != nil {
		return err
	}
	log := filepath.Join(directory, "log")
	var stored storedHashes
	var bundle []byte
	for index := int64(0); index < size; index++ {
		entry := makeEntry(index, seed)
		if stored, err = stored.add(index, entry); err != nil {
			return err
		}
		bundle = append(binary.BigEndian.AppendUint16(bundle, uint16(len(entry))), entry...)
		if count := int(index%width) + 1; count == width || index+1 == size {
			if err := write(log, tilePath("entries", index/width, count), bundle); err != nil {
				return err
			}
			bundle = nil
		}
	}
	// The package says which tiles there are and what is in them; of those that are not full it names
	// the ones of all smaller sizes too, which nobody was shown.
	for _, tile := range tlog.NewTiles(8, 0, size) {
		if tile.W < width && tile.N*width+int64(tile.W) != size>>(8*uint(tile.L)) {
			continue
		}
		data, err := tlog.ReadTileData(tile, stored)
		if err != nil {
			return err
		}
		if err := write(log, tilePath(strconv.Itoa(tile.L), tile.N, tile.W), data); err != nil {
			return err
		}
	}
	root, err := treeRoot(size, stored)
	if err != nil {
		return err
	}
	signed, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", madeOrigin, size, root)}, signer)
	if err != nil {
		return err
	}
	if err := write(log, "checkpoint", signed); err != nil {
		return err
	}
	random := rand.New(rand.NewSource(int64(seed)))
	for count := int64(0); count < 12 && count < size; count++ {
		index := []int64{0, size - 1, size / 2, random.Int63n(size)}[count%4]
		path, err := tlog.ProveRecord(size, index, stored)
		if err != nil {
			return err
		}
		text := fmt.Sprintf("c2sp.org/tlog-proof@v1\nextra %s\nindex %d\n",
			base64.StdEncoding.EncodeToString(makeEntry(index, seed)), index)
		for _, hash := range path {
			text += hash.String() + "\n"
		}
		if err := write(directory, fmt.Sprintf("proofs/%d.tlog-proof", index), []byte(text+"\n"+string(signed))); err != nil {
			return err
		}
	}
	fmt.Println(vkey)
	return nil
}
